// Reads a record of OpenHands' evaluation output, whatever form its history has: id, patch, steps and label.
import type { Trajectory } from "../core/types.js";
import { type ParsedRollout, RecordError, type SourceFile } from "./adapter.js";
import { isObject, type Json, kindOf, nullableText, objectOf, optionalText } from "./fields.js";
import { trajectoryOfMessages } from "./messages.js";
import { isEvent, trajectoryOfEvents } from "./openhandsEvents.js";
import { isSdkEvent, trajectoryOfSdkEvents } from "./openhandsSdkEvents.js";
import { instanceOfPath } from "./sourceNames.js";

/** A record (evaluation output, resolver output, logged completion, published trajectory) or a bare list of events or messages. */
export function readOpenHands(value: unknown, source: SourceFile): readonly ParsedRollout[] {
  if (Array.isArray(value)) {
    const trajectory = trajectoryOfHistory(value, "record", null);
    return [{ instanceId: instanceOfPath(source), id: null, patch: null, trajectory }];
  }
  const record = objectOf(value);
  const resolved = resolvedOf(record);
  return [
    {
      instanceId: instanceOf(record, source),
      id: nullableText(record.trajectory_id) ?? nullableText(record.run_id),
      patch: patchOf(record),
      trajectory: trajectoryOf(record),
      ...(resolved === undefined ? {} : { resolved }),
    },
  ];
}

/** True for a chat message of one of the roles that OpenHands sends. */
export function isChatMessage(value: unknown): value is Json {
  return isObject(value) && /^(?:system|user|assistant|tool)$/.test(nullableText(value.role) ?? "");
}

function instanceOf(record: Json, source: SourceFile): string {
  const instance = isObject(record.instance)
    ? record.instance
    : isObject(record.swe_instance)
      ? record.swe_instance
      : {};
  const id = record.instance_id ?? instance.instance_id;
  if (typeof id === "number") return String(id);
  if (typeof id === "string" && id !== "") return id;
  const { issue } = record;
  if (isObject(issue) && typeof issue.owner === "string" && issue.number !== undefined) {
    return `${issue.owner}__${issue.repo}-${issue.number}`;
  }
  if (id !== undefined || "history" in record) throw new RecordError("instance_id", `an id, got ${kindOf(id)}`);
  return instanceOfPath(source);
}

/** The scaffold's own diff of the workspace; null where the run ended before one was made. */
function patchOf(record: Json): string | null {
  const result = isObject(record.test_result) ? record.test_result : {};
  const found: readonly (readonly [string, unknown])[] = [
    ["test_result.git_patch", result.git_patch],
    ["git_patch", record.git_patch],
    ["test_result.model_patch", result.model_patch],
    ["model_patch", record.model_patch],
  ];
  const [field, patch] = found.find(([, value]) => value !== undefined && value !== null) ?? ["git_patch", null];
  return optionalText(patch, field);
}

function trajectoryOf(record: Json): Trajectory | null {
  const exitStatus = nullableText(record.exit_status) ?? firstLine(record.error);
  const trajectory = historyOf(record, exitStatus);
  const instruction = nullableText(record.instruction) ?? "";
  if (trajectory === null) return instruction === "" ? null : { issue: instruction, steps: [], exitStatus };
  const issue =
    trajectory.issue === null || trajectory.issue === "" ? instruction || null : withoutExample(trajectory.issue);
  return { ...trajectory, issue };
}

function historyOf(record: Json, exitStatus: string | null): Trajectory | null {
  const logged = isObject(record.raw_completions) ? record.raw_completions : record;
  const candidates: readonly (readonly [string, unknown])[] = [
    ["history", record.history],
    ["trajectory", record.trajectory],
    ["fncall_messages", withAnswer(logged.fncall_messages, logged.fncall_response)],
    ["messages", withAnswer(logged.messages, logged.response)],
  ];
  for (const [field, list] of candidates) {
    if (list === undefined || list === null || (Array.isArray(list) && list.length === 0)) continue;
    return trajectoryOfHistory(list, field, exitStatus);
  }
  return null;
}

/** A logged completion keeps what was sent and, apart, the answer to it. */
function withAnswer(messages: unknown, response: unknown): unknown {
  const choice: unknown = isObject(response) && Array.isArray(response.choices) ? response.choices[0] : null;
  const answer = isObject(choice) && isObject(choice.message) ? { role: "assistant", ...choice.message } : null;
  return Array.isArray(messages) && answer !== null ? [...messages, answer] : messages;
}

function trajectoryOfHistory(history: unknown, field: string, exitStatus: string | null): Trajectory | null {
  if (!Array.isArray(history)) throw new RecordError(field, `a list of events or messages, got ${kindOf(history)}`);
  if (history.some(isSdkEvent)) return trajectoryOfSdkEvents(history, field, exitStatus);
  if (history.length === 0 || history.some(isEvent)) return trajectoryOfEvents(history, field, exitStatus);
  if (history.some(isChatMessage)) {
    const chat = trajectoryOfMessages(history, { field, exitStatus });
    return chat === null ? null : { ...chat, issue: chat.issue === null ? null : withoutExample(chat.issue) };
  }
  throw new RecordError(`${field}[0]`, "an event (action or observation) or a chat message");
}

/** Without native calls, the first message opens with an example of another task; the task itself is marked. */
function withoutExample(issue: string): string {
  const task = /-{5,} ?(?:END OF EXAMPLE|NEW TASK DESCRIPTION) ?-{5,}\s*/.exec(issue);
  if (task === null) return issue;
  const rest = issue.slice(task.index + task[0].length);
  return rest
    .replace(/^[\s\S]*?-{5,} ?NEW TASK DESCRIPTION ?-{5,}\s*/, "")
    .replace(/\s*-{5,} ?END OF NEW TASK DESCRIPTION ?-{5,}[\s\S]*$/, "")
    .trim();
}

function firstLine(value: unknown): string | null {
  const line = (nullableText(value) ?? "").split("\n")[0] ?? "";
  return line === "" ? null : line;
}

/**
 * The harness's verdict: `report.resolved` (in `test_result` or beside it), or `resolved` of a published trajectory.
 * The resolver's `success` is the model's own opinion, and an evaluation that broke says nothing.
 */
function resolvedOf(record: Json): boolean | null | undefined {
  const result = isObject(record.test_result) ? record.test_result : {};
  const reports = [result.report, record.report, record.fine_grained_report, result.result, result].filter(isObject);
  const report = reports.find((candidate) => "resolved" in candidate);
  if (report?.error_eval === true && truth(report.resolved) !== true) return null;
  const verdict = report?.resolved ?? record.resolved;
  return verdict === undefined ? undefined : truth(verdict);
}

function truth(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  return value === 1 ? true : value === 0 ? false : null;
}
