// Turns OpenHands' event history (before the SDK) into steps: agent actions, and the observations they caused.
import type { Trajectory } from "../core/types.js";
import { isObject, type Json, list, nullableText, objectOf } from "./fields.js";
import { textOf } from "./messages.js";
import { type StepLog, stepLog } from "./stepLog.js";
import { callText } from "./turns.js";

/** True for one event of a history: an action or an observation, or OpenDevin's pair of both. */
export function isEvent(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 2 && value.some(isEvent);
  return isObject(value) && (typeof value.action === "string" || typeof value.observation === "string");
}

/**
 * Steps of a history in its three forms: events with `source`, `args`, `extras` and `cause`; the resolver's flat events
 * without them; OpenDevin's list of [action, observation]. Throws RecordError where an element is no event.
 */
export function trajectoryOfEvents(history: unknown, field: string, exitStatus: string | null): Trajectory | null {
  const log = stepLog();
  let ending: string | null = null;
  for (const [index, entry] of list(history, field).entries()) {
    const events = Array.isArray(entry) ? entry : [entry];
    for (const [part, value] of events.entries()) {
      const event = objectOf(value, Array.isArray(entry) ? `${field}[${index}][${part}]` : `${field}[${index}]`);
      if (typeof event.observation === "string") observed(event, log);
      else if (typeof event.action === "string") {
        acted(event, event.action, log);
        ending = event.action === "finish" || event.action === "reject" ? event.action : null;
      }
    }
  }
  return log.trajectory(exitStatus ?? ending);
}

/** Events of the controller's own, which no model sees as its turn or as a result of it. */
const SILENT_ACTIONS =
  /^(?:system|null|recall|change_agent_state|pause|resume|stop|condensation.*|loop_recovery|start)$/;
const SILENT_OBSERVATIONS = /^(?:null|recall|agent_state_changed|condense|loop_detection)$/;

function observed(event: Json, log: StepLog): void {
  if (SILENT_OBSERVATIONS.test(nullableText(event.observation) ?? "")) return;
  log.observe(textOf(event.content) || textOf(event.message), keyOf(event.cause));
}

function acted(event: Json, kind: string, log: StepLog): void {
  if (SILENT_ACTIONS.test(kind)) return;
  const args = isObject(event.args) ? event.args : event;
  const said = textOf(args.content) || textOf(event.message);
  if (kind === "message" && isFromUser(event, log)) {
    log.say(said);
    return;
  }
  if (event.source === "user" || event.source === "environment") return;
  const call = toolCallOf(event);
  log.act({
    thought: kind === "message" ? said : (nullableText(args.thought) ?? nullableText(event.thought) ?? ""),
    action: kind === "message" ? "" : (call?.text ?? actionText(kind, args)),
    turn: call?.response ?? null,
    key: keyOf(event.id),
  });
}

/** The resolver's events have no source: there the first message is the task, later ones are the agent's. */
function isFromUser(event: Json, log: StepLog): boolean {
  return typeof event.source === "string" ? event.source === "user" : log.steps.length === 0;
}

interface ToolCall {
  readonly text: string;
  readonly response: string | null;
}

/** The call as the model made it, where the event keeps the answer that it came from. */
function toolCallOf(event: Json): ToolCall | null {
  const metadata = isObject(event.tool_call_metadata) ? event.tool_call_metadata : {};
  const response = isObject(metadata.model_response) ? metadata.model_response : {};
  const choice: unknown = Array.isArray(response.choices) ? response.choices[0] : null;
  const message = isObject(choice) && isObject(choice.message) ? choice.message : {};
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : [];
  const call = calls.find((candidate) => candidate.id === metadata.tool_call_id);
  if (call === undefined || !isObject(call.function) || typeof call.function.name !== "string") return null;
  return { text: callText(call.function.name, call.function.arguments), response: nullableText(response.id) };
}

function actionText(kind: string, args: Json): string {
  if (kind === "run" && typeof args.command === "string") return args.command;
  if (kind === "run_ipython" && typeof args.code === "string") return `ipython ${args.code}`;
  if (kind === "think") return kind;
  const kept = Object.entries(args).filter(([name, value]) => !NOISE.has(name) && !isEmpty(value));
  return callText(kind, Object.fromEntries(kept));
}

/** Members that say how an event was handled, not what the agent did. */
const NOISE = new Set([
  ..."action action_risk blocking cause confirmation_state cwd hidden id impl_source is_confirmed is_input is_static".split(
    " ",
  ),
  ..."keep_prompt kernel_init_code llm_metrics message security_risk source thought timeout timestamp".split(" "),
  ..."tool_call_metadata translated_ipython_code".split(" "),
]);

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (isObject(value) && Object.keys(value).length === 0);
}

function keyOf(id: unknown): string | null {
  return typeof id === "number" || typeof id === "string" ? String(id) : null;
}
