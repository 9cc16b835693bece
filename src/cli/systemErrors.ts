// Refusals of the operating system (a full disk, a folder that may not be written) as failures that a person can mend.
import { BestkError } from "../core/errors.js";

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some disk space; what was done is kept, and the same command goes on from there",
  EDQUOT: "free some disk space; what was done is kept, and the same command goes on from there",
  EMFILE: "raise the limit of open files (ulimit -n), or lower -j",
  EACCES: "bestk must be able to read its input and to write its run directory and temporary files",
  EROFS: "bestk must be able to write its run directory and temporary files (TMPDIR)",
  ENOENT: "a file or folder that bestk was using, or its folder for temporary files (TMPDIR), isn't there",
};

/** A system's refusal as BestkError `prerequisite`; anything else as it is. */
export function fromSystem(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code, errno, syscall } = thrown as NodeJS.ErrnoException;
  if (typeof errno !== "number" || typeof syscall !== "string" || code === undefined) return thrown;
  const hint = HINTS[code];
  return new BestkError("prerequisite", thrown.message, { cause: thrown, ...(hint === undefined ? {} : { hint }) });
}
