import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCargo } from "../../src/parsers/cargo.js";
import { parseCtest } from "../../src/parsers/ctest.js";
import { parseGo } from "../../src/parsers/go.js";
import { parseJest } from "../../src/parsers/jest.js";
import { parseKarma } from "../../src/parsers/karma.js";
import { parseMocha } from "../../src/parsers/mocha.js";
import { parseNodeLog } from "../../src/parsers/nodeSpec.js";
import { parsePhpunit } from "../../src/parsers/phpunit.js";
import type { TestParser, TestReport } from "../../src/parsers/report.js";
import { parseRspec } from "../../src/parsers/rspec.js";
import { parseVitest } from "../../src/parsers/vitest.js";

/** A folder of `tests/fixtures/parsers` each: real logs of small projects of ours, and beside each what it says. */
const PARSERS: Readonly<Record<string, TestParser>> = {
  cargo: parseCargo,
  ctest: parseCtest,
  go: parseGo,
  jest: parseJest,
  karma: parseKarma,
  mocha: parseMocha,
  node: parseNodeLog,
  phpunit: parsePhpunit,
  rspec: parseRspec,
  vitest: parseVitest,
};

/** Logs in which two tests, a run and a repetition, or a test and printed text bear one id: a part shows only the first. */
const TWINS = /(^|::)(same title|subtracts|Adds|Never|tests::adds|TestForged)$/;

const FOLDER = new URL("../fixtures/parsers/", import.meta.url);
const LOGS = Object.keys(PARSERS).flatMap((name) =>
  readdirSync(new URL(`${name}/`, FOLDER))
    .filter((file) => file.endsWith(".log"))
    .map((file) => [name, file.slice(0, -4)] as const),
);

describe.each(LOGS)("%s: %s.log", (name, file) => {
  const parse = PARSERS[name] ?? (() => null);
  const log = readFileSync(new URL(`${name}/${file}.log`, FOLDER), "utf8");
  const expected: unknown = JSON.parse(readFileSync(new URL(`${name}/${file}.json`, FOLDER), "utf8"));

  it("says what was reviewed", () => {
    expect(plain(parse(log))).toEqual(expected);
  });

  it("says the same with CRLF and in colour", () => {
    expect(plain(parse(log.replaceAll("\n", "\r\n")))).toEqual(expected);
    const coloured = log.replace(/^(.*)$/gm, (line) =>
      line === "" ? "" : `\u001b[1m\u001b[32m${line}\u001b[39m\u001b[0m`,
    );
    expect(plain(parse(coloured))).toEqual(expected);
  });

  it("says the same of two such runs in one log", () => {
    const once = parse(log);
    const twice = parse(`${log}\n${log}`);
    for (const [id, outcome] of twice?.tests ?? []) expect(once?.tests.get(id), id).toBe(outcome);
    // Counts that a test prints make the sum of all counts wrong, and PHPUnit's passes follow from the counts.
    if (name !== "phpunit" || !log.includes("(99 tests")) expect(twice?.tests.size).toBe(once?.tests.size);
    if (once?.disagreement !== undefined) expect(twice?.disagreement).toBeDefined();
  });

  it("shows no failed test as passed where it is cut off", () => {
    const whole = parse(log)?.tests ?? new Map();
    const lines = log.split("\n");
    for (let count = 0; count < lines.length; count += lines.length > 400 ? 50 : 10) {
      const part = parse(lines.slice(0, count).join("\n"));
      for (const [id, outcome] of part?.tests ?? []) {
        if (outcome !== "passed" || (whole.get(id) ?? "passed") === "passed") continue;
        expect(id).toMatch(TWINS);
        expect(part?.disagreement).toBeDefined();
      }
    }
  });

  it("takes no other runner's log for a run without failures", () => {
    for (const [other, read] of Object.entries(PARSERS)) {
      if (other === name) continue;
      const report = read(log);
      const isGood = report !== null && report.tests.size > 0 && report.unloaded.length === 0;
      const isGreen = isGood && [...report.tests.values()].every((outcome) => outcome === "passed");
      expect(isGreen && report.disagreement === undefined, other).toBe(false);
    }
  });
});

describe.each(Object.keys(PARSERS))("%s", (name) => {
  const parse = PARSERS[name] ?? (() => null);
  const logs = LOGS.filter(([each]) => each === name).map(([, file]) =>
    readFileSync(new URL(`${name}/${file}.log`, FOLDER), "utf8"),
  );

  it("reads any text, and any order of its lines, without an error", () => {
    const lines = logs.flatMap((log) => log.split("\n"));
    const line = fc.oneof(fc.string(), fc.constantFrom(...lines));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (some) => {
        const report = parse(some.join("\n"));
        expect(report === null || report.tests instanceof Map).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("knows text that is no log of it", () => {
    expect(parse("")).toBeNull();
    expect(parse("hello\nworld\n")).toBeNull();
  });

  it("takes time in proportion to the text", () => {
    const hostile = ["5ms [", "(3 ms) ", " ... ", "---", " › ", " > ", " (FAILED - 1)", " # ", "\u001b[31m", "  "];
    const long = hostile.map((part) => part.repeat(20_000)).join("\n");
    const whole = `${logs.join("\n").repeat(2)}\n${long}\n`;
    parse(whole);
    const [small, large] = [whole.repeat(2), whole.repeat(8)].map((text) => secondsOf(() => parse(text)));
    // Four times the text: quadratic time would be sixteen times as long.
    expect(large ?? 0).toBeLessThan(9 * (small ?? 0) + 0.5);
  });
});

function secondsOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function plain(report: TestReport | null): unknown {
  return report === null ? null : { ...report, tests: Object.fromEntries(report.tests) };
}
