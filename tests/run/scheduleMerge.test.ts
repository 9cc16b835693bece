// A run on several machines: shares that together are the whole, each image on one, and directories joined to what one run makes.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mergeRuns } from "../../src/run/scheduleMerge.js";
import { parseShard, shardsOf } from "../../src/run/scheduleShards.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { fakeEnvironments } from "../support/fakeEnvironments.js";
import { evidenceOf, fakePatch, fakeTask, runFake } from "../support/fakeRun.js";

const CARD = {
  bestk: "0.1.0",
  node: "v20",
  platform: "linux-x64",
  rollouts: ["r"],
  sandbox: "fake",
  limits: {},
  aggregator: "execution-based",
  jobs: 2,
  filter: {},
};

const PATCHES = { r1: fakePatch("RIGHT"), r2: fakePatch("BREAK") };
const IDS = ["a__a-1", "a__a-2", "b__b-1"] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-merge-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(
  name: string,
  ids: readonly string[],
  card: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const runPath = join(folder, name);
  const environments = fakeEnvironments();
  await runFake({ runPath, tasks: ids.map(fakeTask), patches: PATCHES, environments, card: { ...CARD, ...card } });
  return runPath;
}

function merge(runPaths: readonly string[]) {
  return mergeRuns({ runPaths, into: join(folder, "merged"), aggregatorNamed });
}

describe("shards", () => {
  it("are the whole together, keep images on one machine, and are the same for any order", () => {
    const anyInstances = fc.uniqueArray(
      fc.record({ instanceId: fc.string(), image: fc.constantFrom("a", "b", "c", "d"), work: fc.nat(20) }),
      { selector: ({ instanceId }) => instanceId, maxLength: 20 },
    );
    fc.assert(
      fc.property(anyInstances, fc.integer({ min: 1, max: 6 }), (instances, count) => {
        const shards = shardsOf(instances, count);
        expect(new Set(shards.keys())).toEqual(new Set(instances.map(({ instanceId }) => instanceId)));
        expect(instances.every(({ instanceId }) => (shards.get(instanceId) ?? 0) >= 1)).toBe(true);
        expect(Math.max(0, ...shards.values())).toBeLessThanOrEqual(count);
        for (const one of instances) {
          for (const other of instances) {
            if (one.image === other.image) expect(shards.get(one.instanceId)).toBe(shards.get(other.instanceId));
          }
        }
        expect(shardsOf(instances.toReversed(), count)).toEqual(shards);
      }),
    );
  });

  it("have about as much to do", () => {
    const instances = Array.from({ length: 500 }, (_, i) => ({
      instanceId: `i${i}`,
      image: `i${i}`,
      work: 10 + (i % 17),
    }));
    const loads = new Map<number, number>();
    const shards = shardsOf(instances, 64);
    for (const { instanceId, work } of instances) {
      const shard = shards.get(instanceId) as number;
      loads.set(shard, (loads.get(shard) ?? 0) + work);
    }
    expect(loads.size).toBe(64);
    expect(Math.max(...loads.values()) / Math.min(...loads.values())).toBeLessThan(1.34);
  });

  it("are written i/n", () => {
    expect(parseShard("3/64")).toEqual({ index: 3, count: 64 });
    for (const wrong of ["0/2", "3/2", "1", "a/b", "-1/2"]) expect(() => parseShard(wrong)).toThrow(/--shard/);
  });
});

describe("merged runs", () => {
  it("hold what one run of everything holds, and choose the same", async () => {
    const whole = await run("whole", IDS);
    const parts = [
      await run("one", IDS.slice(0, 2), { shard: { index: 1, count: 2 }, jobs: 4 }),
      await run("two", IDS.slice(2), { shard: { index: 2, count: 2 } }),
    ];
    const { instances, rollouts } = await merge(parts);
    expect([instances, rollouts]).toEqual([3, 6]);
    const merged = join(folder, "merged");
    const sorted = async (path: string) =>
      (await evidenceOf(path)).map((line) => JSON.stringify(line)).sort((a, b) => (a < b ? -1 : 1));
    expect(await sorted(merged)).toEqual(await sorted(whole));
    for (const name of ["preds.jsonl", "ranking.execution-based.jsonl", "ranking.hybrid.jsonl"]) {
      expect(await readFile(join(merged, name), "utf8"), name).toBe(await readFile(join(whole, name), "utf8"));
    }
    const candidateId = (await evidenceOf(merged)).find(({ instanceId }) => instanceId === IDS[0])?.candidateId ?? "";
    const log = join("logs", IDS[0], candidateId.replace("sha256:", ""), "result.json");
    expect(await readFile(join(merged, log), "utf8")).toContain('"key"');
    const card = JSON.parse(await readFile(join(merged, "run.json"), "utf8"));
    expect(card).toMatchObject({
      merged: parts,
      environments: { [IDS[0]]: expect.anything(), [IDS[2]]: expect.anything() },
    });
    expect(card.shard).toBeUndefined();
  });

  it("are refused where they are not parts of one run", async () => {
    const one = await run("one", IDS.slice(0, 2));
    await expect(merge([one, await run("again", IDS.slice(1))])).rejects.toThrow(/a__a-2 is in/);
    const other = await run("other", IDS.slice(2), { limits: { cpus: 2 } });
    await expect(merge([one, other])).rejects.toThrow(/another "limits"/);
    await expect(merge([one, folder])).rejects.toThrow(/no run directory/);
    await merge([one]);
    await expect(merge([one])).rejects.toThrow(/something in it already/);
  });
});
