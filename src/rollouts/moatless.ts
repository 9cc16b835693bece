// Reads moatless-tools trajectories: steps (June 2024), transitions between states, and nodes of a loop or a search tree.
import type { Trajectory } from "../core/types.js";
import type { Adapter, ParsedRollout, Probe, RecordUnit, SourceFile } from "./adapter.js";
import { isObject, type Json, list, nullableText, objectOf, optionalText } from "./fields.js";
import { actionOf, outcomeOf } from "./moatlessActions.js";
import { attemptsOf, isNode } from "./moatlessNodes.js";
import { recordUnits } from "./recordUnit.js";
import { instanceOfPath } from "./sourceNames.js";
import { type StepLog, stepLog } from "./stepLog.js";

/**
 * A `trajectory.json` of any version. A search tree with several finished leaves holds as many attempts: each is a
 * rollout, named by the file and the leaf's node id. The rewards in a tree are a model's, never ground truth.
 */
export const moatless: Adapter = {
  format: "moatless",
  detect(probe: Probe): RecordUnit | null {
    if (probe.shape === "array" && isNode(probe.first)) return "document";
    const found = recordUnits(probe);
    return found !== null && formOf(found.first) !== null ? found.unit : null;
  },
  read(record, source): readonly ParsedRollout[] {
    const value: Json = Array.isArray(record.value) ? { nodes: record.value } : objectOf(record.value);
    const form = formOf(value);
    if (form === "steps" || form === "transitions") {
      const info = isObject(value.info) ? value.info : {};
      return [
        {
          instanceId: instanceOf(value, source),
          id: null,
          patch: optionalText(info.submission, "info.submission"),
          trajectory: form === "steps" ? stepsOf(value, info) : transitionsOf(value, info),
        },
      ];
    }
    const attempts = attemptsOf(value);
    return attempts.map(({ node, patch, trajectory }) => ({
      instanceId: instanceOf(value, source),
      id: attempts.length > 1 ? `${source.relativePath}#${node}` : null,
      patch,
      trajectory,
    }));
  },
};

type Form = "steps" | "transitions" | "nodes";

function formOf(record: Json): Form | null {
  if (isNode(record) || isNode(record.root) || first(record.nodes, isNode)) return "nodes";
  const { transitions, steps } = record;
  if (Array.isArray(transitions) && ("initial_message" in record || first(transitions, isTransition)))
    return "transitions";
  const own = isObject(record.info) || isObject(record.input);
  return own && Array.isArray(steps) && first(steps, (step) => isObject(step) && Array.isArray(step.actions))
    ? "steps"
    : null;
}

function first(values: unknown, holds: (value: unknown) => boolean): boolean {
  return Array.isArray(values) && holds(values[0]);
}

function isTransition(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.name === "string" &&
    ("state" in value || "properties" in value || "actions" in value)
  );
}

function instanceOf(record: Json, source: SourceFile): string {
  const info = isObject(record.info) ? record.info : {};
  const metadata = isObject(record.metadata) ? record.metadata : {};
  const named = [info.instance_id, metadata.instance_id, record.instance_id, metadata.swebench_instance_id];
  return named.find((id): id is string => typeof id === "string" && id !== "") ?? instanceOfPath(source);
}

function stepsOf(record: Json, info: Json): Trajectory | null {
  const log = stepLog();
  log.say(isObject(record.input) ? (nullableText(record.input.problem_statement) ?? "") : "");
  for (const [index, step] of list(record.steps, "steps").entries()) {
    const { actions } = objectOf(step, `steps[${index}]`);
    for (const [at, entry] of list(actions ?? [], `steps[${index}].actions`).entries()) {
      const action = objectOf(entry, `steps[${index}].actions[${at}]`);
      log.act(actionOf(action.input, nullableText(action.name) ?? "action"));
      log.observe(outcomeOf(action.output));
    }
  }
  return log.trajectory(nullableText(info.status));
}

function transitionsOf(record: Json, info: Json): Trajectory | null {
  const log = stepLog();
  log.say(nullableText(record.initial_message) ?? "");
  for (const transition of pathOf(record)) act(transition, log);
  return log.trajectory(nullableText(info.status));
}

/** Each request of a state is an answer of the model, retries included. */
function act(transition: Json, log: StepLog): void {
  const name = nullableText(transition.name) ?? "action";
  for (const [at, entry] of list(transition.actions ?? [], "transitions.actions").entries()) {
    const action = objectOf(entry, `transitions.actions[${at}]`);
    const response = isObject(action.response) ? action.response : action;
    log.act(actionOf(action.request ?? action.action, name));
    log.observe(outcomeOf(response.output));
    log.observe(nullableText(response.retry_message) ?? "");
  }
}

/** Transitions name the state before them: those from the start to the current one, or all where they don't. */
function pathOf(record: Json): readonly Json[] {
  const all = list(record.transitions, "transitions").map((value, index) => objectOf(value, `transitions[${index}]`));
  const byId = new Map(all.map((transition) => [transition.id, transition]));
  const path: Json[] = [];
  let current = byId.get(record.current_transition_id);
  while (current !== undefined && !path.includes(current)) {
    path.unshift(current);
    current = current.previous_state_id == null ? undefined : byId.get(current.previous_state_id);
  }
  const linked = path.length > 1 && all.some((transition) => transition.previous_state_id != null);
  return linked ? path : all;
}
