// Equal normalised patches are one candidate; nothing depends on the order of the input.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import { sha256 } from "../../src/core/hash.js";
import { groupCandidates } from "../../src/patch/group.js";
import { diffText } from "./diffText.js";

const FIX = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n";
const SAME = "\n--- x.py\n+++ x.py\n@@ -1,1 +1,1 @@ def f():\n-a\n+b";
const TEST = "diff --git a/tests/t.py b/tests/t.py\n--- a/tests/t.py\n+++ b/tests/t.py\n@@ -1 +1 @@\n-a\n+b\n";
const rollout = (rolloutId: string, patch: string | null, instanceId = "i-1") => ({ instanceId, rolloutId, patch });

describe("groupCandidates", () => {
  test("spellings of one patch share a candidate, each keeping its own text", () => {
    const [candidate, ...others] = groupCandidates([
      rollout("r10", FIX + TEST),
      rollout("r2", SAME),
      rollout("r3", FIX),
    ]);
    expect(others).toEqual([]);
    expect(candidate).toMatchObject({
      instanceId: "i-1",
      candidateId: `sha256:${sha256(FIX)}`,
      patch: FIX,
      rolloutIds: ["r2", "r3", "r10"],
      rawPatches: { r2: SAME, r3: FIX, r10: FIX + TEST },
      dropped: [{ path: "tests/t.py", kind: "test" }],
    });
    expect(candidate?.features.files.test).toBe(0);
    expect(candidate?.notes.r10?.features.files.test).toBe(1);
  });

  test("an unknown patch has no candidate; an empty one and one of tests alone share the empty candidate", () => {
    const candidates = groupCandidates([rollout("a", null), rollout("b", ""), rollout("c", TEST)]);
    expect(candidates.map(({ rolloutIds, patch }) => [rolloutIds, patch])).toEqual([[["b", "c"], ""]]);
    expect([candidates[0]?.notes.b?.outcome, candidates[0]?.notes.c?.outcome]).toEqual(["empty", "all-dropped"]);
  });

  test("instances are apart, in natural order", () => {
    const input = ["i-10", "i-9"].map((instanceId) => rollout("r", FIX, instanceId));
    expect(groupCandidates(input).map(({ instanceId }) => instanceId)).toEqual(["i-9", "i-10"]);
  });

  test("one id with two patches is an error of input; with the same patch twice it is one rollout", () => {
    expect(groupCandidates([rollout("r", FIX), rollout("r", FIX)])).toHaveLength(1);
    expect(() => groupCandidates([rollout("r", FIX), rollout("r", TEST)])).toThrow(BestkError);
  });

  test("the order of the input changes nothing, and every rollout with a patch is in one candidate", () => {
    const rollouts = fc.uniqueArray(
      fc.record({
        instanceId: fc.constantFrom("i-1", "i-2", "__proto__"),
        rolloutId: fc.constantFrom("r1", "r2", "r10", "r01", "a#b", "__proto__", "constructor"),
        patch: fc.oneof(fc.constantFrom(null, "", FIX, SAME, TEST, FIX + TEST), diffText),
      }),
      { selector: ({ instanceId, rolloutId }) => `${instanceId} ${rolloutId}`, maxLength: 12 },
    );
    const shuffled = rollouts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const candidates = groupCandidates(list);
        expect(JSON.stringify(groupCandidates(other))).toBe(JSON.stringify(candidates));
        const names = candidates.flatMap(({ instanceId, rolloutIds }) => rolloutIds.map((id) => `${instanceId} ${id}`));
        const expected = list.filter(({ patch }) => patch !== null).map((r) => `${r.instanceId} ${r.rolloutId}`);
        expect([...names].sort()).toEqual(expected.sort());
        expect(new Set(candidates.map((c) => `${c.instanceId} ${c.candidateId}`)).size).toBe(candidates.length);
      }),
    );
  });
});
