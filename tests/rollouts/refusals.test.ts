import { describe, expect, test } from "vitest";
import { inspectText, jsonLines, PATCH } from "./files.js";

/** Files that scaffolds write beside their rollouts, or that look like them: the reason must be the true one. */
const BESIDE: readonly (readonly [what: string, name: string, text: string, reason: RegExp])[] = [
  ["settings", "config.yaml", "agent:\n  model: x\n", /YAML/],
  ["how runs ended", "exit_statuses_1.yaml", "instances_by_exit_status:\n  Submitted:\n    - a__b-1\n", /YAML/],
  ["a log", "minisweagent.log", "2026-01-01 10:00:00,1 - INFO - Loading\n", /^a log/],
  ["an evaluation script", "eval.sh", "#!/bin/bash\nsource /opt/miniconda3/bin/activate\n", /shell script/],
  ["a mailed patch", "a.patch", `From ${"0a".repeat(20)} Mon Sep 17 00:00:00 2001\n`, /lone patch/],
  ["AutoCodeRover's patch", "agent_patch_raw_1", "# modification 1\n```\n<file>a</file>\n```\n", /own notation/],
  ["aider's chat", "chat.md", "# aider chat started at 2026-01-01 10:00:00\n", /aider/],
  ["AutoCodeRover's proxy", "agent_proxy_0.json", JSON.stringify([[{ role: "user", content: "a" }]]), /proxy agent/],
  ["AutoCodeRover's calls", "calls.json", JSON.stringify([{ func_name: "f", arguments: {}, call_ok: true }]), /notes/],
  ["Agentless's places", "loc.jsonl", jsonLines({ instance_id: "a", found_files: [] }, {}), /fault localization/],
  ["Augment's choice", "results.json", JSON.stringify([{ id: "a", selected_diff_index: 1 }]), /a choice that was made/],
  ["OpenHands' settings", "metadata.json", JSON.stringify({ llm: {}, eval_output_dir: "o" }), /the settings/],
  ["a state", "base_state.json", JSON.stringify({ agent: {}, stuck_detection: true, max_iterations: 1 }), /the state/],
  ["a run that broke", "s.json", JSON.stringify({ instance_id: "a", history: [], num_events: 0 }), /left nothing/],
  ["a harness report", "report.json", JSON.stringify({ patch_successfully_applied: true }), /harness report/],
  ["a data set's ids", "easy.json", JSON.stringify({ name: "easy", instance_ids: ["a"] }), /a list of instance ids/],
  ["tasks", "tasks.jsonl", jsonLines({ instance_id: "a", repo: "r", patch: PATCH, FAIL_TO_PASS: [] }), /instance rec/],
  ["traced calls", "runs.jsonl", jsonLines({ id: "u", run_type: "chain", inputs: {} }), /LangSmith/],
  ["training data", "train.jsonl", jsonLines({ messages: [] }, { messages: [] }), /chat messages alone/],
];

describe("files beside rollouts", () => {
  test.each(BESIDE)("%s", async (_, name, text, reason) => {
    const line = await inspectText(text, name);
    expect(line).toMatchObject({ format: null, rollouts: 0 });
    expect(line.problems[0]?.message).toMatch(reason);
  });
});

test("events of the SDK one a line are refused with the forms that are read", async () => {
  const event = { id: "e", kind: "MessageEvent", timestamp: "2026-01-01T00:00:00", source: "user" };
  expect((await inspectText(jsonLines(event, event))).problems[0]?.message).toMatch(/one a line/);
});
