// Reads SWE-agent's .traj of 0.x and 1.x: the list of steps, the submission, and the issue from the history.
import type { Step, Trajectory } from "../core/types.js";
import {
  type Adapter,
  type ParsedRollout,
  type Probe,
  RecordError,
  type RecordUnit,
  type SourceFile,
} from "./adapter.js";
import { isObject, type Json, kindOf, list, nullableText, objectOf, optionalText } from "./fields.js";
import { textOf } from "./messages.js";
import { recordUnits } from "./recordUnit.js";
import { instanceOfPath, stemOf } from "./sourceNames.js";
import { isDatasetRow, readDatasetRow } from "./sweAgentDataset.js";
import { clean } from "./turns.js";

/** `{trajectory: [{action, observation, thought}], history, info: {submission, exit_status}}`, one a file; or a row of a data set. */
export const sweAgent: Adapter = {
  format: "swe-agent",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    return found !== null && (isTraj(found.first) || isDatasetRow(found.first)) ? found.unit : null;
  },
  read(record, source) {
    const value = objectOf(record.value);
    return [isDatasetRow(value) ? readDatasetRow(value) : readTraj(value, source)];
  },
};

/** True for the form that SWE-agent and its dialects share. */
export function isTraj(value: Json): boolean {
  if (!Array.isArray(value.trajectory) || !isObject(value.info)) return false;
  const first: unknown = value.trajectory[0];
  if (first === undefined) return Array.isArray(value.history);
  return isObject(first) && "action" in first && "observation" in first;
}

/** The rollout of one .traj. Throws RecordError. */
export function readTraj(value: Json, source: SourceFile): ParsedRollout {
  const info = objectOf(value.info, "info");
  const steps = list(value.trajectory, "trajectory").map((step, index) => stepOf(step, `trajectory[${index}]`));
  const exitStatus = nullableText(info.exit_status);
  const submission = optionalText(info.submission, "info.submission");
  return {
    instanceId: instanceOf(value, source),
    id: null,
    // A run that came to its end without a submission submitted nothing; one that was cut off says nothing.
    patch: submission ?? (exitStatus === null ? null : ""),
    trajectory: trajectoryOf(value, steps, exitStatus),
  };
}

function trajectoryOf(value: Json, steps: readonly Step[], exitStatus: string | null): Trajectory | null {
  const issue = issueOf(value.history);
  return issue === null && steps.length === 0 ? null : { issue, steps, exitStatus };
}

function stepOf(value: unknown, field: string): Step {
  if (!isObject(value)) throw new RecordError(field, `an object (a step), got ${kindOf(value)}`);
  return {
    thought: clean(optionalText(value.thought, `${field}.thought`) ?? nullableText(value.response) ?? ""),
    action: (optionalText(value.action, `${field}.action`) ?? "").trimEnd(),
    observation: optionalText(value.observation, `${field}.observation`) ?? "",
  };
}

/** The first message of a user that is no demonstration. */
function issueOf(history: unknown): string | null {
  if (!Array.isArray(history)) return null;
  const first = history.find((entry) => isObject(entry) && entry.role === "user" && entry.is_demo !== true);
  return isObject(first) ? textOf(first.content) || null : null;
}

/** 1.x names the instance; 0.x knows its repository (the working folder), and the file or its folder has the number. */
function instanceOf(value: Json, source: SourceFile): string {
  const own = nullableText(value.instance_id) ?? replayed(value.replay_config);
  if (own !== null && own !== "") return own;
  const environment = nullableText(value.environment);
  if (environment !== null && environment !== "" && !SHARED_ENVIRONMENTS.has(environment)) return environment;
  const id = instanceOfPath(source);
  const repository = repositoryOf(value.trajectory);
  if (repository === null || id.startsWith(repository)) return id;
  const stem = stemOf(source);
  if (isNamedAfter(stem, repository)) return stem;
  throw new RecordError(
    "instance_id",
    `a file or folder named after the instance (${repository}-<number>), as SWE-agent 0.x does`,
  );
}

/** Issues by URL, local repositories and challenges have ids without `owner__`: the repository's own name is in them. */
function isNamedAfter(stem: string, repository: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const name = letters(repository.split("__").at(-1) ?? "");
  return name !== "" && letters(stem).includes(name);
}

const SHARED_ENVIRONMENTS = new Set(["swe_main", "main", "swe-agent", "default"]);

/** `problem_statement.id` of the replay configuration, which 1.x stores as a JSON text. */
function replayed(config: unknown): string | null {
  if (typeof config !== "string") return null;
  try {
    const value: unknown = JSON.parse(config);
    const statement = isObject(value) ? value.problem_statement : null;
    return isObject(statement) ? nullableText(statement.id) : null;
  } catch {
    return null;
  }
}

/** `owner__repo` from the working folder of the first step, or null. */
function repositoryOf(trajectory: unknown): string | null {
  const first: unknown = Array.isArray(trajectory) ? trajectory[0] : null;
  const state = isObject(first) ? first.state : null;
  const text = typeof state === "string" ? state : isObject(state) ? JSON.stringify(state) : "";
  return /"working_dir":\s*"\/([\w.-]+__[\w.-]+)/.exec(text)?.[1] ?? null;
}
