// Reads the trajectory file of trae-agent: its steps, with the patch in the file beside it (`--patch-path`).
import type { Trajectory } from "../core/types.js";
import type { ParsedRollout, SourceFile } from "./adapter.js";
import { isObject, type Json, list, nullableText, objectOf } from "./fields.js";
import { textOf } from "./messages.js";
import { baseName, instanceOfPath } from "./sourceNames.js";
import { type StepLog, stepLog } from "./stepLog.js";
import { callText } from "./turns.js";

/** trae-agent's own recorder writes `agent_steps` and `llm_interactions`; earlier dumps nest both in `llm_interaction`. */
export function isTraeTrajectory(record: Json): boolean {
  const interactions = record.llm_interactions ?? record.llm_interaction;
  return "task" in record && (Array.isArray(record.agent_steps) || Array.isArray(interactions));
}

export async function readTraeTrajectory(record: Json, source: SourceFile): Promise<readonly ParsedRollout[]> {
  const patchFile = baseName(source).replace(/(?:\.json)?(?:\.gz)?$/, ".patch");
  return [
    {
      instanceId: nullableText(record.instance_id) || instanceOfPath(source, "task"),
      id: null,
      patch: await source.sibling(patchFile),
      trajectory: trajectoryOf(record),
    },
  ];
}

function trajectoryOf(record: Json): Trajectory | null {
  const log = stepLog();
  log.say(nullableText(record.task) ?? "");
  const steps = list(record.agent_steps ?? [], "agent_steps");
  const interactions = list(record.llm_interactions ?? record.llm_interaction ?? [], "llm_interactions");
  let exitStatus: string | null = null;
  for (const [index, entry] of steps.entries()) {
    const step = objectOf(entry, `agent_steps[${index}]`);
    agentStep(step, log);
    exitStatus = nullableText(step.state) ?? exitStatus;
  }
  if (steps.length > 0) return log.trajectory(exitStatus);
  for (const [index, entry] of interactions.entries()) {
    const interaction = objectOf(entry, `llm_interactions[${index}]`);
    if (isObject(interaction.steps)) {
      agentStep(interaction.steps, log);
      exitStatus = nullableText(interaction.steps.state) ?? exitStatus;
    } else {
      if (index > 0) for (const result of resultsOf(interaction.input_messages)) log.observe(resultText(result));
      if (isObject(interaction.response)) agentStep({ llm_response: interaction.response }, log);
    }
  }
  return log.trajectory(exitStatus);
}

function agentStep(step: Json, log: StepLog): void {
  const response = isObject(step.llm_response) ? step.llm_response : {};
  const calls = callsOf(step.tool_calls).length > 0 ? callsOf(step.tool_calls) : callsOf(response.tool_calls);
  const thought = textOf(response.content) || (nullableText(step.thought) ?? "");
  // A step without an answer of the model is no turn: the recorder also notes failed requests.
  if (isObject(step.llm_response) || calls.length > 0) log.act({ thought, action: calls.join("\n") });
  const results = Array.isArray(step.tool_results) ? step.tool_results.filter(isObject) : [];
  for (const result of results) log.observe(resultText(result));
  for (const note of [step.reflection, step.error]) log.observe(nullableText(note) ?? "");
}

function callsOf(calls: unknown): string[] {
  return (Array.isArray(calls) ? calls : [])
    .filter(isObject)
    .map((call) => (typeof call.name === "string" ? callText(call.name, call.arguments) : ""))
    .filter((call) => call !== "");
}

function resultsOf(messages: unknown): Json[] {
  return (Array.isArray(messages) ? messages : [])
    .map((message) => (isObject(message) ? message.tool_result : null))
    .filter(isObject);
}

function resultText(result: Json): string {
  return [result.result, result.error]
    .map((part) => nullableText(part) ?? "")
    .filter((part) => part !== "")
    .join("\n");
}
