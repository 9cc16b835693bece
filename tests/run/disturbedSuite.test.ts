// Real test runs with a flaky test file and a slow one: the ranking is that of a suite without them.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/types.js";
import { processEnvironments } from "../../src/run/environments.js";
import { processBackend } from "../../src/sandbox/process.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { evidenceOf, runFake, signalsOf } from "../support/fakeRun.js";

const SUITE_MS = 180_000;

/** A test that sleeps beyond any limit, and one that fails at every second run after base's two. */
const REPOSITORY: Readonly<Record<string, string>> = {
  "package.json": '{"type":"module"}',
  "src/add.js": "export const add = (a, b) => a - b;\nexport const zero = () => 0;\n",
  "test/add.test.js":
    'import assert from "node:assert";\nimport { test } from "node:test";\nimport { add, zero } from "../src/add.js";\n' +
    'test("zero", () => assert.equal(zero(), 0));\ntest("nothing added", () => assert.equal(add(5, 0), 5));\n',
  "test/slow.test.js":
    'import { test } from "node:test";\ntest("slow", () => new Promise((done) => setTimeout(done, process.env.CALM ? 1 : 60_000)));\n',
  "test/flaky.test.js":
    'import assert from "node:assert";\nimport { appendFileSync, readFileSync } from "node:fs";\nimport { test } from "node:test";\n' +
    'test("flaky", () => {\n  if (process.env.CALM) return;\n  appendFileSync(process.env.COUNTER, "x");\n' +
    '  const runs = readFileSync(process.env.COUNTER, "utf8").length;\n  assert.ok(runs <= Number(process.env.GOOD) || runs % 2 === 0);\n});\n',
};

const GENERATED =
  'import assert from "node:assert";\nimport { test } from "node:test";\nimport { add } from "../src/add.js";\ntest("adds", () => assert.equal(add(2, 3), 5));\n';

function patch(line: string, zero = "0"): string {
  const old = REPOSITORY["src/add.js"]?.trimEnd().split("\n") ?? [];
  const added = [line, `export const zero = () => ${zero};`];
  const body = [...old.map((text) => `-${text}`), ...added.map((text) => `+${text}`)].join("\n");
  return `diff --git a/src/add.js b/src/add.js\n--- a/src/add.js\n+++ b/src/add.js\n@@ -1,2 +1,2 @@\n${body}\n`;
}

const PATCHES = {
  right: patch("export const add = (a, b) => a + b;"),
  wrong: patch("export const add = (a, b) => a * b;"),
  breaking: patch("export const add = (a, b) => a + b;", "1"),
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-disturbed-suite-"));
  for (const [path, content] of Object.entries(REPOSITORY)) {
    await mkdir(dirname(join(folder, "repository", path)), { recursive: true });
    await writeFile(join(folder, "repository", path), content);
  }
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function task(env: Readonly<Record<string, string>>): Task {
  const repository = join(folder, "repository");
  return {
    instanceId: "sums__add-1",
    repo: null,
    baseCommit: null,
    issue: "add subtracts",
    version: null,
    environment: { image: null, baseImage: null, repository, setup: [], workdir: "/testbed", env },
    regression: { runner: "node-test", command: null, files: [], select: "all", timeoutSeconds: 12 },
    generated: [
      { id: "g", path: "test/g.test.js", content: GENERATED, runner: "node-test", command: null, timeoutSeconds: 30 },
    ],
  };
}

async function runSuite(name: string, env: Readonly<Record<string, string>>) {
  const environments = processEnvironments(processBackend({ now: () => performance.now() }), DEFAULT_LIMITS);
  const runPath = join(folder, name);
  const { ranking } = await runFake({ runPath, tasks: [task(env)], patches: PATCHES, environments, jobs: 1 });
  return { ranking, lines: await evidenceOf(runPath) };
}

describe("a suite with a flaky and a slow test file", () => {
  it("is ranked as one without, and the evidence says what was left out", { timeout: SUITE_MS }, async () => {
    const calm = await runSuite("calm", { CALM: "1" });
    expect(signalsOf(calm.lines)).toEqual({
      "sums__add-1 breaking": [-1, 1],
      "sums__add-1 right": [0, 1],
      "sums__add-1 wrong": [-1, 0],
    });
    // Three runs of it come before the candidates': one in the trial of single files, two on base without the slow one.
    const wild = await runSuite("wild", { COUNTER: join(folder, "counter"), GOOD: "5" });
    expect(signalsOf(wild.lines)).toEqual(signalsOf(calm.lines));
    expect(wild.ranking).toEqual(calm.ranking);
    const right = wild.lines.find(({ rolloutId }) => rolloutId === "right")?.details;
    expect(right?.tests).toMatchObject({
      rule: "all",
      considered: 3,
      files: 2,
      leftOut: { "test/slow.test.js": "takes more than 6 s on base" },
    });
    const regressions = wild.lines.map(({ details }) => details?.regression);
    expect(regressions).toContainEqual(
      expect.objectContaining({ outcomes: expect.objectContaining({ flaky: "flaky" }) }),
    );
  });
});
