// What every verb prints with --json, and every file of a run, is what `bestk schema` says, field for field.
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMS } from "../../src/cli/forms.js";
import { VERBS } from "../../src/cli/program.js";
import { faultsOf, schemaPrinted } from "../support/ajv.js";
import { manyInstances } from "../support/labelledEvidence.js";
import { startLlmServer } from "../support/llmServer.js";
import { type Finished, ROOT, readJsonLines, startProgram } from "../support/program.js";

const SUITE = join(ROOT, "benchmarks/demo");
const ROLLOUTS = join(SUITE, "rollouts");
const INSTANCES = join(SUITE, "instances.jsonl");
const ONE = "qslite__parse-40";

let folder: string;
let run: Finished;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-schema-"));
  const only = ["--instances", INSTANCES, "--only", ONE, "--sandbox", "process"];
  run = await bestk("run", ROLLOUTS, ...only, "--run", "run", "--events", "events.jsonl", "--json");
  const evidence = await readJsonLines<object>(join(folder, "run/evidence.jsonl"));
  const labelled = evidence.map((line, index) => `${JSON.stringify({ ...line, resolved: index % 3 === 0 })}\n`);
  await writeFile(join(folder, "labelled.jsonl"), labelled.join(""));
  await writeFile(join(folder, "grid.yaml"), "base: {aggregator: hybrid}\nrows: [{aggregator: execution-free}]\n");
  const truth = { instance_id: "x__y-1", FAIL_TO_PASS: '["t::a"]', PASS_TO_PASS: "[]", log_parser: "parse_log_flask" };
  await writeFile(join(folder, "truth.jsonl"), `${JSON.stringify(truth)}\n`);
  const log = { source: "s", instance_id: "x__y-1", eval_sh: "", patch: "p", report: null };
  const logs = ["PASSED t::a\n", ">>>>> Patch Apply Failed\n"].map((test_output, index) =>
    JSON.stringify({ ...log, run: String(index), test_output }),
  );
  await writeFile(join(folder, "logs.jsonl"), `${logs.join("\n")}\n`);
  await writeFile(join(folder, "many.jsonl"), manyInstances());
  await writeFile(join(folder, "test_issue.py"), "def test_issue():\n    assert False\n");
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function bestk(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, args).finished;
}

/** Command lines by verb, and the form of their lines. */
const CASES: readonly (readonly [verb: string, args: readonly string[], form: string])[] = [
  ["inspect", [ROLLOUTS, INSTANCES], "inspect"],
  ["verify", [ROLLOUTS, "--instances", INSTANCES, "--only", ONE, "--sandbox", "process", "--run", "run"], "evidence"],
  ["score", [ROLLOUTS, "--instances", INSTANCES, "--only", ONE], "score"],
  ["rank", ["run"], "ranking"],
  ["rank", ["labelled.jsonl", "-a", "codet"], "ranking"],
  ["curve", ["labelled.jsonl", "-a", "random,hybrid,oracle,codet"], "curve"],
  ["compare", ["labelled.jsonl", "labelled.jsonl", "--with", "execution-free"], "compare"],
  ["ablate", ["labelled.jsonl", "grid.yaml"], "ablation"],
  ["report", ["run", "-o", "page.html"], "report"],
  ["merge", ["run", "--run", "merged"], "ranking"],
  ["regrade", ["run"], "ranking"],
  ["replay", ["run"], "replay"],
  ["render", [join(ROLLOUTS, "swe-agent"), "--only", ONE, "--rollout", `run-1/${ONE}/${ONE}.traj`], "render"],
  ["grade", ["logs.jsonl", "--instances", "truth.jsonl"], "grade"],
  ["testgen mine", [ROLLOUTS, "-o", "mined.jsonl"], "mined"],
  ["testgen import", ["test_issue.py", "--instance", "x__y-1"], "generated-test"],
  ["testgen filter", ["mined.jsonl", "--instances", INSTANCES, "--only", ONE, "--sandbox", "process"], "filtered"],
  ["testgen report", ["labelled.jsonl"], "testgen-report"],
  ["schema", [], "schemas"],
  ["init", ["--dry-run"], "init"],
  ["fit", ["many.jsonl", "-o", "fusion", "--splits", "2"], "fit"],
  ["rank", ["many.jsonl", "-a", "fusion:fusion"], "ranking"],
  ["plan", ["many.jsonl", "--budget", "3"], "plan"],
  ["report", ["run", "-o", "report.html"], "report"],
  ["regrade", ["run", "--dry-run"], "regrade-plan"],
  ["run", [ROLLOUTS, "--instances", INSTANCES, "--only", ONE, "--sandbox", "process", "--dry-run"], "run-plan"],
  ["rank", ["run", "--show-config"], "config"],
];

describe("--json", { timeout: 60_000 }, () => {
  it.each(CASES)("bestk %s %j", async (verb, args, form) => {
    const { code, stdout, stderr } = await bestk(...verb.split(" "), ...args, "--json");
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    await expectLines(form, stdout);
  });

  it("bestk run", async () => {
    expect(run.code).toBe(0);
    await expectLines("ranking", run.stdout);
  });

  it("bestk demo", async () => {
    const { code, stdout } = await bestk("demo", "--only", ONE, "--run", "run", "--json");
    expect(code).toBe(0);
    await expectLines("ranking", stdout);
  });

  it("bestk doctor, whether an engine answers or not", async () => {
    const { code, stdout } = await bestk("doctor", "--json");
    expect(code).toBe(0);
    await expectLines("doctor", stdout);
  });

  it("bestk testgen llm, with answers and without", async () => {
    await using server = await startLlmServer(["```python\ndef test_it():\n    assert False\n```", "no code"]);
    const ask = [
      "--base-url",
      server.baseUrl,
      "--model",
      "m",
      "--samples",
      "2",
      "--turns",
      "1",
      "--sandbox",
      "process",
    ];
    const { code, stdout, stderr } = await bestk(
      "testgen",
      "llm",
      "--instances",
      INSTANCES,
      "--only",
      ONE,
      "-o",
      "llm.jsonl",
      ...ask,
      "--json",
    );
    expect([code, stderr.includes("error")]).toEqual([0, false]);
    await expectLines("testgen", stdout);
  });

  it("bestk view", async () => {
    const { child, finished } = startProgram(folder, ["view", "run", "--port", "0", "--json"]);
    child.stdout?.once("data", () => child.kill("SIGINT"));
    await expectLines("view", (await finished).stdout);
  });

  it("is told of every verb", () => {
    const names = Object.entries(VERBS).flatMap(([name, entry]) =>
      "verbs" in entry ? Object.keys(entry.verbs).map((inner) => `${name} ${inner}`) : [name],
    );
    const told = [...CASES.map(([verb]) => verb), "run", "demo", "view", "doctor", "testgen llm", "view"];
    // What it prints is a script.
    expect(names.filter((name) => !told.includes(name))).toEqual(["completion"]);
  });
});

describe("files of a run", () => {
  const FILES = {
    "evidence.jsonl": "evidence",
    "candidates.jsonl": "candidate",
    "tasks.jsonl": "task",
    "rollouts.jsonl": "kept-rollout",
    "rewards.jsonl": "reward-line",
    "ranking.hybrid.jsonl": "ranking-line",
    "preds.jsonl": "prediction",
  };
  it.each(Object.entries(FILES))("%s", async (file, form) => {
    await expectLines(form, await readFile(join(folder, "run", file), "utf8"));
  });

  it("run.json", async () => {
    const card: unknown = JSON.parse(await readFile(join(folder, "run/run.json"), "utf8"));
    expect(await faultsOf("run", card)).toEqual([]);
  });

  it("cost.json, and the fusion that was fitted", async () => {
    expect(await faultsOf("cost", JSON.parse(await readFile(join(folder, "run/cost.json"), "utf8")))).toEqual([]);
    expect(await faultsOf("fusion", JSON.parse(await readFile(join(folder, "fusion/fusion.json"), "utf8")))).toEqual(
      [],
    );
  });

  it("events", async () => {
    await expectLines("event", await readFile(join(folder, "events.jsonl"), "utf8"));
  });

  it("generated tests, as they are written and as they are read", async () => {
    const text = await readFile(join(folder, "mined.jsonl"), "utf8");
    await expectLines("generated-test", text);
    await expectLines("generated-test", text, "--read");
  });

  it("rollouts and instances that bestk reads", async () => {
    await expectLines("instance", await readFile(INSTANCES, "utf8"));
    const rollout = {
      schema: "bestk.rollout/1",
      instanceId: "x__y-1",
      patch: null,
      trajectory: { steps: [{}] },
      more: 1,
    };
    expect(await faultsOf("rollout", rollout)).toEqual([]);
    expect(await faultsOf("rollout", { ...rollout, patch: 1 })).not.toEqual([]);
  });

  it("a field that the schema doesn't tell of is a fault, and in what is only read it is not", async () => {
    const [line] = await readJsonLines<object>(join(folder, "run/evidence.jsonl"));
    expect(await faultsOf("evidence", { ...line, extra: 1 })).toHaveLength(1);
    expect(await faultsOf("evidence", { ...line, extra: 1 }, "--read")).toEqual([]);
  });
});

describe("bestk schema", () => {
  it.each(Object.keys(FORMS))("%s has an id, a title, and where it stands", async (name) => {
    expect(await schemaPrinted(name)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: expect.stringMatching(`^urn:bestk:${name}:1`),
      title: expect.stringMatching(/^[A-Z].{5,}/),
      description: expect.stringMatching(/.{8,}/),
    });
    expect(await faultsOf(name, "no object")).not.toEqual([]);
  });

  it("prints the same document with --json, in one line", async () => {
    const { code, stdout } = await bestk("schema", "run", "--json");
    expect([code, stdout]).toEqual([0, `${JSON.stringify(await schemaPrinted("run"))}\n`]);
  });

  it("names the nearest for an unknown name, and what is only written for --read", async () => {
    expect(await bestk("schema", "evidense")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean evidence?"),
    });
    expect(await bestk("schema", "curve", "--read")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("bestk replay", () => {
  it("is equal for a run as it is, writes nothing, and says why where evidence changed", async () => {
    await cp(join(folder, "run"), join(folder, "copy"), { recursive: true });
    const before = await readFile(join(folder, "copy/run.json"), "utf8");
    expect(await bestk("replay", "copy")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^equal: .*1 instances by hybrid\n$/),
    });
    expect(await readFile(join(folder, "copy/run.json"), "utf8")).toBe(before);
    const lines = await readJsonLines<{ rolloutId: string; signals: object }>(join(folder, "copy/evidence.jsonl"));
    const worse = lines.map((line) => ({
      ...line,
      signals: { ...line.signals, reward: { status: "ok", value: 0.5 } },
    }));
    await writeFile(join(folder, "copy/evidence.jsonl"), worse.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { code, stdout } = await bestk("replay", "copy", "--json");
    expect(code).toBe(2);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ equal: false, aggregator: "hybrid" });
    expect(result.reasons.map(({ reason }: { reason: string }) => reason)).toEqual(["changed-evidence"]);
    expect(await faultsOf("replay", result)).toEqual([]);
  });

  it("tells an edited file, an older version and an incomplete run from each other", async () => {
    await cp(join(folder, "run"), join(folder, "edited"), { recursive: true });
    await appendFile(join(folder, "edited/preds.jsonl"), "{}\n");
    const card = JSON.parse(await readFile(join(folder, "edited/run.json"), "utf8"));
    await writeFile(join(folder, "edited/run.json"), JSON.stringify({ ...card, bestk: "0.0.9" }));
    const { code, stdout } = await bestk("replay", "edited", "--json");
    expect(code).toBe(2);
    const result = JSON.parse(stdout);
    expect(result.reasons.map(({ reason }: { reason: string }) => reason)).toEqual(["other-version", "changed-files"]);
    expect(result.files).toMatchObject([
      { equal: true },
      { file: "preds.jsonl", equal: false, line: 2, held: "{}", now: null },
    ]);
    expect(result.changed).toEqual([]);
    await rm(join(folder, "edited/preds.jsonl"));
    const incomplete = await bestk("replay", "edited");
    expect(incomplete).toMatchObject({ code: 2, stderr: expect.stringMatching(/not complete[\s\S]*hint: /) });
    expect(await bestk("replay", ".")).toMatchObject({ code: 2, stderr: expect.stringMatching(/run\.json/) });
  });
});

async function expectLines(form: string, text: string, ...flags: readonly string[]): Promise<void> {
  const lines = text.trim().split("\n");
  expect(lines.join("")).not.toBe("");
  for (const line of lines) expect(await faultsOf(form, JSON.parse(line), ...flags)).toEqual([]);
}
