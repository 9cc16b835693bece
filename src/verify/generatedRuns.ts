// Runs the generated tests of a tree: together in one command where base shows that this changes nothing, else each by itself.
import { groups } from "d3-array";
import { sha256 } from "../core/hash.js";
import type { GeneratedTest } from "../core/types.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { putBackTree } from "./keptTree.js";
import { type Changes, putBackConfiguration } from "./protect.js";
import { runnerNamed, takesFiles } from "./runners.js";
import { runTests, type TestRun } from "./testRun.js";

/** Runs by id of the generated test. */
export type RunsById = Readonly<Record<string, TestRun>>;

/** Tests that ran in one command. */
export interface Together {
  /** Name of its log. */
  readonly log: string;
  readonly ids: readonly string[];
}

export interface GeneratedResult {
  readonly runs: RunsById;
  readonly together: readonly Together[];
  /** Ids of tests that one command can run, where `triesGroups` asked for it. */
  readonly groups: readonly (readonly string[])[];
  readonly logs: Readonly<Record<string, string>>;
}

/** What is known before the generated tests of a tree are run. */
export interface GeneratedPlan {
  /** Groups to try together. */
  readonly groups: readonly (readonly GeneratedTest[])[];
  /** Base's runs, each test by itself: what a command of several must say of each. Empty on base's first run. */
  readonly alone: RunsById;
  /** Whether a group must say on this tree what each test says by itself: so on base, which then decides for all. */
  readonly mustAgree: boolean;
  /** Finds out, once each test ran by itself, which ones a command can run together: of base's first run, if no second one follows. */
  readonly triesGroups: boolean;
  /** A limit for a group in seconds, over which its tests run by themselves. */
  readonly limitOf: (group: readonly GeneratedTest[]) => number;
  /** Whether canaries fit this test. */
  readonly fits: (id: string) => boolean;
  /** What differed from base before tested code ran; null on base. */
  readonly before: Changes | null;
  /** Tested code ran before in this sandbox. */
  readonly ranBefore: boolean;
}

export interface GeneratedContext {
  readonly nonce: () => string;
  readonly signal: AbortSignal;
}

/** The tests are in place and protected. Every test of `tests` has a run in the end. */
export async function runGenerated(
  sandbox: Sandbox,
  tests: readonly GeneratedTest[],
  plan: GeneratedPlan,
  { nonce, signal }: GeneratedContext,
): Promise<GeneratedResult> {
  const own = tests.map(({ path }) => path);
  const runs: Record<string, TestRun> = {};
  const logs: Record<string, string> = {};
  const together: Together[] = [];
  let ran = plan.ranBefore;
  const run = async (some: readonly GeneratedTest[], seconds: number): Promise<{ run: TestRun; log: string }> => {
    const [first] = some;
    if (first === undefined) throw new RangeError("a command runs at least one test");
    // Code that ran already can have changed what steers the next command.
    if (ran && plan.before !== null) {
      await putBackConfiguration(sandbox, { touched: [], before: plan.before, own }, signal);
    }
    // A test that deletes or edits files, on base or on a patch, must not decide what the next one says.
    if (ran) await putBackTree(sandbox, signal);
    ran = true;
    const { runner, command } = first;
    const files = some.map(({ path }) => path);
    const checked = some.every(({ id }) => plan.fits(id));
    return runTests(sandbox, { runner, command, files, timeoutSeconds: seconds }, nonce(), signal, checked);
  };
  for (const group of plan.groups) {
    const done = await run(group, plan.limitOf(group));
    const split = splitRun(done.run, group, plan.alone);
    const log = togetherLog(together.length);
    if (split === null || (plan.mustAgree && !agree(split, plan.alone))) {
      logs[`not-counted.${log}`] = done.log;
      continue;
    }
    Object.assign(runs, split);
    logs[log] = done.log;
    together.push({ log, ids: group.map(({ id }) => id) });
  }
  for (const test of tests) {
    if (runs[test.id] !== undefined) continue;
    const alone = await run([test], test.timeoutSeconds);
    runs[test.id] = alone.run;
    logs[generatedLog(test.id)] = alone.log;
  }
  const groups: (readonly string[])[] = [];
  for (const [index, group] of (plan.triesGroups ? groupable(tests, runs) : []).entries()) {
    const done = await run(group, plan.limitOf(group));
    logs[`not-counted.${togetherLog(index)}`] = done.log;
    const split = splitRun(done.run, group, runs);
    if (split !== null && agree(split, runs)) groups.push(group.map(({ id }) => id));
  }
  return { runs, together, groups, logs };
}

/**
 * Tests that one command can run, by what base's own runs say: each ended, was loaded and has names that no other one
 * has, so that every outcome has one owner. Groups of one are left out.
 */
export function groupable(tests: readonly GeneratedTest[], alone: RunsById): GeneratedTest[][] {
  const candidates = tests.filter(({ id, runner, command }) => {
    const run = alone[id];
    const takesSeveral = runnerNamed(runner).reads !== "exit-code" && takesFiles({ runner, command });
    return takesSeveral && run !== undefined && isSound(run) && Object.keys(run.outcomes).length > 0;
  });
  return groups(candidates, ({ runner, command }) => JSON.stringify([runner, command]))
    .map(([, group]) => withOwnNames(group, alone))
    .filter((group) => group.length > 1);
}

/** The run of a group as runs of its tests; null if it can't stand for them: then each is run by itself. */
export function splitRun(run: TestRun, group: readonly Pick<GeneratedTest, "id">[], alone: RunsById): RunsById | null {
  if (!isSound(run)) return null;
  const split: Record<string, TestRun> = {};
  for (const { id } of group) {
    const names = Object.keys(alone[id]?.outcomes ?? {});
    if (names.some((name) => run.outcomes[name] === undefined)) return null;
    const outcomes = Object.fromEntries(names.map((name) => [name, run.outcomes[name] ?? "missing"]));
    const isBad = Object.values(outcomes).some((outcome) => ["failed", "error", "timeout"].includes(outcome));
    split[id] = { ...run, outcomes, exitCode: isBad ? 1 : 0, durationMs: Math.round(run.durationMs / group.length) };
  }
  return split;
}

/** Ids are free text: the hash keeps two of them from sharing a file. */
export function generatedLog(id: string): string {
  return `generated.${id.replace(/[^\w.-]+/g, "_").slice(0, 80)}.${sha256(id).slice(0, 8)}.log`;
}

function togetherLog(index: number): string {
  return `generated-together-${index + 1}.log`;
}

function isSound({ end, consistent, tampered, unloaded }: TestRun): boolean {
  return end === "completed" && consistent && tampered === null && unloaded.length === 0;
}

function agree(split: RunsById, alone: RunsById): boolean {
  return Object.entries(split).every(([id, { outcomes }]) =>
    Object.entries(alone[id]?.outcomes ?? {}).every(([name, outcome]) => outcomes[name] === outcome),
  );
}

function withOwnNames(group: readonly GeneratedTest[], alone: RunsById): GeneratedTest[] {
  const taken = new Set<string>();
  return group.filter(({ id }) => {
    const names = Object.keys(alone[id]?.outcomes ?? {});
    if (names.some((name) => taken.has(name))) return false;
    for (const name of names) taken.add(name);
    return true;
  });
}
