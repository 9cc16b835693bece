// Turns the events of OpenHands' software-agent SDK (v1) into steps: calls of one answer of the model are one turn.
import type { Trajectory } from "../core/types.js";
import { isObject, type Json, list, nullableText, objectOf } from "./fields.js";
import { textOf } from "./messages.js";
import { type StepLog, stepLog } from "./stepLog.js";
import { callText } from "./turns.js";

/** True for an event of the SDK: its class is in `kind`, and it is no chat message. */
export function isSdkEvent(value: unknown): value is Json {
  return isObject(value) && typeof value.kind === "string" && SDK_KINDS.test(value.kind) && !("role" in value);
}

const SDK_KINDS = /(?:Event|Observation|Condensation|CondensationRequest|CondensationSummaryEvent)$/;

/** Steps of a list of SDK events; kinds that are not known are passed over. Throws RecordError for what is no event. */
export function trajectoryOfSdkEvents(history: unknown, field: string, exitStatus: string | null): Trajectory | null {
  const log = stepLog();
  let ending: string | null = null;
  for (const [index, value] of list(history, field).entries()) {
    const event = objectOf(value, `${field}[${index}]`);
    const read = READERS[nullableText(event.kind) ?? ""];
    read?.(event, log);
    ending = endingOf(event) ?? ending;
  }
  return log.trajectory(exitStatus ?? ending);
}

const READERS: Readonly<Record<string, (event: Json, log: StepLog) => void>> = {
  ActionEvent: acted,
  ACPToolCallEvent: externallyActed,
  MessageEvent: said,
  ObservationEvent: (event, log) => log.observe(observationText(event.observation), keyOf(event)),
  UserRejectObservation: (event, log) => log.observe(nullableText(event.rejection_reason) ?? "", keyOf(event)),
  AgentErrorEvent: (event, log) => log.observe(nullableText(event.error) ?? "", keyOf(event)),
};

function acted(event: Json, log: StepLog): void {
  const thought = textOf(event.thought) || (nullableText(event.reasoning_content) ?? "") || thinkingOf(event);
  log.act({
    thought,
    action: actionOf(event),
    turn: nullableText(event.llm_response_id),
    key: nullableText(event.tool_call_id),
  });
}

function thinkingOf(event: Json): string {
  const blocks = Array.isArray(event.thinking_blocks) ? event.thinking_blocks.filter(isObject) : [];
  return blocks
    .map((block) => nullableText(block.thinking) ?? "")
    .filter((text) => text !== "")
    .join("\n");
}

/** The call as the model made it; without one, the parsed action (its `kind` names the class). */
function actionOf(event: Json): string {
  const name = nullableText(event.tool_name) ?? "";
  const call = isObject(event.tool_call) ? event.tool_call : {};
  const body = isObject(call.function) ? call.function : call;
  if (body.arguments !== undefined) return callText(nullableText(body.name) ?? name, body.arguments);
  if (!isObject(event.action)) return name;
  const { kind, ...rest } = event.action;
  const kept = Object.entries(rest).filter(([, value]) => value !== null);
  return callText(name || (nullableText(kind) ?? ""), Object.fromEntries(kept));
}

/** Agents behind the Agent Client Protocol report a call more than once; the last report has its result. */
function externallyActed(event: Json, log: StepLog): void {
  const done = event.status === "completed" || event.status === "failed" || event.status === undefined;
  if (!done) return;
  const title = nullableText(event.title) ?? nullableText(event.tool_kind) ?? "call";
  const key = nullableText(event.tool_call_id);
  log.act({ thought: "", action: callText(title, event.raw_input), key });
  log.observe(textOf(event.raw_output) || textOf(event.content), key);
}

function said(event: Json, log: StepLog): void {
  const message = isObject(event.llm_message) ? event.llm_message : {};
  const text = textOf(message.content);
  if (event.source === "agent" || message.role === "assistant") log.act({ thought: text, action: "" });
  else log.say(text);
}

/** Newer observations hold `content` parts, older ones a field of their own. */
function observationText(observation: unknown): string {
  if (!isObject(observation)) return textOf(observation);
  for (const field of ["content", "output", "message", "error", "diff"]) {
    const text = textOf(observation[field]);
    if (text !== "") return text;
  }
  return "";
}

function keyOf(event: Json): string | null {
  return nullableText(event.tool_call_id);
}

function endingOf(event: Json): string | null {
  if (event.kind === "ConversationErrorEvent") return nullableText(event.code) ?? "error";
  const action = isObject(event.action) ? event.action.kind : null;
  return action === "FinishAction" ? "finish" : null;
}
