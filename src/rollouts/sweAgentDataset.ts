// Reads SWE-agent's runs as published data sets hold them: rows of chat messages beside the patch, not .traj files.
import { type ParsedRollout, RecordError } from "./adapter.js";
import { isObject, type Json, kindOf, label, nullableText, optionalText, text } from "./fields.js";
import { parseJson } from "./json.js";
import { trajectoryOfMessages } from "./messages.js";

/**
 * True for a row of one of the two sets in use: `{instance_id, trajectory[{role, text}], generated_patch, target,
 * exit_status}`, and SWE-smith's `{instance_id, messages, patch, traj_id, resolved}`, whose messages may be a JSON text.
 */
export function isDatasetRow(record: Json): boolean {
  if (typeof record.instance_id !== "string") return false;
  const first: unknown = Array.isArray(record.trajectory) ? record.trajectory[0] : null;
  if ("generated_patch" in record && isObject(first) && "role" in first) return true;
  const chat = Array.isArray(record.messages) || typeof record.messages === "string";
  return chat && "traj_id" in record && "patch" in record;
}

/** The rollout of a row. Throws RecordError. */
export function readDatasetRow(record: Json): ParsedRollout {
  const [field, patch, verdict] =
    "generated_patch" in record
      ? (["generated_patch", record.generated_patch, "target"] as const)
      : (["patch", record.patch, "resolved"] as const);
  const resolved = label(record[verdict], verdict);
  return {
    instanceId: text(record.instance_id, "instance_id"),
    id: nullableText(record.traj_id) || null,
    patch: optionalText(patch, field),
    trajectory: trajectoryOfMessages(messagesOf(record), { exitStatus: nullableText(record.exit_status) }),
    ...(resolved === undefined ? {} : { resolved }),
  };
}

function messagesOf(record: Json): readonly unknown[] {
  const field = "generated_patch" in record ? "trajectory" : "messages";
  const found = record[field];
  const messages = typeof found === "string" ? parseJson(found) : found;
  if (!Array.isArray(messages)) throw new RecordError(field, `a list of messages, got ${kindOf(messages)}`);
  return messages.map((message: unknown) =>
    isObject(message) ? { ...message, content: message.content ?? message.text ?? message.system_prompt } : message,
  );
}
