// Which patches are not even tried: those that would write outside the repository's own files, or that no tool could take.
import { type PatchFile, parsePatch } from "../patch/parse.js";

/** Real patches over 200 kB are one in two hundred; what is larger than this is a flood. */
export const MAX_PATCH_BYTES = 16 * 1024 * 1024;

/** Why a normalised patch is refused; null if nothing speaks against trying it. */
export function refusalOf(patch: string): string | null {
  if (Buffer.byteLength(patch) > MAX_PATCH_BYTES) return `the patch is larger than ${MAX_PATCH_BYTES >> 20} MiB`;
  for (const file of parsePatch(patch).files) {
    const refusal = pathRefusal(file.oldPath) ?? pathRefusal(file.newPath) ?? linkRefusal(file);
    if (refusal !== null) return refusal;
  }
  return null;
}

function pathRefusal(path: string | null): string | null {
  if (path === null) return null;
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return `${JSON.stringify(path)} is an absolute path`;
  const parts = path.split(/[\\/]/).map(bare);
  if (parts.includes("..")) return `${JSON.stringify(path)} leads out of the repository`;
  return parts.includes(".git") || parts.includes("git~1") ? `${JSON.stringify(path)} is git's own` : null;
}

/** A name as file systems that fold case and drop odd characters know it. */
function bare(part: string): string {
  const folded = part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "").toLowerCase();
  return folded === "." || folded === ".." ? folded : folded.replace(/[. ]+$/, "");
}

function linkRefusal({ newMode, oldMode, newPath, hunks }: PatchFile): string | null {
  if (newMode === "160000" || oldMode === "160000") return `${JSON.stringify(newPath)} is a nested repository`;
  if (newMode !== "120000") return null;
  const target =
    hunks.flatMap(({ body }) => body.split("\n").filter((line) => line.startsWith("+")))[0]?.slice(1) ?? "";
  const depth = (newPath ?? "").split("/").length - 1;
  const climbs = target.split("/").filter((part) => part === "..").length;
  const leaves = target.startsWith("/") || climbs > depth || target.split("/").map(bare).includes(".git");
  return leaves ? `${JSON.stringify(newPath)} is a link out of the repository` : null;
}
