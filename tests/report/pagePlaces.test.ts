// Addresses of the page lead back to where they were made; lists are in the order that their address says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PageRow } from "../../src/core/page.js";
import { cellName, cellNamed } from "../../src/report/app/instance/cells.js";
import { listed, neighbours } from "../../src/report/app/instances/order.js";
import { hashOf, moved, type Place, placeOf, VIEWS } from "../../src/report/app/place.js";

const PLACE: Place = { run: "a", view: "instances", subject: null, params: {} };

describe("an address", () => {
  it("leads back to its place, whatever names are in it", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    const place = fc.record({
      run: fc.option(name),
      view: fc.constantFrom(...VIEWS),
      subject: fc.option(name),
      params: fc.dictionary(fc.constantFrom("tab", "q", "sort"), name, { noNullPrototype: true }),
    });
    fc.assert(
      fc.property(place, (there) => {
        expect(placeOf(hashOf(there))).toEqual(there);
      }),
    );
  });

  it.each(["", "#", "#/", "#/%E0%A4%A/nowhere", "#javascript:alert(1)", "#/__proto__/constructor?__proto__=1"])(
    "%j is one, too",
    (hash) => {
      expect(VIEWS).toContain(placeOf(hash).view);
      expect(hashOf(placeOf(hash))).toMatch(/^#\//);
    },
  );

  it("never throws, not even on half a surrogate pair", () => {
    expect(placeOf(hashOf({ ...PLACE, view: "instance", subject: "a\ud800b" })).subject).toBe("a\ufffdb");
  });

  it("keeps the theme everywhere, and sorting and filters between the table and its instances", () => {
    const here = { ...PLACE, params: { theme: "dark", sort: "-flaky", show: "tie", q: "x", tab: "tests" } };
    expect(moved(here, { view: "instance", subject: "i" }).params).toEqual({
      theme: "dark",
      sort: "-flaky",
      show: "tie",
      q: "x",
    });
    expect(moved(here, { view: "overview" }).params).toEqual({ theme: "dark" });
    expect(moved(here, { view: "instances", run: "b" }).params).toEqual({ theme: "dark" });
  });

  it("names cells", () => {
    for (const cell of [
      { test: 0, column: -1 },
      { test: 12, column: 3 },
    ])
      expect(cellNamed(cellName(cell))).toEqual(cell);
    expect(cellNamed("x.1")).toBeNull();
  });
});

const ROW: PageRow = {
  instanceId: "",
  rollouts: 2,
  candidates: 2,
  selected: "r",
  tie: false,
  why: "",
  resolved: null,
  solvable: null,
  tampered: 0,
  flaky: 0,
  infra: 0,
  missing: 0,
  detail: "",
};

const ROWS: readonly PageRow[] = [
  { ...ROW, instanceId: "a-1", resolved: true, solvable: true, flaky: 1 },
  { ...ROW, instanceId: "a-2", resolved: false, solvable: true, tie: true },
  { ...ROW, instanceId: "b-3", resolved: false, solvable: false, flaky: 3 },
  { ...ROW, instanceId: "b-10", selected: null },
];

describe("the table of instances", () => {
  const ids = (params: Readonly<Record<string, string>>) =>
    listed(ROWS, { ...PLACE, params }).map(({ instanceId }) => instanceId);

  it.each<readonly [Readonly<Record<string, string>>, readonly string[]]>([
    [{}, ["a-1", "a-2", "b-3", "b-10"]],
    [{ sort: "-id" }, ["b-10", "b-3", "a-2", "a-1"]],
    [{ sort: "-flaky" }, ["b-3", "a-1", "a-2", "b-10"]],
    [{ sort: "resolved" }, ["b-3", "a-2", "b-10", "a-1"]],
    [{ sort: "nonsense" }, ["a-1", "a-2", "b-3", "b-10"]],
    [{ show: "missed" }, ["a-2"]],
    [{ show: "unresolved,flaky" }, ["b-3"]],
    [{ show: "unchosen" }, ["b-10"]],
    [{ show: "unknown-filter" }, ["a-1", "a-2", "b-3", "b-10"]],
    [{ q: "B" }, ["b-3", "b-10"]],
    [{ q: "b 10" }, ["b-10"]],
    [{ q: "nowhere" }, []],
  ])("by %j", (params, expected) => {
    expect(ids(params)).toEqual(expected);
  });

  it("is what [ and ] go through, or all instances where the open one is filtered out", () => {
    const at = (subject: string, params: Readonly<Record<string, string>>) =>
      neighbours(ROWS, { ...PLACE, view: "instance", subject, params });
    expect(at("a-1", { sort: "-flaky" })).toEqual({ before: "b-3", after: "a-2", position: 2, of: 4 });
    expect(at("a-1", { show: "tie" })).toEqual({ before: null, after: "a-2", position: 1, of: 4 });
    expect(at("gone", {})).toEqual({ before: null, after: null, position: 0, of: 4 });
  });
});
