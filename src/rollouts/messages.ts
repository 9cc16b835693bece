// Chat messages into steps: an assistant turn is a step, what users and tools say before the next one is its observation.
import type { Step, Trajectory } from "../core/types.js";
import { RecordError } from "./adapter.js";
import { isObject, type Json, list, nullableText } from "./fields.js";
import { callText, splitTurn } from "./turns.js";

export interface MessagesOptions {
  /** Name of the field for messages of RecordError; default "messages". */
  readonly field?: string;
  readonly exitStatus?: string | null;
}

/**
 * Steps of a chat in the forms of OpenAI (content and `tool_calls`), Anthropic (parts), OpenAI's Responses and plain text.
 * A `system` message starts a new speaker: what users say between it and the next turn is a prompt, not an observation.
 * Null where the chat has neither an issue nor a turn. Throws RecordError where it is no list of messages.
 */
export function trajectoryOfMessages(messages: unknown, options: MessagesOptions = {}): Trajectory | null {
  const field = options.field ?? "messages";
  const steps: Step[] = [];
  let issue: string | null = null;
  let observations: string[] = [];
  let prompting = true;
  const close = (): void => {
    const last = steps.at(-1);
    if (last !== undefined) steps[steps.length - 1] = { ...last, observation: observations.join("\n") };
    observations = [];
  };
  for (const [index, message] of list(messages, field).entries()) {
    if (!isObject(message)) throw new RecordError(`${field}[${index}]`, "an object (a message)");
    const role = roleOf(message);
    if (role === "assistant") {
      close();
      steps.push({ ...turnOf(message), observation: "" });
      prompting = false;
    } else if (role === "system") {
      prompting = true;
    } else if (role === "user" || role === "tool") {
      const text = textOf(message.content ?? message.output);
      if (role === "user" && issue === null && message.is_demo !== true) issue = text;
      if (!prompting && text !== "") observations.push(text);
    }
  }
  close();
  return issue === null && steps.length === 0 ? null : { issue, steps, exitStatus: options.exitStatus ?? null };
}

/** Thought and action of one assistant message: calls by structure where it has them, else as its text spells them. */
export function turnOf(message: Json): { readonly thought: string; readonly action: string } {
  const calls = callsOf(message);
  const text = textOf(message.content ?? message.output);
  const thinking = text === "" ? (nullableText(message.reasoning_content) ?? "") : text;
  if (calls.length > 0) return { thought: thinking.trim(), action: calls.join("\n") };
  return splitTurn(thinking);
}

/** Text of a message's content: a string, or the text parts of a list one a line; "" for anything else. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (isObject(content)) return textOfPart(content);
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => (typeof part === "string" ? part : isObject(part) ? textOfPart(part) : ""))
    .filter((text) => text !== "")
    .join("\n");
}

/** "assistant", "user", "tool" or "system"; other roles (exit, log …) keep their own names. */
function roleOf(message: Json): string {
  if (typeof message.role === "string") return ALIASES[message.role] ?? message.role;
  if (message.object === "response") return "assistant";
  if (message.type === "function_call_output") return "tool";
  return "";
}

const ALIASES: Readonly<Record<string, string>> = {
  ai: "assistant",
  model: "assistant",
  human: "user",
  function: "tool",
  observation: "tool",
  developer: "system",
};

function callsOf(message: Json): string[] {
  const listed = Array.isArray(message.tool_calls) ? message.tool_calls.map(callOfOpenAi) : [];
  if (listed.length > 0) return listed.filter((call) => call !== "");
  const single = isObject(message.function_call) ? [callOfOpenAi({ function: message.function_call })] : [];
  const content = message.content ?? message.output;
  const parts = Array.isArray(content) ? content.filter(isObject).map(callOfPart) : [];
  return [...single, ...parts].filter((call) => call !== "");
}

function callOfOpenAi(call: unknown): string {
  if (!isObject(call)) return "";
  const body = isObject(call.function) ? call.function : call;
  return typeof body.name === "string" ? callText(body.name, body.arguments ?? body.input) : "";
}

function callOfPart(part: Json): string {
  if (part.type !== "tool_use" && part.type !== "function_call") return "";
  return typeof part.name === "string" ? callText(part.name, part.input ?? part.arguments) : "";
}

function textOfPart(part: Json): string {
  if (typeof part.text === "string") return part.text;
  if (part.type === "tool_result" || part.type === "message") return textOf(part.content);
  return "";
}
