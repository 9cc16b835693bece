// Ids and labels of repeats: by content, never by the order or the names of files.

import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { assignRolloutIds, collectLabels } from "../../src/rollouts/rolloutIds.js";
import { folderOf, jsonLines, options } from "./files.js";

const key = fc.record({
  instanceId: fc.constantFrom("i1", "i2"),
  baseId: fc.constantFrom("a", "b"),
  contentHash: fc.constantFrom("1".repeat(64), "2".repeat(64), "3".repeat(64)),
});

describe("assignRolloutIds", () => {
  it("keeps an id that is not repeated, or repeated with equal content", () => {
    const hash = "ab".repeat(32);
    expect(assignRolloutIds([{ instanceId: "i", baseId: "a", contentHash: hash }])).toEqual(["a"]);
    expect(assignRolloutIds([0, 1].map(() => ({ instanceId: "i", baseId: "a", contentHash: hash })))).toEqual([
      "a",
      "a",
    ]);
  });

  it("marks every one of unequal repeats", () => {
    const keys = ["12", "34", "12"].map((byte) => ({ instanceId: "i", baseId: "a", contentHash: byte.repeat(32) }));
    expect(assignRolloutIds(keys)).toEqual(["a~12121212", "a~34343434", "a~12121212"]);
  });

  it("gives equal ids to equal content and other ids to other content, in any order", () => {
    fc.assert(
      fc.property(
        fc
          .array(key)
          .chain((keys) =>
            fc.tuple(fc.constant(keys), fc.shuffledSubarray([...keys.keys()], { minLength: keys.length })),
          ),
        ([keys, order]) => {
          const ids = assignRolloutIds(keys);
          const shuffled = assignRolloutIds(order.map((index) => keys[index] as (typeof keys)[number]));
          expect(shuffled).toEqual(order.map((index) => ids[index]));
          const contents = new Map<string, string>();
          for (const [index, { instanceId, baseId, contentHash }] of keys.entries()) {
            const name = `${instanceId} ${ids[index]}`;
            expect(contents.get(name) ?? contentHash + baseId).toBe(contentHash + baseId);
            contents.set(name, contentHash + baseId);
          }
        },
      ),
    );
  });
});

describe("collectLabels", () => {
  const labelled = (label: boolean | null | undefined) => ({ instanceId: "i", rolloutId: "a", label });

  it.each([
    [[true, null], true],
    [[null, false], false],
    [[true, false], null],
    [[true, false, true], null],
    [[undefined, true], true],
  ])("makes one label of %j, in any order", (given, expected) => {
    for (const order of [given, [...given].reverse()]) {
      expect(collectLabels(order.map(labelled)).get("i")?.get("a")).toBe(expected);
    }
  });

  it("leaves a rollout without a label out", () => {
    expect(collectLabels([labelled(undefined)]).size).toBe(0);
  });
});

describe("loading shuffled input", () => {
  const record = fc.record({
    instance_id: fc.constantFrom("demo__demo-1", "demo__demo-2", "demo__demo-10"),
    source: fc.constant("s"),
    run: fc.constantFrom("r1", "r2"),
    patch: fc.constantFrom("", "x", "y"),
    resolved: fc.constantFrom(true, false, null),
  });

  it("gives the same rollouts and labels for any order of records and any split into files", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat(),
        async (records, turn, cut) => {
          const rotated = [
            ...records.slice(turn % records.length),
            ...records.slice(0, turn % records.length),
          ].reverse();
          const at = cut % (records.length + 1);
          const one = await folderOf({ "all.jsonl": jsonLines(...records) });
          const two = await folderOf({
            "z.jsonl": jsonLines(...rotated.slice(0, at)),
            "a.jsonl.gz": jsonLines(...rotated.slice(at)),
          });
          const first = await loadRollouts([join(one, "all.jsonl")], options());
          const second = await loadRollouts([two], options());
          expect(second.rollouts).toEqual(first.rollouts);
          expect(sorted(second.labels)).toEqual(sorted(first.labels));
        },
      ),
      { numRuns: 40 },
    );
  });
});

function sorted(labels: ReadonlyMap<string, ReadonlyMap<string, boolean | null>>): unknown {
  return [...labels].map(([instance, runs]) => [instance, [...runs].sort()]).sort();
}
