// What the page shows is what evidence says, in one file below a size, the same bytes for the same input.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import type { Labels, TestOutcome } from "../../src/core/types.js";
import { writePage } from "../../src/report/page/file.js";
import { pagePolicy } from "../../src/report/page/html.js";
import { packed, textAtHand } from "../../src/report/page/pack.js";
import type { PageSource } from "../../src/report/page/source.js";
import type { TestRun } from "../../src/verify/testRun.js";
import { evidence } from "../support/evidence.js";
import { candidateSource, pageSource, readPage, rolloutTexts } from "../support/pageSource.js";

const ASSETS = { script: "let page = '</script><!--';", style: "body{}" };

async function fileOf(sources: readonly PageSource[], budget?: number): Promise<string> {
  const chunks: string[] = [];
  const write = async (text: string): Promise<void> => {
    chunks.push(text);
  };
  const { signal } = new AbortController();
  await writePage(sources, { assets: ASSETS, bestk: "1", write, signal, ...(budget === undefined ? {} : { budget }) });
  return chunks.join("");
}

function labels(of: Readonly<Record<string, boolean | null>>, instances = ["i__i-1"]): Labels {
  return new Map(instances.map((id) => [id, new Map(Object.entries(of))]));
}

describe("figures", () => {
  const pool = (instanceId: string): readonly Evidence[] => [
    evidence("a", { regression: 0, reproduction: 1, reward: 0.1 }, instanceId),
    evidence("b", { regression: 0, reproduction: 1, reward: 0.9 }, instanceId),
    evidence("c", { regression: -1, reproduction: 0, reward: "no-trajectory" }, instanceId),
  ];
  const all = [...pool("i__i-1"), ...pool("i__i-2"), ...pool("i__i-10")];
  const truth = new Map([
    [
      "i__i-1",
      new Map([
        ["a", true],
        ["b", false],
        ["c", false],
      ]),
    ],
    [
      "i__i-2",
      new Map([
        ["a", true],
        ["b", true],
        ["c", false],
      ]),
    ],
    [
      "i__i-10",
      new Map([
        ["a", false],
        ["b", false],
        ["c", false],
      ]),
    ],
  ]);

  it("set the choice beside chance and oracle, and account for the gap", async () => {
    const { data } = readPage(await fileOf([pageSource({ evidence: all, labels: truth })]));
    const overview = data.runs[0]?.overview;
    expect(overview).toMatchObject({
      instances: 3,
      rollouts: 9,
      candidates: 9,
      labelled: {
        instances: 3,
        chosen: { value: 1 / 3 },
        random: { value: 1 / 3 },
        oracle: { value: 2 / 3 },
        // Three names are too few to be agents.
        bestSingle: null,
      },
      gap: [{ name: "misranked by reward", instances: 1, share: 1 }],
      unavailable: [{ signal: "reward", reason: "no-trajectory", rollouts: 3 }],
    });
    expect(overview?.curves.map(({ name }) => name)).toEqual([
      "oracle",
      "hybrid",
      "execution-based",
      "execution-free",
      "random",
    ]);
    expect(overview?.curves[0]?.points.map(({ k, value }) => [k, Number(value.toFixed(6))])).toEqual([
      [1, 0.333333],
      [2, 0.555556],
      [3, 0.666667],
    ]);
  });

  it("rows are in natural order, with what was chosen and whether any was right", async () => {
    const { data } = readPage(await fileOf([pageSource({ evidence: all, labels: truth })]));
    expect(data.runs[0]?.instances).toMatchObject([
      { instanceId: "i__i-1", selected: "b", resolved: false, solvable: true, missing: 1, tie: false },
      { instanceId: "i__i-2", selected: "b", resolved: true, solvable: true },
      { instanceId: "i__i-10", selected: "b", resolved: false, solvable: false },
    ]);
  });

  it("without labels there are none of what labels would tell", async () => {
    const { data } = readPage(await fileOf([pageSource({ evidence: all })]));
    expect(data.runs[0]?.overview).toMatchObject({ labelled: null, curves: [], gap: null });
    expect(data.runs[0]?.instances[0]).toMatchObject({ resolved: null, solvable: null });
  });

  it("a run without evidence yet is an empty page", async () => {
    const { data } = readPage(await fileOf([pageSource({ evidence: [] })]));
    expect(data.runs[0]).toMatchObject({ instances: [], overview: { rollouts: 0 } });
  });

  it("runs are compared on the instances that both have: a win is the right one's", async () => {
    const left = pageSource({ id: "left", evidence: all, labels: truth, aggregators: ["execution-free"] });
    const right = pageSource({
      id: "right",
      evidence: all.map((one) =>
        one.rolloutId === "b" ? { ...one, signals: { ...one.signals, reward: { status: "ok", value: 0 } } } : one,
      ),
      labels: truth,
      aggregators: ["execution-free"],
    });
    const { data } = readPage(await fileOf([left, right]));
    expect(data.comparisons).toMatchObject([
      {
        left: "left",
        right: "right",
        instances: 3,
        win: 1,
        tie: 2,
        loss: 0,
        differing: [{ instanceId: "i__i-1", left: "b", right: "a" }],
      },
    ]);
  });
});

describe("the matrix", () => {
  const run = (outcomes: Readonly<Record<string, TestOutcome>>): TestRun => ({
    end: "completed",
    exitCode: 0,
    outcomes,
    unloaded: [],
    consistent: true,
    tampered: null,
    canaries: 0,
    durationMs: 1000,
  });
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`t${i}`, "passed" as const]));
  const tree = (outcomes: Readonly<Record<string, TestOutcome>>) => ({ regression: run(outcomes), generated: {} });
  const verified = (outcomes: Readonly<Record<string, TestOutcome>>) => ({
    applied: true,
    runs: tree(outcomes),
    durationMs: 1000,
    outcomes: {},
    logs: new Map([["regression.log", textAtHand("own log")]]),
  });
  const source = pageSource({
    evidence: [evidence("a", { regression: 0 }), evidence("b", { regression: -1 }), evidence("c", { regression: -50 })],
    instance: () => ({
      base: {
        runs: [tree(many), tree({ ...many, t3: "failed" })],
        logs: new Map([["1.regression.log", textAtHand("base log")]]),
      },
      candidates: [
        candidateSource("sha256:c", { verified: verified({}) }),
        candidateSource("sha256:a", { verified: verified(many) }),
        candidateSource("sha256:b", { verified: verified({ ...many, t7: "failed" }) }),
      ],
    }),
  });

  it("has candidates in order of the ranking, telling tests first, and a row for those that say the same", async () => {
    const page = readPage(await fileOf([source]));
    const { candidates, matrix } = page.detail(0, 0);
    expect(candidates.map(({ candidateId }) => candidateId)).toEqual(["sha256:a", "sha256:b", "sha256:c"]);
    const row = (name: string) => {
      const at = matrix.tests.findIndex((test) => test.name === name);
      return [matrix.tests[at]?.base, matrix.tests[at]?.distinguishing, ...matrix.outcomes.map((column) => column[at])];
    };
    expect(row("t7")).toEqual(["passed", true, "passed", "failed", "missing"]);
    expect(row("t3")).toEqual(["flaky", true, "passed", "passed", "missing"]);
    expect(row("… and 38 more with these outcomes")).toEqual(["passed", true, "passed", "passed", "missing"]);
    expect(matrix.tests).toHaveLength(23);
    const [log] = matrix.cellLogs[1] ?? [];
    expect(page.part(matrix.logs[log ?? -1]?.part)).toBe("own log");
    expect(page.part(matrix.tests[0]?.baseLog?.part)).toBe("base log");
  });

  it("a test that nobody tells apart is counted, and its log can be opened", async () => {
    const alone = pageSource({
      evidence: [evidence("a", { regression: 0 })],
      instance: () => ({
        base: { runs: [tree(many)], logs: new Map() },
        candidates: [candidateSource("sha256:a", { verified: verified(many) })],
      }),
    });
    const { matrix } = readPage(await fileOf([alone])).detail(0, 0);
    expect(matrix).toMatchObject({
      alike: 60,
      tests: [{ name: "all 60 others", base: "passed" }],
      outcomes: [["passed"]],
      cellLogs: [[0]],
    });
  });

  it("a test may have the name of what every object has", async () => {
    const odd = pageSource({
      evidence: [evidence("constructor", { regression: 0 })],
      instance: () => ({
        base: { runs: [tree({ toString: "passed" as const })], logs: new Map() },
        candidates: [
          candidateSource("sha256:constructor", {
            verified: verified({ valueOf: "failed" as const }),
            rolloutIds: ["constructor"],
          }),
        ],
      }),
    });
    const { matrix, candidates } = readPage(await fileOf([odd])).detail(0, 0);
    expect(candidates[0]?.rawPatch).toBeNull();
    expect(matrix.tests.map(({ name, base }) => [name, base])).toEqual([
      ["toString", "passed"],
      ["valueOf", "missing"],
    ]);
    expect(matrix.outcomes).toEqual([["missing", "failed"]]);
  });

  it("cost is summed from what was run where a run keeps no account of it", async () => {
    const { data } = readPage(await fileOf([source]));
    expect(data.runs[0]?.overview.cost).toMatchObject({
      containerSeconds: 5,
      savedByEqualPatches: 0,
      modelSeconds: null,
    });
  });
});

describe("the file", () => {
  const noise = (seed: number): string => {
    let state = seed + 1;
    return Array.from({ length: 4000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state.toString(36);
    }).join("");
  };
  const rollouts = Array.from({ length: 6 }, (_, i) => evidence(`r${i}`, { regression: -(i % 3), reward: 0.1 * i }));
  const source = pageSource({
    evidence: rollouts,
    instance: () => ({
      candidates: rollouts.map(({ rolloutId }) => candidateSource(`sha256:${rolloutId}`)),
      rollouts: new Map(
        rollouts.map(({ rolloutId }, i) => [
          rolloutId,
          rolloutTexts({ exitStatus: null, steps: [], noise: noise(i) }, "x 1\n"),
        ]),
      ),
    }),
  });

  it("leaves out what doesn't fit: first those that are like the chosen one, never the chosen one's", async () => {
    const whole = readPage(await fileOf([source]));
    expect(whole.data.runs[0]?.leftOut).toEqual({ logs: 0, trajectories: 0, bytes: 0 });
    const page = readPage(await fileOf([source], 50_000));
    const kept = page.detail(0, 0).rows.filter(({ transcript }) => transcript?.part !== null);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(6);
    expect(kept.some(({ selected }) => selected)).toBe(true);
    expect(page.data.runs[0]?.leftOut.trajectories).toBe(6 - kept.length);
    expect(page.data.runs[0]?.leftOut.bytes).toBeGreaterThan(0);
    for (const { transcript } of kept) expect(JSON.parse(page.part(transcript?.part))).toMatchObject({ steps: [] });
  });

  it("is never larger than its budget and the page itself", async () => {
    for (const budget of [10_000, 30_000, 60_000, 90_000]) {
      const html = await fileOf([source], budget);
      expect(html.length).toBeLessThan(budget + 10_000);
    }
  });

  it("is the same, byte for byte, for evidence in any order", async () => {
    const expected = await fileOf([source]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rollouts, { minLength: 6 }), async (shuffled) => {
        const again = { ...pageSource({ evidence: shuffled }), instance: source.instance };
        expect(await fileOf([again])).toBe(expected);
      }),
      { numRuns: 10 },
    );
  });

  it("compresses to the same bytes on every system", async () => {
    const bytes = await packed("text");
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  it("has a policy that lets its own script and style alone run, and forbids every request", async () => {
    const html = await fileOf([source]);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toBe(pagePolicy(ASSETS, false));
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/,
    );
    expect(policy).not.toContain("connect-src");
    const script = /<script>([\s\S]*?)<\/script>\n<\/body>/.exec(html)?.[1];
    expect(script).toBe("let page = '<\\/script><\\!--';");
  });

  it("names parts by where they belong, so that two runs of a page share none", async () => {
    const page = readPage(await fileOf([source, { ...source, id: "other" }]));
    const refs = page.data.runs.map(({ instances }) => instances[0]?.detail);
    expect(new Set(refs).size).toBe(2);
  });
});

describe("labels", () => {
  it("change nothing but what is said of labels", async () => {
    const run = { evidence: [evidence("a", { reward: 0.2 }), evidence("b", { reward: 0.3 })] };
    const [plain, labelled] = await Promise.all(
      [{}, { labels: labels({ a: true, b: false }) }].map(async (more) =>
        readPage(await fileOf([pageSource({ ...run, ...more })])),
      ),
    );
    const strip = (page: typeof plain) => page?.detail(0, 0).rows.map(({ resolved: _, ...row }) => row);
    expect(strip(labelled)).toEqual(strip(plain));
  });
});
