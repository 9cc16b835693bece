// Splits an assistant's text into thought and action where the text makes the action plain, and writes calls as one text.
import { isObject, type Json } from "./fields.js";

export interface Turn {
  readonly thought: string;
  readonly action: string;
}

/**
 * Thought and action of a turn written as text: a JSON object with a `scratch_pad` or an `action` (Moatless), `<tool_call>{json}`, `<function=name>`, `<execute_bash>` (and `_ipython`,
 * `_browse`), a fenced shell block, or a fence without a language that ends the text (SWE-agent's DISCUSSION and COMMAND).
 * A text with none of these is all thought.
 */
export function splitTurn(text: string): Turn {
  return (
    jsonTurn(text) ??
    taggedCalls(text) ??
    functionCalls(text) ??
    executed(text) ??
    fenced(text) ?? { thought: clean(text), action: "" }
  );
}

/** A call as text: the command alone for a shell tool, else the tool's name and its arguments as JSON. */
export function callText(name: string, args: unknown): string {
  const values = typeof args === "string" ? parseObject(args) : isObject(args) ? args : null;
  if (values === null) return typeof args === "string" && args !== "" ? `${name} ${args}` : name;
  if (SHELL_TOOLS.test(name) && typeof values.command === "string") return values.command;
  return Object.keys(values).length === 0 ? name : `${name} ${JSON.stringify(values)}`;
}

/** Text without SWE-agent's DISCUSSION and COMMAND headings and without blank ends. */
export function clean(text: string): string {
  return text
    .replace(/^\s*DISCUSSION:?[ \t]*\n/, "")
    .replace(/\n\s*COMMAND:?\s*$/, "")
    .trim();
}

const SHELL_TOOLS = /^(?:execute_)?(?:bash|shell|terminal|run|cmd)(?:_execute|_command)?$/i;

function jsonTurn(text: string): Turn | null {
  if (!text.startsWith("{") || !text.trimEnd().endsWith("}")) return null;
  const value = parseObject(text);
  if (value === null || !("scratch_pad" in value || "action" in value)) return null;
  const inner = isObject(value.action) ? value.action : value;
  const { scratch_pad, ...call } = inner;
  const rest = inner === value ? call : { ...value, action: call };
  return { thought: typeof scratch_pad === "string" ? scratch_pad.trim() : "", action: JSON.stringify(rest) };
}

function taggedCalls(text: string): Turn | null {
  const calls: string[] = [];
  const rest = text.replace(/<tool_call>([\s\S]*?)<\/tool_call>/g, (_, body: string) => {
    const call = parseObject(body);
    calls.push(typeof call?.name === "string" ? callText(call.name, call.arguments ?? call.input) : body.trim());
    return "";
  });
  return calls.length > 0 ? { thought: clean(rest), action: calls.join("\n") } : null;
}

function functionCalls(text: string): Turn | null {
  const start = text.search(/<function=[^>\s]+>/);
  if (start === -1) return null;
  const calls = [...text.slice(start).matchAll(/<function=([^>\s]+)>([\s\S]*?)(?:<\/function>|(?=<function=)|$)/g)];
  const thought = text.slice(0, start).replace(/<(?:function_calls?|tool_call)>\s*$/, "");
  return {
    thought: clean(thought),
    action: calls.map((call) => callText(call[1] ?? "", parametersOf(call[2] ?? ""))).join("\n"),
  };
}

function parametersOf(body: string): Json {
  const found = body.matchAll(/<parameter=([^>\s]+)>([\s\S]*?)(?:<\/parameter>|(?=<parameter=)|$)/g);
  return Object.fromEntries([...found].map((match) => [match[1] ?? "", trimNewlines(match[2] ?? "")]));
}

function executed(text: string): Turn | null {
  const match = /<execute_(bash|ipython|browse)>([\s\S]*?)(?:<\/execute_\1>|$)/.exec(text);
  if (match === null) return null;
  const action = trimNewlines(match[2] ?? "");
  return { thought: clean(text.slice(0, match.index)), action: match[1] === "bash" ? action : `${match[1]} ${action}` };
}

/** The last fence wins, as in SWE-agent's parser; a fence of another language, or in the middle, is part of the thought. */
function fenced(text: string): Turn | null {
  const blocks = [...text.matchAll(/^[ \t]*```([\w-]*)[ \t]*\r?\n([\s\S]*?)^[ \t]*```[ \t]*\r?$/gm)];
  const shell = blocks.filter((block) => SHELL_FENCES.test(block[1] ?? "")).at(-1);
  const last = blocks.at(-1);
  const plain = last?.[1] === "" && text.slice(last.index + last[0].length).trim() === "" ? last : undefined;
  const block = plain ?? shell;
  if (block === undefined) return null;
  const around = `${text.slice(0, block.index)}${text.slice(block.index + block[0].length)}`;
  return { thought: clean(around), action: trimNewlines(block[2] ?? "") };
}

const SHELL_FENCES = /^(?:bash|sh|shell|mswea_bash_command|console)$/;

function trimNewlines(text: string): string {
  return text.replace(/^(?:\r?\n)+/, "").replace(/\s+$/, "");
}

function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
