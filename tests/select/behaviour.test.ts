import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import type { GeneratedOutcome, TestOutcome } from "../../src/core/types.js";
import { type ClassLevel, classesOf } from "../../src/select/behaviour.js";
import { consensusBehaviour, majorityBehaviour, majoritySyntax } from "../../src/select/behaviourVotes.js";
import { EMPTY_CANDIDATE } from "../../src/select/candidate.js";
import { anyPool, evidence, type Short, shuffled } from "../support/evidence.js";

interface More {
  readonly tests?: Readonly<Record<string, TestOutcome>>;
  readonly base?: TestOutcome;
  readonly syntax?: string;
  readonly newFailures?: readonly string[];
}

function rollout(id: string, short: Short, { tests, base = "failed", syntax, newFailures }: More = {}): Evidence {
  const line = evidence(id, { bytes: 9, ...short });
  const generated = Object.entries(tests ?? {}).map(
    ([test, outcome]): GeneratedOutcome => ({ test, name: null, source: null, writtenBy: [], base, outcome }),
  );
  return {
    ...line,
    features: line.features === null ? null : { ...line.features, ...(syntax === undefined ? {} : { syntax }) },
    ...(tests === undefined ? {} : { generated }),
    ...(newFailures === undefined ? {} : { newFailures }),
  };
}

function members(pool: readonly Evidence[], level: ClassLevel): readonly (readonly string[])[] {
  return classesOf(pool, level).map(({ rolloutIds }) => rolloutIds);
}

const GOOD = { regression: 0, reproduction: 1 } as const;

describe("classes", () => {
  it("grow from text to syntax to behaviour", () => {
    const pool = [
      rollout("r1", { ...GOOD, candidate: "sha256:a" }, { syntax: "s", tests: { t: "passed" } }),
      rollout("r2", { ...GOOD, candidate: "sha256:a" }, { syntax: "s", tests: { t: "passed" } }),
      rollout("r3", { ...GOOD, candidate: "sha256:b" }, { syntax: "s", tests: { t: "passed" } }),
      rollout("r4", { ...GOOD, candidate: "sha256:c" }, { syntax: "u", tests: { t: "passed" } }),
      rollout("r5", { ...GOOD, candidate: "sha256:d" }, { syntax: "v", tests: { t: "failed" } }),
    ];
    expect(members(pool, "text")).toEqual([["r1", "r2"], ["r3"], ["r4"], ["r5"]]);
    expect(members(pool, "syntax")).toEqual([["r1", "r2", "r3"], ["r4"], ["r5"]]);
    expect(members(pool, "behaviour")).toEqual([["r1", "r2", "r3", "r4"], ["r5"]]);
  });

  it("tell apart which regression tests fail, not how many", () => {
    const fails = (id: string, name: string) =>
      rollout(id, { regression: -1, reproduction: 1 }, { tests: { t: "passed" }, newFailures: [name] });
    expect(members([fails("r1", "a"), fails("r2", "b"), fails("r3", "a")], "behaviour")).toEqual([
      ["r1", "r3"],
      ["r2"],
    ]);
  });

  it("don't count a test that is flaky on base or on any rollout", () => {
    const onBase = [
      rollout("r1", GOOD, { tests: { t: "passed" }, base: "flaky" }),
      rollout("r2", GOOD, { tests: { t: "failed" }, base: "flaky" }),
    ];
    expect(members(onBase, "behaviour")).toEqual([["r1", "r2"]]);
    const onOne = ["passed", "failed", "flaky"].map((outcome, index) =>
      rollout(`r${index + 1}`, GOOD, { tests: { t: outcome as TestOutcome } }),
    );
    expect(members(onOne, "behaviour")).toEqual([["r1", "r2", "r3"]]);
  });

  it("keep what the machine failed apart from what passed, and say so", () => {
    const pool = [
      rollout("r1", GOOD, { tests: { t: "passed", u: "passed" } }),
      rollout("r2", GOOD, { tests: { t: "passed", u: "infra" } }),
    ];
    expect(classesOf(pool, "behaviour")).toEqual([
      { rolloutIds: ["r1"], level: "behaviour", missing: null },
      { rolloutIds: ["r2"], level: "behaviour", missing: "infra" },
    ]);
  });

  it("take a time-out for behaviour and a failure of the machine for none", () => {
    const stopped = (id: string, reason: "timeout" | "infra") =>
      rollout(id, { regression: reason, reproduction: reason });
    const pool = [stopped("r1", "timeout"), stopped("r2", "timeout"), stopped("r3", "infra"), stopped("r4", "infra")];
    expect(classesOf(pool, "behaviour")).toEqual([
      { rolloutIds: ["r1", "r2"], level: "behaviour", missing: null },
      { rolloutIds: ["r3"], level: "text", missing: "infra" },
      { rolloutIds: ["r4"], level: "text", missing: "infra" },
    ]);
  });

  it("lend the outcomes of a patch to an unmeasured one that makes the same change", () => {
    const pool = [
      rollout("r1", { ...GOOD, candidate: "sha256:a" }, { syntax: "s", tests: { t: "passed" } }),
      rollout("r2", { candidate: "sha256:b" }, { syntax: "s" }),
      rollout("r3", { ...GOOD, candidate: "sha256:c" }, { syntax: "u", tests: { t: "passed" } }),
    ];
    expect(members(pool, "behaviour")).toEqual([["r1", "r2", "r3"]]);
    const disagreeing = [...pool, rollout("r4", GOOD, { syntax: "s", tests: { t: "failed" } })];
    expect(members(disagreeing, "behaviour")).toEqual([["r1", "r3"], ["r2"], ["r4"]]);
  });

  it("leave out what nobody would submit", () => {
    const pool = [
      rollout("r1", { ...GOOD, candidate: EMPTY_CANDIDATE }),
      rollout("r2", { regression: "patch-failed", reproduction: "patch-failed" }),
      rollout("r3", { regression: "tampered", reproduction: 3 }),
      rollout("r4", { regression: "no-patch", reproduction: "no-patch", candidate: null }),
      rollout("r5", GOOD),
    ];
    expect(members(pool, "behaviour")).toEqual([["r5"]]);
  });

  it("are the same for any order of the pool, and no rollout is in two", () => {
    const reordered = anyPool.chain((pool) => fc.tuple(fc.constant(pool), shuffled(pool)));
    fc.assert(
      fc.property(reordered, fc.constantFrom<ClassLevel>("text", "syntax", "behaviour"), ([pool, other], level) => {
        const classes = classesOf(pool, level);
        expect(classesOf(other, level)).toEqual(classes);
        const ids = classes.flatMap(({ rolloutIds }) => rolloutIds);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });
});

describe("votes", () => {
  const pool = [
    rollout("r1", { ...GOOD, candidate: "sha256:b" }, { syntax: "s", tests: { t: "passed" } }),
    rollout("r2", { ...GOOD, candidate: "sha256:c" }, { syntax: "u", tests: { t: "passed" } }),
    rollout("r3", { ...GOOD, candidate: "sha256:d" }, { syntax: "v", tests: { t: "passed" } }),
    rollout("r4", { ...GOOD, candidate: "sha256:e" }, { syntax: "w", tests: { t: "failed" } }),
    rollout("r5", { ...GOOD, candidate: "sha256:f" }, { syntax: "w", tests: { t: "error" } }),
  ];

  it("go to the change that most rollouts make, or to what most behave like", () => {
    expect(majoritySyntax.rank(pool).ranking[0]).toEqual(["r4", "r5"]);
    expect(majorityBehaviour.rank(pool).ranking[0]).toEqual(["r1", "r2", "r3"]);
  });

  it("count those that were drawn, in classes of the whole pool", () => {
    const order = majorityBehaviour.draws?.(pool);
    expect(order?.kind === "pool" && order.top([0, 3, 4])).toEqual([3, 4]);
  });
});

it("outcomes most like the others' win where no two are equal", () => {
  const tests = (...outcomes: TestOutcome[]) => ({
    tests: Object.fromEntries(outcomes.map((each, i) => [`t${i}`, each])),
  });
  const pool = [
    rollout("r1", GOOD, tests("passed", "failed", "passed", "passed")),
    rollout("r2", GOOD, tests("passed", "passed", "passed", "passed")),
    rollout("r3", GOOD, tests("passed", "passed", "failed", "passed")),
    rollout("r4", GOOD, tests("failed", "failed", "failed", "failed")),
  ];
  expect(consensusBehaviour.rank(pool).selected).toBe("r1");
  expect(consensusBehaviour.rank(pool.slice(0, 3)).selected).toBe("r2");
});
