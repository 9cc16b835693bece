// Writes moatless's structured actions and outcomes as text: the reasoning field is the thought, the rest is the call.
import { isObject, type Json, nullableText } from "./fields.js";
import { textOf } from "./messages.js";
import { callText } from "./turns.js";

/** Thought and action of the arguments that a model filled in. `name` is taken where they name no action. */
export function actionOf(value: unknown, name: string): { readonly thought: string; readonly action: string } {
  if (!isObject(value)) return { thought: "", action: name };
  const thought = THOUGHTS.map((field) => textOf(value[field])).find((text) => text !== "") ?? "";
  const kept = Object.entries(value).filter(([field, member]) => !LEFT_OUT.has(field) && !isBlank(member));
  return { thought, action: callText(nameOf(value) ?? name, Object.fromEntries(kept)) };
}

/** What a model was told of an action: its message, a diff, else the whole outcome as JSON. */
export function outcomeOf(value: unknown): string {
  if (!isObject(value)) return textOf(value);
  const parts = [value.message, value.diff, value.response].map(textOf).filter((text) => text !== "");
  if (parts.length > 0) return parts.join("\n");
  const kept = Object.entries(value).filter(([, member]) => !isBlank(member));
  return kept.length === 0 ? "" : JSON.stringify(Object.fromEntries(kept));
}

const THOUGHTS = ["scratch_pad", "thoughts", "thought", "reasoning"] as const;
const LEFT_OUT = new Set<string>([...THOUGHTS, "action_args_class", "name"]);

/** The name of the action, or of its class: `moatless.actions.find_class.FindClassArgs` is FindClass. */
function nameOf(value: Json): string | null {
  const name = nullableText(value.name);
  if (name !== null && name !== "") return name;
  return nullableText(value.action_args_class)?.split(".").at(-1)?.replace(/Args$/, "") ?? null;
}

function isBlank(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
