// Reads moatless's nodes, a loop's list or a search tree: each finished leaf is an attempt, its path to the root the steps.
import type { Trajectory } from "../core/types.js";
import { isObject, type Json, list, nullableText, objectOf, optionalText } from "./fields.js";
import { textOf } from "./messages.js";
import { actionOf, outcomeOf } from "./moatlessActions.js";
import { type StepLog, stepLog } from "./stepLog.js";

export interface Attempt {
  readonly node: number;
  readonly patch: string | null;
  readonly trajectory: Trajectory | null;
}

export function isNode(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.node_id === "number" &&
    ("action" in value || "action_steps" in value || NODE.some((f) => f in value))
  );
}

const NODE = ["message", "user_message", "file_context", "children", "parent_id"] as const;

/** Attempts in order of node id: the finished leaves, or where none is finished the leaf that was made last. */
export function attemptsOf(record: Json): readonly Attempt[] {
  const places = placesOf(record);
  const parents = new Set([...places.values()].map(({ parent }) => parent));
  const leaves = [...places.values()].filter(({ id }) => !parents.has(id)).sort((a, b) => a.id - b.id);
  const finished = leaves.filter(({ node }) => endingOf(node) !== null);
  const chosen = finished.length > 0 ? finished : leaves.slice(-1);
  return chosen.map(({ id }) => {
    const path = pathTo(id, places);
    return { node: id, patch: patchOf(record, chosen.length, path), trajectory: trajectoryOf(record, path) };
  });
}

interface Place {
  readonly id: number;
  readonly parent: number | null;
  readonly node: Json;
}

/** Nodes by id, from a list with `parent_id` or a tree with `children`; walked without recursion, as trees are deep. */
function placesOf(record: Json): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  const listed = Array.isArray(record.nodes);
  const todo: { value: unknown; parent: number | null; field: string }[] = listed
    ? list(record.nodes, "nodes").map((value, index) => ({ value, parent: null, field: `nodes[${index}]` }))
    : [{ value: record.root ?? record, parent: null, field: "root" }];
  for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
    const node = objectOf(next.value, next.field);
    const id = typeof node.node_id === "number" ? node.node_id : places.size;
    if (places.has(id)) continue;
    const parent = typeof node.parent_id === "number" ? node.parent_id : next.parent;
    places.set(id, { id, parent, node });
    for (const child of list(node.children ?? [], `${next.field}.children`)) {
      todo.push({ value: child, parent: id, field: `node ${id}.children` });
    }
  }
  return linked(places, listed);
}

/** A loop's list may leave `parent_id` out: then each node follows the one before it. */
function linked(places: ReadonlyMap<number, Place>, listed: boolean): ReadonlyMap<number, Place> {
  if (!listed || [...places.values()].some(({ parent }) => parent !== null)) return places;
  const order = [...places.values()];
  return new Map(order.map((place, index) => [place.id, { ...place, parent: order[index - 1]?.id ?? null }]));
}

function pathTo(id: number, places: ReadonlyMap<number, Place>): readonly Json[] {
  const path: Place[] = [];
  let current = places.get(id);
  while (current !== undefined && !path.includes(current)) {
    path.push(current);
    current = current.parent === null ? undefined : places.get(current.parent);
  }
  return path.reverse().map(({ node }) => node);
}

function trajectoryOf(record: Json, path: readonly Json[]): Trajectory | null {
  const log = stepLog();
  const info = isObject(record.info) ? record.info : {};
  let ending: string | null = null;
  for (const node of path) {
    const said = nullableText(node.user_message) ?? nullableText(node.message) ?? "";
    if (said !== "") log.say(said);
    act(node, log);
    ending = endingOf(node);
  }
  return log.trajectory(nullableText(info.status) ?? ending);
}

/** A node is one answer of the model, with one action or (newer versions) several. */
function act(node: Json, log: StepLog): void {
  const spoken = isObject(node.thoughts) ? textOf(node.thoughts.text) : textOf(node.thoughts);
  const text = spoken || textOf(node.assistant_message);
  const steps = actionStepsOf(node);
  for (const step of steps) {
    const { thought, action } = actionOf(step.action, "action");
    log.act({ thought: text || thought, action, turn: `node ${node.node_id}` });
    log.observe(outcomeOf(step.observation));
  }
  if (steps.length === 0 && text !== "") log.act({ thought: text, action: "" });
}

function actionStepsOf(node: Json): readonly Json[] {
  if (Array.isArray(node.action_steps) && node.action_steps.length > 0) return node.action_steps.filter(isObject);
  return isObject(node.action) ? [{ action: node.action, observation: node.observation ?? node.output }] : [];
}

/** "finish" or "reject" where the node ends an attempt, else null. */
function endingOf(node: Json): string | null {
  const last = actionStepsOf(node).at(-1);
  const outcome = isObject(last?.observation) ? last.observation : {};
  const action = isObject(last?.action) ? actionOf(last.action, "").action : "";
  const named = /^(finish|reject)/i.exec(action)?.[1]?.toLowerCase() ?? null;
  return named ?? (outcome.terminal === true || node.terminal === true ? "finish" : null);
}

/**
 * The run's own diff where it names one, else that of the last file context on the path, which holds each file's diff
 * against the base commit ("" if no file was changed). Null where the path has none.
 */
function patchOf(record: Json, attempts: number, path: readonly Json[]): string | null {
  const info = isObject(record.info) ? record.info : {};
  if (attempts === 1 && info.submission != null) return optionalText(info.submission, "info.submission");
  const contexts = path.map((node) => (isObject(node.file_context) ? node.file_context.files : null));
  const files = contexts.filter((found) => Array.isArray(found)).at(-1);
  if (files === undefined) return null;
  return files
    .map((file: unknown) => (isObject(file) ? (nullableText(file.patch) ?? "") : ""))
    .filter((patch) => patch.trim() !== "")
    .map((patch) => (patch.endsWith("\n") ? patch : `${patch}\n`))
    .join("");
}
