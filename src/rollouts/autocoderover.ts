// Reads AutoCodeRover's output folders: the last conversation, the instance from meta.json, the patch extracted from it.
import {
  type Adapter,
  type ParsedRollout,
  type Probe,
  RecordError,
  type RecordUnit,
  type SourceFile,
} from "./adapter.js";
import { isObject, kindOf, nullableText } from "./fields.js";
import { textOf, trajectoryOfMessages } from "./messages.js";
import { baseName, instanceOfPath } from "./sourceNames.js";

/**
 * Conversations as lists of messages: `conversation_round_<n>.json` (version 1), or `conv_patch_<k>.json` in `output_<i>/`
 * (version 2). Each holds all that was said before it, so only the last is a rollout; searches, reviews and the
 * requests to write a patch belong to the same one and yield nothing where it lies beside them.
 */
export const autocoderover: Adapter = {
  format: "autocoderover",
  detect(probe: Probe): RecordUnit | null {
    if (probe.shape !== "array" || !isObject(probe.first) || typeof probe.first.role !== "string") return null;
    return NUMBERED.test(baseName(probe.source)) || PROMPT.test(textOf(probe.first.content)) ? "document" : null;
  },
  async read(record, source): Promise<readonly ParsedRollout[]> {
    if (!Array.isArray(record.value))
      throw new RecordError("record", `a list of messages, got ${kindOf(record.value)}`);
    const folder = folderOf(source);
    if (await isPartOfAnother(folder)) return [];
    const meta = await metaOf(folder);
    const trajectory = trajectoryOfMessages(record.value, { field: "record", exitStatus: statusOf(source) });
    const instanceId = meta?.instanceId ?? instanceOfPath(source, "meta.json");
    return [{ instanceId, id: null, patch: await patchOf(folder, meta !== null), trajectory }];
  },
};

const NUMBERED = /(conversation_round|conv_patch|search_round)_(\d+)\.json(?:\.gz)?$/;
const OTHER = /(?:debug_agent|agent|conv)_\w*\.json(?:\.gz)?$/;
const PROMPT = /^\s*You are a(?:n experienced)? software developer (?:maintaining|responsible for) /;
/** Patches are numbered from 0 or 1; no version tries more often than this. */
const MOST_PATCHES = 20;

/** The files beside a conversation. */
interface Folder {
  readonly kind: "conversation_round" | "conv_patch" | "search_round" | "other";
  readonly number: number;
  file(name: string): Promise<string | null>;
}

function folderOf(source: SourceFile): Folder {
  const name = baseName(source);
  const numbered = NUMBERED.exec(name);
  // Where a folder was flattened into file names, all its files share what stands before the name proper.
  const prefix = name.slice(0, (numbered ?? OTHER.exec(name))?.index ?? 0);
  return {
    kind: numbered === null ? "other" : (numbered[1] as Folder["kind"]),
    number: Number(numbered?.[2] ?? 0),
    file: (wanted) => source.sibling(wanted.replace(/[^/]+$/, (base) => prefix + base)),
  };
}

async function isPartOfAnother({ kind, number, file }: Folder): Promise<boolean> {
  const others = {
    conversation_round: [`conversation_round_${number + 1}.json`],
    conv_patch: [`conv_patch_${number + 1}.json`],
    search_round: [`search_round_${number + 1}.json`, "../conv_patch_0.json"],
    other: ["conversation_round_0.json", "conv_patch_0.json"],
  }[kind];
  for (const other of others) if ((await file(other)) !== null) return true;
  return false;
}

/** `meta.json` names the task; version 2 keeps it one or two folders up. */
async function metaOf({ file }: Folder): Promise<{ readonly instanceId: string | null } | null> {
  for (const name of ["meta.json", "../meta.json", "../../meta.json"]) {
    const meta = objectIn((await file(name)) ?? "");
    if (meta === null || !("task_id" in meta || "task_info" in meta)) continue;
    const task = isObject(meta.task_info) ? meta.task_info : {};
    return { instanceId: nullableText(meta.task_id) || nullableText(task.instance_id) || null };
  }
  return null;
}

/** The selected patch, else the last one extracted; "" where the folder is whole and holds none. */
async function patchOf({ kind, number, file }: Folder, whole: boolean): Promise<string | null> {
  if (kind === "search_round") return null;
  if (kind === "conv_patch") return file(`extracted_patch_${number}.diff`);
  const selected = nullableText(objectIn((await file("selected_patch.json")) ?? "")?.selected_patch);
  const chosen = selected === null ? null : await file(selected.split("/").at(-1) ?? "");
  if (chosen !== null) return chosen;
  for (let at = MOST_PATCHES; at >= 0; at--) {
    const patch = await file(`extracted_patch_${at}.diff`);
    if (patch !== null) return patch;
  }
  return whole ? "" : null;
}

/** AutoCodeRover sorts its folders by how they ended. */
function statusOf(source: SourceFile): string | null {
  return STATUS.exec(source.file)?.[0] ?? null;
}

const STATUS =
  /applicable_patch|raw_patch_but_unmatched|raw_patch_but_unparsed|matched_but_empty_(?:origin|diff)|no_patch/;

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
