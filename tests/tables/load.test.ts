// Evidence is found by content, labels leave it at the door, and what can't be read says where and why.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BestkError } from "../../src/core/errors.js";
import { evidenceLineSchema } from "../../src/core/schemas.js";
import { rankInstances } from "../../src/select/rankInstances.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { storedPatches } from "../../src/tables/candidates.js";
import { labelledLine, withoutLabel } from "../../src/tables/labels.js";
import { type LoadedEvidence, loadEvidence } from "../../src/tables/load.js";
import { problemText } from "../../src/tables/table.js";
import { anySignal, shuffled } from "../support/evidence.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-tables-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string | Uint8Array, name = "evidence.jsonl"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const jsonl = (...records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function load(...records: readonly unknown[]): Promise<LoadedEvidence> {
  return loadEvidence(await file(jsonl(...records)));
}

async function failure(path: string, options = {}): Promise<BestkError> {
  return loadEvidence(path, options).then(
    () => expect.unreachable("the file was read"),
    (thrown) => thrown as BestkError,
  );
}

function line(rolloutId: string, signals: object = {}, more: object = {}): object {
  return {
    schema: "bestk.evidence/1",
    instanceId: "i-1",
    rolloutId,
    candidateId: `sha256:${rolloutId}`,
    signals,
    ...more,
  };
}

const value = (number: number) => ({ status: "ok", value: number });
const none = (reason: string) => ({ status: "unavailable", reason, message: "" });

describe("bestk's own evidence", () => {
  it("names every signal, in natural order, with labels apart", async () => {
    const { evidence, labels, problems, table } = await load(
      line("r10", { reward: value(0.5) }, { resolved: true }),
      line("r9", { regression: value(0) }, { resolved: null, details: { any: 1 } }),
    );
    expect(table).toBe("bestk");
    expect(evidence.map(({ rolloutId }) => rolloutId)).toEqual(["r9", "r10"]);
    expect(evidence[1]).toEqual({
      instanceId: "i-1",
      rolloutId: "r10",
      candidateId: "sha256:r10",
      signals: {
        regression: { status: "unavailable", reason: "not-run", message: "the evidence doesn't name it" },
        reproduction: { status: "unavailable", reason: "not-run", message: "the evidence doesn't name it" },
        reward: value(0.5),
      },
      features: null,
    });
    expect(labels).toEqual(
      new Map([
        [
          "i-1",
          new Map([
            ["r10", true],
            ["r9", null],
          ]),
        ],
      ]),
    );
    expect(problems).toEqual([]);
  });

  it("is read from a run directory, and gzipped", async () => {
    await file(gzipSync(jsonl(line("r1"))), "evidence.jsonl");
    expect((await loadEvidence(folder)).evidence).toHaveLength(1);
    await rm(join(folder, "evidence.jsonl"));
    expect((await failure(folder)).message).toContain("not a run directory");
    await file("", "rewards.jsonl");
    expect((await failure(folder)).hint).toContain("-a execution-free");
    await file(gzipSync(jsonl(line("r1"))), "evidence.jsonl.gz");
    expect((await loadEvidence(folder)).file).toBe(join(folder, "evidence.jsonl.gz"));
  });

  it("drops a torn last line and says so, but not a bad one", async () => {
    const whole = jsonl(line("r1"), line("r2"));
    const torn = await loadEvidence(await file(`${whole}${whole.slice(0, 40)}`));
    expect(torn.evidence).toHaveLength(2);
    expect(torn.problems).toMatchObject([{ kind: "note", line: 3, message: expect.stringContaining("torn") }]);
    expect((await failure(await file(`${whole}{"half\n`))).message).toContain(
      "evidence.jsonl:3: expected a JSON object",
    );
    expect((await failure(await file(whole.slice(0, 40)))).message).toMatch(/no evidence.*torn/);
  });

  it("takes a later line signal by signal, and never not-run for something", async () => {
    const scored = await load(
      line("r1", { regression: value(1), reward: none("infra") }, { resolved: false }),
      line("r1", { regression: none("not-run"), reward: value(0.5) }),
    );
    expect(scored.evidence[0]?.signals).toMatchObject({ regression: value(1), reward: value(0.5) });
    expect(scored.labels.get("i-1")?.get("r1")).toBe(false);
    expect(scored.problems).toMatchObject([
      { kind: "note", message: expect.stringContaining("of the same rollout: 1") },
    ]);
    const other = await load(
      line("r1", { regression: value(1) }),
      line("r1", { reward: value(0.5) }, { candidateId: "sha256:other" }),
    );
    expect(other.evidence[0]).toMatchObject({
      candidateId: "sha256:other",
      signals: { regression: { reason: "not-run" } },
    });
    expect((await load(line("r1"), line("r1"))).problems).toEqual([]);
  });

  it("names file, line, field and what was expected", async () => {
    const path = await file(
      jsonl(
        line("r1"),
        line("r2", { reward: { status: "ok", value: "high" } }),
        line("", {}),
        line("r4", { x: value(1) }),
      ),
    );
    const failed = await failure(path);
    expect(failed).toMatchObject({ code: "input", exitCode: 2, hint: expect.stringContaining("--skip-bad") });
    expect(failed.message).toMatch(/evidence\.jsonl:2: signals\.reward\.value: .*expected number/);
    expect(failed.message).toMatch(/evidence\.jsonl:3: rolloutId: /);
    expect(failed.message).toMatch(/evidence\.jsonl:4: signals: /);
    const skipped = await loadEvidence(path, { skipBad: true });
    expect(skipped.evidence.map(({ rolloutId }) => rolloutId)).toEqual(["r1"]);
    expect(skipped.problems.map(problemText)).toHaveLength(3);
  });

  it("has one zero", async () => {
    const { evidence } = await loadEvidence(
      await file(jsonl(line("r1", { regression: value(7) })).replace(":7", ":-0")),
    );
    expect(evidence[0]?.signals.regression).toEqual({ status: "ok", value: 0 });
  });

  it("takes no number that JSON can't hold", async () => {
    const path = await file(jsonl(line("r1", { reward: value(7) })).replace(":7", ":1e999"));
    expect((await failure(path)).message).toContain("signals.reward.value");
  });
});

describe("the 11-agents table", () => {
  const row = (generator: string, passed: Readonly<Record<string, readonly string[]>>) => ({
    instance_id: "i-1",
    test_generator: generator,
    gold: { resolved: ["t1"], unresolved: [], missing: [] },
    base: { resolved: [], unresolved: ["t1"], missing: [] },
    candidates: Object.fromEntries(
      Object.entries(passed).map(([agent, resolved]) => [
        agent,
        { resolved_label: agent === "a", resolved, unresolved: ["t9"], missing: [] },
      ]),
    ),
  });

  it("counts distinct names passed, summed over the generators", async () => {
    const { table, evidence, labels } = await load(
      row("g1", { a: ["t1", "t1", "t2"], b: [] }),
      row("g2", { a: ["t1"] }),
    );
    expect(table).toBe("11-agents");
    expect(evidence.map(({ rolloutId, signals }) => [rolloutId, signals.reproduction])).toEqual([
      ["a", value(3)],
      ["b", value(0)],
    ]);
    expect(evidence[0]).toMatchObject({ candidateId: null, signals: { regression: { reason: "not-run" } } });
    expect(labels.get("i-1")).toEqual(
      new Map([
        ["a", true],
        ["b", false],
      ]),
    );
  });

  it("is the same for any order of lines, candidates and tests", async () => {
    const rows = [
      row("g1", { a: ["t1", "t2"], b: ["t1"] }),
      row("g2", { b: ["t2", "t1"], c: [] }),
      row("g1", { a: ["t3"], c: ["t3"] }),
    ];
    const expected = await load(...rows);
    expect(expected.evidence[0]?.signals.reproduction).toEqual(value(3));
    const orders = shuffled(rows).map((lines) => lines.map(reversed));
    await fc.assert(
      fc.asyncProperty(orders, async (lines) => {
        const { evidence, labels } = await load(...lines);
        expect(evidence).toEqual(expected.evidence);
        expect(labels).toEqual(expected.labels);
      }),
      { numRuns: 20 },
    );
  });

  it("takes a label that is given both ways as unknown", async () => {
    const other = structuredClone(row("g2", { a: [] }));
    for (const tests of Object.values(other.candidates)) tests.resolved_label = false;
    const { labels, problems } = await load(row("g1", { a: [] }), other, row("g3", { a: [] }));
    expect(labels.get("i-1")?.get("a")).toBeNull();
    expect(problems.map(problemText).join()).toContain("labelled both ways");
  });
});

describe("R2E-Gym's table", () => {
  const row = {
    docker_image: "x/y:1",
    regression_rates: [1, null],
    mean_predicted_rewards: [0.5, 2],
    avg_yes_prob: [0.1, 0.2],
    gt_rewards: [1, 0],
  };

  it("has lists with a figure a rollout", async () => {
    const { table, evidence, labels } = await load(row, row);
    expect(table).toBe("r2e-gym");
    expect(evidence).toMatchObject([
      {
        instanceId: "x/y:1",
        rolloutId: "0",
        signals: { regression: value(1), reproduction: value(0.5), reward: value(0.1) },
      },
      { rolloutId: "1", signals: { regression: { reason: "not-run" }, reproduction: value(2), reward: value(0.2) } },
    ]);
    expect(labels.get("x/y:1")).toEqual(
      new Map([
        ["0", true],
        ["1", false],
      ]),
    );
  });

  it("may be one JSON array, on one line or many", async () => {
    expect((await loadEvidence(await file(JSON.stringify([row])))).evidence).toHaveLength(2);
    expect((await loadEvidence(await file(JSON.stringify([row], null, 2)))).evidence).toHaveLength(2);
  });

  it("refuses lists of unequal length and a second, different line", async () => {
    const uneven = await failure(await file(jsonl({ ...row, avg_yes_prob: [1] })));
    expect(uneven.message).toContain(
      "evidence.jsonl:1: avg_yes_prob: expected 2 figures as in regression_rates, got 1",
    );
    expect((await failure(await file(jsonl(row, { ...row, gt_rewards: [1, 1] })))).message).toContain(
      "one row an instance",
    );
  });
});

describe("what is no evidence", () => {
  it.each([
    [{ instance_id: "i", problem_statement: "p", base_commit: "c" }, "an instance file"],
    [{ instance_id: "i", model_patch: "", model_name_or_path: "m" }, "a predictions file"],
    [{ instance_id: "i", messages: [] }, "a trajectory file"],
    [{ source: "s", run: "r", instance_id: "i", patch: "" }, "a file of candidate patches"],
    [{ schema: "bestk.candidate/1" }, "a bestk.candidate/1 file"],
    [{ instance_id: "i", test_generator: "g" }, "the nearest is 11-agents, for which it lacks candidates"],
    [{ colour: "red" }, "the fields colour"],
    ["text", "no JSON object"],
  ])("%j is %s", async (record, words) => {
    const failed = await failure(await file(jsonl(record)));
    expect(failed).toMatchObject({ code: "input", message: expect.stringContaining(words) });
    expect(failed.message).toContain("evidence.jsonl: no");
  });

  it("is a missing file, an empty one, text, or a name of no table", async () => {
    expect((await failure(join(folder, "none.jsonl"))).message).toContain("no such file");
    expect((await failure(await file(""))).message).toContain("it is empty");
    expect((await failure(await file("a diff\nof two lines\n"))).message).toContain("none of its lines is JSON");
    expect(await failure(await file(jsonl(line("r1"))), { table: "11-agent" })).toMatchObject({
      code: "usage",
      hint: "did you mean 11-agents?",
    });
  });

  it("is what a forced table can't read", async () => {
    const failed = await failure(await file(jsonl(line("r1"))), { table: "11-agents" });
    expect(failed.message).toMatch(/evidence\.jsonl:1: instance_id: /);
  });
});

describe("labels", () => {
  it("never change a ranking", async () => {
    const label = fc.constantFrom(true, false, null, undefined);
    const rows = fc.array(fc.tuple(anySignal, anySignal, label, label), { minLength: 1, maxLength: 6 });
    const signal = (short: number | string) => (typeof short === "number" ? value(short) : none(short));
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        const rank = async (side: 2 | 3) => {
          const lines = drawn.map((row, index) =>
            line(`r${index}`, { regression: signal(row[0]), reward: signal(row[1]) }, { resolved: row[side] }),
          );
          const { evidence } = await load(...lines);
          expect(JSON.stringify(evidence)).not.toContain("resolved");
          return Object.values(AGGREGATORS).map((aggregator) => JSON.stringify(rankInstances(evidence, aggregator)));
        };
        expect(await rank(2)).toEqual(await rank(3));
      }),
      { numRuns: 25 },
    );
  });
});

describe("a label in a line", () => {
  it("is put in and taken out, and an unknown one stays unknown", () => {
    const bare = evidenceLineSchema.parse(line("r1"));
    const labels = new Map([["i-1", new Map([["r1", null]])]]);
    expect(labelledLine(bare, labels)).toEqual({ ...bare, resolved: null });
    expect(labelledLine(bare, new Map())).toEqual(bare);
    expect(Object.keys(withoutLabel(labelledLine(bare, labels)))).not.toContain("resolved");
  });
});

describe("stored patches", () => {
  it("are looked up by rollout, normalised or raw", async () => {
    expect(await storedPatches(await file("", "evidence.jsonl"), { raw: false })).toBeNull();
    await file(
      jsonl({
        schema: "bestk.candidate/1",
        instanceId: "i-1",
        candidateId: "sha256:a",
        rolloutIds: ["r1", "r2"],
        patch: "normalised",
        rawPatches: { r1: "raw" },
        dropped: [],
        features: { bytes: 1, addedLines: 1, removedLines: 0, files: NO_FILES, tokenHashes: [] },
      }),
      "candidates.jsonl",
    );
    const normalised = await storedPatches(folder, { raw: false });
    const raw = await storedPatches(folder, { raw: true });
    expect([normalised?.("i-1", "r1"), raw?.("i-1", "r1"), raw?.("i-1", "r2")]).toEqual([
      "normalised",
      "raw",
      "normalised",
    ]);
    expect(normalised?.("i-1", "r3")).toBeNull();
    await file(jsonl({ schema: "bestk.candidate/1" }), "candidates.jsonl");
    await expect(storedPatches(folder, { raw: false })).rejects.toThrow(/candidates\.jsonl:1: instanceId/);
  });
});

const NO_FILES = { source: 1, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 };

/** The same JSON value with every list of strings and every set of keys in the opposite order. */
function reversed<T>(item: T): T {
  if (Array.isArray(item)) return item.toReversed() as T;
  if (item === null || typeof item !== "object") return item;
  return Object.fromEntries(
    Object.entries(item)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  ) as T;
}
