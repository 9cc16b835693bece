import { describe, expect, it } from "vitest";
import { showSignal } from "../../src/cli/showEvidence.js";
import { showRanking } from "../../src/cli/showRanking.js";
import { clean, formatTable } from "../../src/cli/table.js";
import { ok, unavailable } from "../../src/core/signal.js";

describe("clean", () => {
  it("lets no escape sequence, line break or hidden direction of a rollout's text through", () => {
    const text = clean("a\u001b[2J\u001b]0;title\u0007b\r\nc\u202Ed\u200B");
    expect(text).toMatch(/^a.*b··c·d·$/);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("cuts what is long, and says so", () => {
    expect(clean("abcdef", 4)).toBe("abc…");
    expect(clean("abcd", 4)).toBe("abcd");
  });
});

describe("formatTable", () => {
  it("aligns numbers right and text left, without blanks at line ends", () => {
    const lines = formatTable(
      ["name", "n"],
      [
        ["a", 5],
        ["long name", 1234],
      ],
    ).split("\n");
    expect(lines).toEqual(["name          n", "─────────  ────", "a             5", "long name  1234"]);
  });

  it("shows a header alone for no rows", () => {
    expect(formatTable(["a", "b"], [])).toBe("a  b\n─  ─");
  });
});

describe("showSignal", () => {
  it("gives a rounded value or the reason, never a number for what isn't known", () => {
    expect(showSignal(ok(0.123456))).toBe("0.123");
    expect(showSignal(ok(-2))).toBe("-2");
    expect(showSignal(unavailable("timeout", "long story"))).toBe("timeout");
    expect(showSignal(undefined)).toBe("not-run");
  });
});

describe("showRanking", () => {
  const instances = [
    { instanceId: "x__y-1", ranking: [["r2"], ["r1"]], selected: "r2", tie: false, why: "Because\u001b[31m." },
    { instanceId: "x__y-2", ranking: [["r1"]], selected: null, tie: false, why: "No patch." },
  ];
  const document = { schema: "bestk.ranking/1", aggregator: "hybrid", instances } as const;

  it("has a line an instance, and figures only where there are labels", () => {
    const table = showRanking(document);
    expect(table.split("\n")).toHaveLength(4);
    expect(table).toMatch(/x__y-1 +r2 +2 +Because/);
    expect(table).toMatch(/x__y-2 +— +1 +No patch\./);
    expect(table).not.toContain("\u001b");
    const labelled = { instances: 1, unlabelled: 1, expected: 0.5, random: 0.25, oracle: 1, gapClosed: 1 / 3 };
    const figures = showRanking({ ...document, labelled })
      .split("\n")
      .at(-1);
    expect(figures).toBe(
      "hybrid: 0.50 of 1 resolved; random 0.25, oracle 1; 33.3 % of the gap to the oracle (1 instances without all labels left out)",
    );
  });
});
