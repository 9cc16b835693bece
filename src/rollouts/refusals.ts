// Says why a file holds no rollouts: well-known files of the trade by what they are, the rest by what was seen and the nearest format.
import type { Adapter, FormatName } from "./adapter.js";
import { isObject, type Json } from "./fields.js";
import type { Peek } from "./peek.js";
import type { Source } from "./sources.js";

/** One sentence: what the file is, or what was looked at and which of the formats it is nearest to. */
export function refusalOf(peeked: Peek, source: Source, adapters: readonly Adapter[]): string {
  const known = peeked.shape === "text" ? knownText(peeked.head, source) : knownJson(peeked);
  if (known !== null) return known;
  const formats = adapters.map((adapter) => adapter.format);
  if (peeked.damage !== null) return `${peeked.damage.message}; ${looked(peeked)}; ${nearestTo(peeked, formats)}`;
  return `no known format: ${looked(peeked)}; ${nearestTo(peeked, formats, source)}`;
}

type JsonRule = readonly [holds: (value: Json) => boolean, what: string];

const has = (value: Json, ...keys: readonly string[]): boolean => keys.every((key) => key in value);

/** In order: the first that holds names the file. */
const JSON_RULES: readonly JsonRule[] = [
  [(v) => has(v, "cells", "nbformat"), "a Jupyter notebook, not rollouts"],
  [
    (v) => has(v, "test_output") && (has(v, "report") || has(v, "eval_sh")),
    "logs of a SWE-bench harness run, not rollouts: `bestk grade` reads them",
  ],
  [
    (v) => has(v, "gold", "base", "candidates"),
    "an evidence table (generated tests on candidates), not rollouts: `bestk rank` and `bestk curve` read it",
  ],
  [
    (v) => has(v, "instance_id") && (has(v, "regression_counts") || has(v, "reproduction")),
    "an evidence table (test outcomes of Agentless patches), not rollouts: `bestk rank` and `bestk curve` read it",
  ],
  [
    (v) => has(v, "instance_id", "patch_idx", "patch"),
    "a table of Agentless patches with votes, not rollouts: `--patches` and the evidence loaders read it",
  ],
  [
    (v) => has(v, "docker_image") && (has(v, "regression_rates") || has(v, "avg_yes_prob") || has(v, "gt_rewards")),
    "R2E-Gym's table of verifier scores, not rollouts: `bestk rank` and `bestk curve` read it",
  ],
  [
    (v) =>
      (has(v, "problem_statement", "base_commit") && (has(v, "test_patch") || has(v, "FAIL_TO_PASS"))) ||
      has(v, "instance_id", "repo", "FAIL_TO_PASS"),
    "instance records (issue, gold patch, tests), not rollouts: give them with `--instances`",
  ],
  [
    (v) => has(v, "org", "repo", "number", "fix_patch"),
    "Multi-SWE-bench's instance records (issue, true patch, tests), not rollouts",
  ],
  [(v) => has(v, "instance_ids"), "a list of instance ids (a data set's or a split's): no patches and no steps"],
  [
    (v) => has(v, "resolved_ids") || has(v, "ids_resolved") || has(v, "total_instances", "submitted_instances"),
    "a summary report of a SWE-bench harness run: counts and lists of ids, no patches and no steps",
  ],
  [
    (v) =>
      has(v, "patch_successfully_applied") ||
      has(v, "FAIL_TO_PASS", "PASS_TO_FAIL") ||
      (isObject(someValue(v)) && has(someValue(v) as Json, "patch_successfully_applied")),
    "a SWE-bench harness report: test outcomes, no patches and no steps",
  ],
  [
    (v) => Array.isArray(v.resolved) && (has(v, "applied") || has(v, "generated") || has(v, "no_generation")),
    "leaderboard results: lists of ids, no patches and no steps",
  ],
  [
    (v) => v.type === "thread.started" || (has(v, "type") && typeof v.thread_id === "string"),
    "a Codex-style event stream (one of PolyBench's own forms): it names no instance and no final patch",
  ],
  [
    (v) => v.type === "turn.started" || (v.type === "item.completed" && has(v, "item")),
    "a Codex-style event stream (one of PolyBench's own forms): it names no instance and no final patch",
  ],
  [
    (v) => has(v, "session_id", "trajectory_entries"),
    "a session in Vorflux's own form (spans of calls, no final patch); its normalised trajectories are read",
  ],
  [
    (v) => has(v, "task") && (has(v, "llm_interactions") || has(v, "llm_interaction") || has(v, "agent_steps")),
    "a Trae agent trajectory that names no instance and holds no patch",
  ],
  [
    (v) => has(v, "raw_output", "all_generations"),
    "Agentless's raw generations: edits, not patches (its output_<n>_processed.jsonl is read)",
  ],
  [
    (v) => has(v, "found_files") || has(v, "found_edit_locs"),
    "Agentless's fault localization: places to edit, no patches (its output_<n>_processed.jsonl is read)",
  ],
  [
    (v) => has(v, "selected_diff_index"),
    "the result of Augment's ensembler: a choice that was made; the diffs that it chose from are read",
  ],
  [
    (v) => has(v, "task_id") && (has(v, "task_info") || has(v, "setup_info")),
    "AutoCodeRover's description of a task, not a rollout: it is read beside a conversation_round_<n>.json",
  ],
  [
    (v) => has(v, "extract_status") || has(v, "func_name", "call_ok"),
    "AutoCodeRover's notes on a task, not a rollout: its conversation_round_<n>.json is read",
  ],
  [
    (v) => has(v, "eval_output_dir") && (has(v, "llm_config") || has(v, "llm")),
    "the settings of an OpenHands evaluation: its output.jsonl is read",
  ],
  [
    (v) => has(v, "agent", "stuck_detection", "max_iterations"),
    "the state of an OpenHands conversation: the files in its events folder are read",
  ],
  [
    (v) => typeof v.kind === "string" && has(v, "timestamp", "source"),
    "events of an OpenHands conversation one a line: they are read from output.jsonl, a JSON list or an events folder",
  ],
  [
    (v) => has(v, "instance_id") && Array.isArray(v.history) && v.history.length === 0,
    "a record without an event and without a patch: the run left nothing to judge",
  ],
  [(v) => has(v, "run_type", "inputs"), "traced calls (LangSmith's form): they name no instance and no final patch"],
  [
    (v) => Array.isArray(v.messages) && !has(v, "patch") && !has(v, "info"),
    "chat messages alone (training data, or the log of a request): no final patch, and no scaffold that is known",
  ],
];

function knownJson(peeked: Peek): string | null {
  const value = peeked.firsts[0];
  if (peeked.damage === null && isEmpty(peeked)) return "holds no record: an empty JSON list or object";
  if (Array.isArray(value) && isObject(value[0]) && "role" in value[0]) {
    return "lists of chat messages (what AutoCodeRover asked its proxy agent): its conversation_round_<n>.json is read";
  }
  if (!isObject(value)) return null;
  if (typeof value.schema === "string" && /^bestk\./.test(value.schema) && value.schema !== "bestk.rollout/1") {
    return `a file of bestk's own (${value.schema.slice(0, 60)}), but not of rollouts (bestk.rollout/1)`;
  }
  return JSON_RULES.find(([holds]) => holds(value))?.[1] ?? null;
}

type TextRule = readonly [pattern: RegExp, what: string];

const TEXT_RULES: readonly TextRule[] = [
  [/^\s*$/, "an empty file"],
  [/^#!.*sh\b/, "a shell script"],
  [/^PAR1/, "a Parquet file; rollouts are read from JSON and JSONL"],
  [/^PK\W\W/, "a zip archive; unpack it first"],
  [/^version https:\/\/git-lfs\.github\.com/, "a Git LFS pointer: the file itself was not fetched"],
  [
    /^\s*(?:diff --git |--- (?:a\/|\/dev\/null)|Index: |From [0-9a-f]{40} )/,
    "a lone patch: it names no instance (predictions hold instance_id, model_name_or_path and model_patch)",
  ],
  [/^# Trace: /, "a Markdown trace (one of PolyBench's own forms): prose, no structured steps"],
  [
    /^#{20,}\s*\n?PHASE \d/,
    "a text transcript in phases (one of PolyBench's own forms): it names no instance and no final patch",
  ],
  [/^submission,|^instance_id,/, "a leaderboard or result table in CSV: no patches and no steps"],
  [
    /Task Metadata:\s*\n\s*- Instance ID:|>>>>> (?:Applied Patch|Patch Apply Failed|Init Succeeded)/,
    "a log of a SWE-bench harness run: no rollout, only the output of its tests",
  ],
  [
    /^\++ source \/opt\/miniconda3|>>>>> (?:Start|End) Test Output|Container for \S+ (?:created|started)|Creating container for/,
    "a log or test output of a SWE-bench harness run: no patch and no steps",
  ],
  [
    /^\s*# modification \d/,
    "a patch in AutoCodeRover's own notation, beside its conversation: extracted_patch_<n>.diff is read",
  ],
  [/^\s*# aider chat started/, "aider's chat history: prose, no structured steps and no final patch"],
  [/^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d/, "a log, lines with a time each: no structured steps and no final patch"],
  [/^Initial prompt:/, "a plain-text log of Anthropic's tools agent: a transcript for people, none of the formats"],
  [/^\s*<(?:!doctype|html)/i, "an HTML page"],
];

function knownText(head: string, source: Source): string | null {
  if (/\.ya?ml(?:\.gz)?$/i.test(source.file) && head.trim() !== "") {
    return "a YAML file (settings, or a list of how runs ended): scaffolds write no rollouts in YAML";
  }
  const rule = TEXT_RULES.find(([pattern]) => pattern.test(head));
  if (rule !== undefined) return rule[1];
  if (/^(?:\uFFFE|\uFFFD\uFFFD)/.test(head) && head.includes("\0")) return "UTF-16 text; rollouts are read as UTF-8";
  return head.includes("\0") ? "a binary file" : null;
}

/** What each format's records are known by. */
const MARKS: Readonly<Record<FormatName, readonly string[]>> = {
  bestk: ["schema", "instanceId", "rolloutId", "patch", "trajectory"],
  predictions: ["instance_id", "model_patch", "model_name_or_path"],
  "swe-agent": ["trajectory", "history", "info", "environment", "replay_config"],
  "mini-swe-agent": ["info", "messages", "trajectory_format", "instance_id"],
  openhands: ["instance_id", "history", "test_result", "instruction", "metadata", "git_patch"],
  "openhands-sdk": ["instance_id", "history", "test_result", "attempt", "instance"],
  "r2e-gym": ["trajectory_steps", "docker_image", "problem_statement", "output_patch", "ds", "exit_reason"],
  moatless: ["nodes", "transitions", "root", "trajectory", "max_expansions", "actions", "steps"],
  agentless: ["instance_id", "raw_output", "all_generations", "try_count", "prev_content", "model_patch"],
  trae: ["instance_id", "issue", "patches", "success_id", "regressions"],
  augment: ["id", "instruction", "diffs", "eval_outcomes"],
  normalised: ["source", "run", "instance_id", "patch", "messages"],
  coder: ["trajectory", "history", "info", "environment", "plan", "roles"],
  autocoderover: ["conversation_round", "selected_patch", "agent", "messages", "task_id"],
};

function nearestTo(peeked: Peek, formats: readonly FormatName[], source?: Source): string {
  const value = peeked.firsts.find(isObject);
  if (value === undefined) {
    const named = source === undefined ? undefined : formats.find((format) => source.relativePath.includes(format));
    return `the nearest format is ${named ?? "predictions"}, and it is JSON`;
  }
  const scored = formats
    .map((format) => ({
      format,
      missing: MARKS[format].filter((mark) => !(mark in value)),
      total: MARKS[format].length,
    }))
    .sort((a, b) => a.missing.length / a.total - b.missing.length / b.total);
  const best = scored[0];
  if (best === undefined) return "no format was asked";
  const lacks = best.missing.length === best.total ? "shares none of its fields" : `lacks ${best.missing.join(", ")}`;
  return `the nearest format is ${best.format} (it ${lacks})`;
}

function looked(peeked: Peek): string {
  const value = peeked.firsts[0];
  if (peeked.shape === "text") {
    const line = peeked.head.split("\n").find((text) => text.trim() !== "") ?? "";
    return `text that starts with ${JSON.stringify(line.slice(0, 60))}`;
  }
  const what = { object: "a JSON object", array: "a JSON list", jsonl: "JSON lines" }[peeked.shape];
  if (!isObject(value)) return `${what} whose first element is no object`;
  const keys = Object.keys(value);
  const shown = keys.slice(0, 8).map((key) => key.slice(0, 40));
  return `${what} with the fields ${shown.join(", ")}${keys.length > shown.length ? " …" : ""}`;
}

function isEmpty(peeked: Peek): boolean {
  const value = peeked.firsts[0];
  return value === undefined || (peeked.shape === "object" && isObject(value) && Object.keys(value).length === 0);
}

function someValue(value: Json): unknown {
  for (const key in value) return value[key];
  return undefined;
}
