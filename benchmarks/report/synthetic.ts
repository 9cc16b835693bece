// A made-up run directory of any size, in the form that `bestk run` leaves: for the report's size, time and memory.
import { join } from "node:path";
import { randomStream } from "../../src/core/random.js";
import type { CandidateLine, EvidenceLine } from "../../src/core/schemas.js";
import type { TestOutcome, Trajectory } from "../../src/core/types.js";
import { groupCandidates } from "../../src/patch/group.js";
import { keepRollout } from "../../src/run/pageInputs.js";
import { writeRankings } from "../../src/run/ranking.js";
import { RunDirectory } from "../../src/run/store.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { generatedLog } from "../../src/verify/generatedRuns.js";
import type { TestRun } from "../../src/verify/testRun.js";

export interface SyntheticSize {
  readonly instances: number;
  readonly rollouts: number;
  /** Steps of a trajectory, each with about 3 kB. */
  readonly steps: number;
  /** Regression tests of an instance. */
  readonly tests: number;
}

const GENERATED = ["tests/test_repro_a.py", "tests/test_repro_b.py", "tests/test_repro_c.py"];

/** About half of the rollouts are right; right ones pass more tests, most of the time. */
export async function syntheticRun(path: string, size: SyntheticSize): Promise<void> {
  const words = vocabulary();
  await using directory = await RunDirectory.open(path);
  const card = { schema: "bestk.run/1", bestk: "0.1.0", aggregator: "hybrid", sandbox: "none", synthetic: size };
  await directory.write("run.json", `${JSON.stringify(card, null, 2)}\n`);
  const candidateLines: string[] = [];
  const taskLines: string[] = [];
  const rolloutLines: string[] = [];
  for (let index = 0; index < size.instances; index++) {
    const random = randomStream(0, "report", String(index));
    const text = (count: number): string =>
      Array.from({ length: count }, () => words[random.below(words.length)]).join(" ");
    const instanceId = `owner${index % 12}__project-${1000 + index}`;
    const rollouts = Array.from({ length: size.rollouts }, (_, at) => {
      const variant = random.below(Math.max(2, Math.ceil(size.rollouts * 0.7)));
      return { instanceId, rolloutId: `r${at + 1}`, variant, patch: patchOf(variant, words) };
    });
    const groups = groupCandidates(rollouts);
    const issue = `${text(12)}\n\n${text(120)}\n\n\`\`\`python\n${text(20)}\n\`\`\``;
    taskLines.push(line({ schema: "bestk.task/1", instanceId, repo: null, baseCommit: null, version: null, issue }));
    const base = [0, 1].map(() => ({
      regression: testRun(size.tests, () => "passed"),
      generated: generatedRuns(() => "failed"),
    }));
    const baseLogs = { "1.regression.log": logText(size.tests, text), "2.regression.log": logText(size.tests, text) };
    await directory.save([instanceId, "base"], `base ${index}`, { runs: base }, baseLogs);
    for (const candidate of groups) {
      const { candidateId, patch, rolloutIds, rawPatches, dropped, features, notes } = candidate;
      const isRight = random.next() < 0.5;
      const failures = isRight ? 0 : random.below(4);
      const passes = GENERATED.map(() => random.next() < (isRight ? 0.8 : 0.3));
      const runs = {
        regression: testRun(size.tests, (test) => (test < failures ? "failed" : "passed")),
        generated: generatedRuns((test) => (passes[test] === true ? "passed" : "failed")),
      };
      const regression = { tests: size.tests, newFailures: [], flaky: [], passedAgain: [], outcomes: {} };
      const result = { baseKey: `base ${index}`, applied: "git-apply", runs, reruns: [], regression };
      const logs = Object.fromEntries(GENERATED.map((test) => [generatedLog(test), `${text(60)}\n`]));
      await directory.save([instanceId, candidateId], candidateId, result, {
        ...logs,
        "candidate.patch": patch,
        "regression.log": logText(size.tests, text),
      });
      candidateLines.push(
        line({
          schema: "bestk.candidate/1",
          instanceId,
          candidateId,
          rolloutIds,
          patch,
          rawPatches,
          dropped,
          features,
        } satisfies Readonly<Record<keyof CandidateLine, unknown>>),
      );
      for (const rolloutId of rolloutIds) {
        const trajectory: Trajectory = {
          issue: null,
          exitStatus: "submitted",
          steps: Array.from({ length: size.steps }, () => ({
            thought: text(40),
            action: text(20),
            observation: text(350),
          })),
        };
        const kept = await keepRollout(path, trajectory, `steps ${size.steps}\nreward ${random.next()}\n`);
        rolloutLines.push(line({ schema: "bestk.kept-rollout/1", instanceId, rolloutId, ...kept }));
        const own = notes[rolloutId]?.features ?? features;
        const evidence: EvidenceLine = {
          schema: "bestk.evidence/1",
          instanceId,
          rolloutId,
          candidateId,
          signals: {
            regression: { status: "ok", value: failures === 0 ? 0 : -failures },
            reproduction: { status: "ok", value: passes.filter((pass) => pass).length },
            reward: { status: "ok", value: Math.min(1, 0.3 * Number(isRight) + 0.7 * random.next()) },
          },
          features: { ...own, tokenHashes: [...own.tokenHashes] },
          generated: GENERATED.map((test, at) => ({
            test,
            name: "test_it",
            source: "synthetic",
            writtenBy: [],
            base: "failed",
            outcome: passes[at] === true ? "passed" : "failed",
          })),
          details: { verdictKey: candidateId, rewardKey: null, regression: { flaky: [] } },
          resolved: isRight,
        };
        await directory.appendEvidence(evidence);
      }
    }
  }
  await directory.write("candidates.jsonl", candidateLines.join(""));
  await directory.write("tasks.jsonl", taskLines.join(""));
  await directory.write("rollouts.jsonl", rolloutLines.join(""));
  await writeRankings(directory, AGGREGATORS.hybrid, false);
}

/** Where `syntheticRun` puts its report. */
export function reportPath(path: string): string {
  return join(path, "report.html");
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function vocabulary(): readonly string[] {
  const random = randomStream(1, "words");
  const letters = "etaoinshrdlucmfwygpbvk_./()=:";
  return Array.from({ length: 3000 }, () =>
    Array.from({ length: 2 + random.below(9) }, () => letters[random.below(letters.length)]).join(""),
  );
}

function patchOf(variant: number, words: readonly string[]): string {
  const random = randomStream(variant, "patch");
  const lines = Array.from(
    { length: 4 + random.below(20) },
    () => `+    ${Array.from({ length: 8 }, () => words[random.below(words.length)]).join(" ")}`,
  );
  return [
    "diff --git a/src/module.py b/src/module.py",
    "--- a/src/module.py",
    "+++ b/src/module.py",
    `@@ -1,2 +1,${lines.length + 1} @@`,
    " def function():",
    `-    return ${variant}`,
    ...lines,
    "",
  ].join("\n");
}

function testRun(tests: number, outcomeOf: (test: number) => TestOutcome): TestRun {
  const names = Array.from({ length: tests }, (_, test) => `tests.test_module::test_case_number_${test}`);
  return {
    end: "completed",
    exitCode: 0,
    outcomes: Object.fromEntries(names.map((name, test) => [name, outcomeOf(test)])),
    unloaded: [],
    consistent: true,
    tampered: null,
    canaries: 2,
    durationMs: 21_500,
  };
}

function generatedRuns(outcomeOf: (test: number) => TestOutcome): Readonly<Record<string, TestRun>> {
  return Object.fromEntries(
    GENERATED.map((test, at) => [test, { ...testRun(1, () => outcomeOf(at)), durationMs: 900 }]),
  );
}

function logText(tests: number, text: (words: number) => string): string {
  const lines = Array.from(
    { length: tests },
    (_, test) => `tests/test_module.py::test_case_number_${test} PASSED ${text(6)}`,
  );
  return `$ pytest\n${lines.join("\n")}\n[exit 0]\n`;
}
