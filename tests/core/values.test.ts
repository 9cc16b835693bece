import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, contentHash } from "../../src/core/hash.js";
import { didYouMean, nearest } from "../../src/core/nearest.js";
import { compareNatural } from "../../src/core/order.js";
import { evidenceLineSchema, signalSchema } from "../../src/core/schemas.js";
import { ok } from "../../src/core/signal.js";

describe("a signal", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("is never %s", (value) => {
    expect(() => ok(value)).toThrow(RangeError);
    expect(signalSchema.safeParse({ status: "ok", value }).success).toBe(false);
  });

  it.each([null, undefined, "0.5"])("is no number where a file says %s", (value) => {
    expect(signalSchema.safeParse({ status: "ok", value }).success).toBe(false);
  });

  it("has one zero", () => {
    expect(ok(-0)).toStrictEqual({ status: "ok", value: 0 });
  });

  it("in a file says why it is missing in a word that is known", () => {
    const line = { schema: "bestk.evidence/1", instanceId: "i", rolloutId: "r", candidateId: null };
    const reason = (word: string) => ({ ...line, signals: { reward: { status: "unavailable", reason: word } } });
    expect(evidenceLineSchema.safeParse(reason("timeout")).success).toBe(true);
    expect(evidenceLineSchema.safeParse(reason("unknown")).success).toBe(false);
    expect(evidenceLineSchema.safeParse({ ...line, signals: { rewrd: ok(1) } }).success).toBe(false);
  });
});

describe("compareNatural", () => {
  it("compares runs of digits as numbers, of any length", () => {
    const ids = ["r10", "r9", "r1", "r01", "r", "x__y-100000000000000000001", "x__y-100000000000000000000"];
    expect(ids.toSorted(compareNatural)).toEqual([
      ...["r", "r01", "r1", "r9", "r10", "x__y-100000000000000000000", "x__y-100000000000000000001"],
    ]);
  });

  it("is a total order: equal texts alone are equal, and sorting ignores the order given", () => {
    const id = fc.string({ unit: fc.constantFrom("a", "B", "-", "0", "1", "9"), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(id, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (ids, random) => {
        const shuffled = ids.map((text) => ({ text, at: random.next().value })).sort((a, b) => a.at - b.at);
        expect(shuffled.map(({ text }) => text).sort(compareNatural)).toEqual(ids.toSorted(compareNatural));
        for (const a of ids) for (const b of ids) expect(compareNatural(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe("canonicalJson", () => {
  it("is JSON of the same value, the same for any order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_, part: unknown) =>
          part !== null && typeof part === "object" && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).reverse())
            : part,
        );
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(contentHash(reversed)).toBe(contentHash(value));
      }),
    );
  });

  it("leaves undefined members out, and tells apart what differs", () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
    expect(contentHash({ a: "1" })).not.toBe(contentHash({ a: 1 }));
  });
});

describe("nearest", () => {
  const known = ["hybrid", "hybrid:deepswe", "random", "first"];

  it("finds slips and prefixes, nearest first, and nothing where nothing is near", () => {
    expect(nearest("hybird", known)).toEqual(["hybrid"]);
    expect(nearest("hyb", known)).toEqual(["hybrid", "hybrid:deepswe"]);
    expect(nearest("zzzzzz", known)).toEqual([]);
    expect(didYouMean("Frist", known)).toBe("did you mean first?");
    expect(didYouMean("zzzzzz", known)).toBe(`known: ${known.join(", ")}`);
  });
});
