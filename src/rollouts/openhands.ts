// Reads OpenHands before its SDK: output.jsonl with event history, logged completions, lists of events or chat messages.
import type { Adapter, Probe, RecordUnit } from "./adapter.js";
import { isObject, type Json, nullableText } from "./fields.js";
import { textOf } from "./messages.js";
import { isEvent } from "./openhandsEvents.js";
import { isEventFile, readCompletion, readEventFiles } from "./openhandsFolder.js";
import { isChatMessage, readOpenHands } from "./openhandsRecord.js";
import { isSdkEvent } from "./openhandsSdkEvents.js";
import { recordUnits } from "./recordUnit.js";

/**
 * Evaluation output (also of MopenHands for Multi-SWE-bench and of the resolver), `llm_completions`, published
 * trajectories with messages, and one trajectory as a bare list; the instance of a bare list comes from its path.
 */
export const openhands: Adapter = {
  format: "openhands",
  detect(probe: Probe): RecordUnit | null {
    if (probe.shape === "object" && isEventFile(probe.first) && !isSdkEvent(probe.first)) return "document";
    if (probe.shape === "array" && (isEvent(probe.first) || isOpenHandsMessage(probe.first))) return "document";
    const found = recordUnits(probe);
    if (found === null || OTHERS.some((field) => field in found.first)) return null;
    if (isEvaluation(found.first) || isPublished(found.first)) return found.unit;
    return found.unit === "document" && isCompletion(found.first) ? "document" : null;
  },
  read(record, source) {
    const { value } = record;
    if (isEventFile(value)) return readEventFiles(value, source);
    return isObject(value) && isCompletion(value) ? readCompletion(value, source) : readOpenHands(value, source);
  },
};

/** Fields of other formats that hold a history or messages too. */
const OTHERS = ["scaffold", "schema", "trajectory_steps", "output_patch", "trajectory_format", "info", "submission"];

function isEvaluation(record: Json): boolean {
  const named = "instance_id" in record || isObject(record.instance) || isIssue(record.issue);
  const result = isObject(record.test_result) ? record.test_result : {};
  if (!named || record.history === undefined) return named && ("git_patch" in result || "report" in result);
  if (Array.isArray(record.history) && record.history.length > 0) return record.history.some(isEventOrMessage);
  return ["test_result", "git_patch", "instruction", "metadata"].some((field) => field in record);
}

function isIssue(value: unknown): boolean {
  return isObject(value) && "owner" in value && "repo" in value && "number" in value;
}

function isEventOrMessage(value: unknown): boolean {
  return isEvent(value) || isChatMessage(value);
}

/** Trajectories of OpenHands as data sets hold them: chat messages beside the tools that the agent had. */
function isPublished(record: Json): boolean {
  const completions = isObject(record.raw_completions) ? record.raw_completions : {};
  const lists = [record.messages, record.trajectory, completions.messages];
  const chat = lists.some((list) => Array.isArray(list) && isChatMessage(list[0]));
  const known = ["tools", "test_result", "raw_completions"].some((field) => field in record);
  return chat && known && typeof record.instance_id === "string";
}

/** One request as `llm_completions/<instance>/…json` keeps it. */
function isCompletion(record: Json): boolean {
  const messages = record.fncall_messages ?? record.messages;
  if (!Array.isArray(messages) || !isChatMessage(messages[0])) return false;
  if ("instance_id" in record || "history" in record) return false;
  const answered = isObject(record.response) && Array.isArray(record.response.choices);
  const logged = answered && typeof record.timestamp === "number" && "cost" in record;
  // Any chat may come with an answer or with tools: what else the log keeps, or OpenHands' own words, tell.
  const request = answered || Array.isArray(record.tools);
  return logged || "fncall_messages" in record || (request && messages.some(isOpenHandsMessage));
}

function isOpenHandsMessage(value: unknown): boolean {
  if (!isChatMessage(value)) return false;
  return OWN_WORDS.test(textOf(value.content)) || (Array.isArray(value.tool_calls) && value.tool_calls.some(isOwnCall));
}

function isOwnCall(call: unknown): boolean {
  const body = isObject(call) && isObject(call.function) ? call.function : {};
  return OWN_TOOLS.test(nullableText(body.name) ?? "");
}

const OWN_TOOLS = /^(?:execute_bash|execute_ipython_cell|str_replace_editor|task_tracker|web_read)$/;

/** What OpenHands tells its agent in every version (CodeAct 1.0, 1.9, 2.x). */
const OWN_WORDS = new RegExp(
  [
    "OpenHands",
    "OpenDevin",
    "can interact with a computer to solve tasks",
    "chat between a curious user and an artificial intelligence assistant",
    "<uploaded_files>",
    "<execute_bash>",
    "\\[Jupyter current working directory",
  ].join("|"),
);
