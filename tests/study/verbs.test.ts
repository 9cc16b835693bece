// `bestk curve` and `bestk compare` as a user runs them: the documented JSON, every format, flags that are refused.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { curveAggregators, kList, nameList, unevenRule } from "../../src/cli/aggregatorList.js";
import { type Finished, startProgram } from "../support/program.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-curve-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function bestk(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, args).finished;
}

/** Twelve instances of four rollouts, two of three, as a run would leave them; `label` decides what is resolved. */
async function write(name: string, label: (instance: number, rollout: number) => boolean | null): Promise<void> {
  const lines = Array.from({ length: 14 }, (_, instance) =>
    Array.from({ length: instance < 12 ? 4 : 3 }, (_, rollout) => ({
      schema: "bestk.evidence/1",
      instanceId: `x__y-${instance}`,
      rolloutId: `r${rollout}`,
      candidateId: `sha256:${instance}-${rollout % 3}`,
      signals: {
        regression: { status: "ok", value: -((instance + rollout) % 2) },
        reproduction: { status: "ok", value: (instance * rollout) % 3 },
        reward: { status: "ok", value: ((instance * 7 + rollout * 3) % 10) / 10 },
      },
      resolved: label(instance, rollout),
    })),
  ).flat();
  await writeFile(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const ONE_OF_THREE = (instance: number, rollout: number) => (instance + rollout) % 3 === 0;

describe("curve", () => {
  it("prints the document to the letter", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    const { code, stdout, stderr } = await bestk("curve", "e.jsonl", "-a", "hybrid,majority,oracle", "--json");
    expect({ code, stderr: stderr.includes("error") }).toEqual({ code: 0, stderr: false });
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(["schema", "passAtK", "curves"]);
    expect(document.schema).toBe("bestk.curve/1");
    expect(document.passAtK.map(({ k, instances }: { k: number; instances: number }) => [k, instances])).toEqual([
      [1, 14],
      [2, 14],
      [3, 14],
      [4, 12],
    ]);
    expect(document.curves.map(({ aggregator }: { aggregator: string }) => aggregator)).toEqual([
      "hybrid",
      "majority",
      "oracle",
    ]);
    for (const { aggregator, points } of document.curves) {
      for (const point of points) {
        expect(Object.keys(point)).toEqual(["k", "mean", "low", "high", "exact", "instances"]);
        expect(point.exact).toBe(aggregator !== "majority");
        expect(point.low <= point.mean && point.mean <= point.high).toBe(true);
      }
    }
    const [hybrid, , oracle] = document.curves;
    oracle.points.forEach(({ mean }: { mean: number }, index: number) => {
      expect(mean).toBe(document.passAtK[index].mean);
    });
    expect(hybrid.points[0].mean).toBe(document.passAtK[0].mean);
    const ranked = JSON.parse((await bestk("rank", "e.jsonl", "--json")).stdout);
    const four = JSON.parse((await bestk("curve", "e.jsonl", "-a", "hybrid", "-k", "4", "--json")).stdout);
    const three = JSON.parse(
      (await bestk("curve", "e.jsonl", "-a", "hybrid", "-k", "3", "--only", "x__y-12,x__y-13", "--json")).stdout,
    );
    const whole = 12 * four.curves[0].points[0].mean + 2 * three.curves[0].points[0].mean;
    expect(whole).toBeCloseTo(ranked.labelled.expected, 9);
  });

  it("writes every format from one table, and changes no ranking with the labels", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    await write("shuffled.jsonl", (instance, rollout) => ONE_OF_THREE(instance, rollout + 1));
    const files = ["html", "svg", "csv", "md", "tex", "json"].map((ending) => `out.${ending}`);
    const { code, stdout } = await bestk("curve", "e.jsonl", ...files.flatMap((file) => ["-o", file]));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /against a random pick[\s\S]*random pick \(p = [\s\S]*where the gap goes[\s\S]*misranked by reward/,
    );
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    const json = JSON.parse(texts[5] ?? "");
    const mean: number = json.curves[2].points[3].mean;
    expect(texts[2]).toContain(`hybrid,4,${mean}`);
    for (const text of [texts[0], texts[3], texts[4]]) expect(text).toContain((100 * mean).toFixed(1));
    expect(texts[1]).toMatch(/^<svg/);
    const [before, after] = await Promise.all(
      ["e.jsonl", "shuffled.jsonl"].map(async (file) => JSON.parse((await bestk("rank", file, "--json")).stdout)),
    );
    expect(after.instances).toEqual(before.instances);
    expect(after.labelled).not.toEqual(before.labelled);
  });

  it("takes the seed, and the rule for uneven counts", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    const lows = async (...flags: readonly string[]) => {
      const { stdout } = await bestk("curve", "e.jsonl", "-a", "hybrid", "-k", "2", "--json", ...flags);
      return JSON.parse(stdout).curves[0].points[0].low as number;
    };
    expect(await lows()).toBe(await lows("--seed", "0"));
    const common = await bestk("curve", "e.jsonl", "-a", "random", "--uneven", "common", "--json");
    expect(JSON.parse(common.stdout).passAtK.map(({ instances }: { instances: number }) => instances)).toEqual([
      12, 12, 12, 12,
    ]);
    const error = await bestk("curve", "e.jsonl", "--uneven", "error");
    expect(error).toMatchObject({ code: 2, stderr: expect.stringContaining("2 of 14 instances have fewer than 4") });
  });

  it("says where tests were left out", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    const whole = await bestk("curve", "e.jsonl", "-k", "1");
    expect(whole.stderr).not.toMatch(/left out, for they could not/);
    const lines = (await readFile(join(folder, "e.jsonl"), "utf8")).trim().split("\n");
    const left = { ...JSON.parse(lines[0] as string) };
    left.signals.regression = { status: "unavailable", reason: "could-not-matter", message: "left out" };
    await writeFile(join(folder, "e.jsonl"), [JSON.stringify(left), ...lines.slice(1), ""].join("\n"));
    const { code, stderr } = await bestk("curve", "e.jsonl", "-k", "1");
    expect(code).toBe(0);
    expect(stderr).toMatch(/tests of 1 of 54 rollouts were left out.*--eager/);
  });

  it("refuses what can't be meant", async () => {
    for (const text of ["0-3", "3-1", "", "1-", "1;2", "1-999999999"]) expect(() => kList(text)).toThrow(/1-26/);
    expect(kList("4-6,2, 5")).toEqual([2, 4, 5, 6]);
    expect(() => nameList(" , ")).toThrow(/expected names/);
    expect(() => unevenRule("cap")).toThrow(/drop, common, error/);
    expect(() => curveAggregators(["hybird"])).toThrow(/unknown aggregator "hybird"/);
    expect(curveAggregators(["oracle", "random", "oracle"])).toHaveLength(2);
    await write("none.jsonl", () => null);
    const ending = await bestk("curve", "none.jsonl", "-o", "curve.png");
    expect(ending).toMatchObject({ code: 2, stderr: expect.stringContaining("no format has this ending") });
    const unlabelled = await bestk("curve", "none.jsonl");
    expect(unlabelled).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("none of the 14 instances has labels"),
    });
  });

  it("has no point beyond every instance", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    const { stdout } = await bestk("curve", "e.jsonl", "-a", "hybrid", "-k", "9", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ passAtK: [], curves: [{ aggregator: "hybrid", points: [] }] });
  });
});

describe("compare", () => {
  it("tells win, tie and loss, the difference and the tests", async () => {
    await write("e.jsonl", ONE_OF_THREE);
    const json = await bestk("compare", "e.jsonl", "e.jsonl", "-a", "random", "--with", "hybrid", "--json");
    const result = JSON.parse(json.stdout);
    expect(result).toMatchObject({ schema: "bestk.compare/1", instances: 14, onlyOneSide: 0 });
    expect(result.wins + result.ties + result.losses).toBe(14);
    const ranked = JSON.parse((await bestk("rank", "e.jsonl", "--json")).stdout);
    expect(result.second.expected).toBeCloseTo(ranked.labelled.expected, 9);
    expect(result.first.expected).toBeCloseTo(ranked.labelled.random, 9);
    expect(result.difference.value).toBeCloseTo((result.second.expected - result.first.expected) / 14, 9);
    const text = await bestk("compare", "e.jsonl", "e.jsonl");
    expect(text.stdout).toContain("both do the same on every instance");
    expect(text.stdout).toContain("exact McNemar, p = 1.00");
  });
});
