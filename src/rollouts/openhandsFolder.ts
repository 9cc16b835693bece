// Reads what OpenHands spreads over a folder, a file a request or a file an event: one of them stands for the rollout.
import { type ParsedRollout, RecordError, type SourceFile } from "./adapter.js";
import { isObject, type Json } from "./fields.js";
import { parseJson } from "./json.js";
import { isEvent } from "./openhandsEvents.js";
import { readOpenHands } from "./openhandsRecord.js";
import { isSdkEvent } from "./openhandsSdkEvents.js";
import { baseName } from "./sourceNames.js";

/**
 * A logged request (`llm_completions/<instance>/<model>-<time>.json`) holds all that was said before it, so only the last
 * one of its instance and model is a rollout. None is where the evaluation's output.jsonl, which has the patch too, lies above.
 */
export async function readCompletion(record: Json, source: SourceFile): Promise<readonly ParsedRollout[]> {
  const own = REQUEST.exec(baseName(source));
  if (own !== null) {
    const requests = (await source.names()).map((name) => REQUEST.exec(name)).filter((found) => found !== null);
    const later = requests.filter((found) => found[1] === own[1] && Number(found[2]) > Number(own[2]));
    if (later.length > 0) return [];
  }
  const folder = /[\\/](?:llm_)?completions[\\/]([^\\/]+)[\\/][^\\/]+$/.exec(source.file)?.[1];
  if (folder !== undefined && (await source.names("../..")).some((name) => OUTPUT.test(name))) return [];
  const read = readOpenHands({ ...record, ...(folder === undefined ? {} : { instance_id: folder }) }, source);
  return read.map((rollout) => ({ ...rollout, id: null }));
}

/** True for a file that holds one event of a conversation, of either generation. */
export function isEventFile(value: unknown): value is Json {
  if (!isObject(value) || typeof value.timestamp !== "string" || typeof value.source !== "string") return false;
  return isSdkEvent(value) || (isEvent(value) && ["args", "content", "extras"].some((field) => field in value));
}

/** The conversation that a folder of events holds, read from its first one; the others yield nothing. */
export async function readEventFiles(record: Json, source: SourceFile): Promise<readonly ParsedRollout[]> {
  const own = EVENT.exec(baseName(source));
  const names = own === null ? [] : (await source.names()).filter((name) => EVENT.exec(name)?.[1] === own[1]);
  if (names.length > 0 && names[0] !== baseName(source)) return [];
  const events: Json[] = [record];
  for (const name of names.slice(1)) events.push(eventIn(name, await source.sibling(name)));
  return readOpenHands(events, { ...source, file: conversationOf(source.file) });
}

function eventIn(name: string, text: string | null): Json {
  const event = parseJson(text ?? "null");
  if (!isObject(event)) throw new RecordError(name, "an event (an object)");
  return event;
}

/** The conversation's folder, which is all that may name the instance. */
function conversationOf(file: string): string {
  const conversation = file.replace(/[\\/]events[\\/][^\\/]+$/, "");
  return conversation === "" ? file : conversation;
}

const REQUEST = /^(.*)-(\d{9,}(?:\.\d+)?)(?:-[0-9a-f]{4})?\.json(?:\.gz)?$/;
const EVENT = /^(.*?)\d+(?:-[0-9a-f]{8}-[0-9a-f-]{27})?\.json(?:\.gz)?$/;
const OUTPUT = /^output\.jsonl(?:\.gz)?$/;
