// What real files do to a reader: marks, line ends, Python's numbers, torn ends, wrong types. Always a problem, never a crash.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadRollouts, loadRolloutsAs } from "../../src/rollouts/load.js";
import { folderOf, inspect, inspectText, jsonLines, options, PATCH } from "./files.js";

const one = { instance_id: "demo__demo-1", model_name_or_path: "a", model_patch: PATCH };
const two = { instance_id: "demo__demo-2", model_name_or_path: "a", model_patch: "" };

describe("reading", () => {
  it.each([
    ["a byte order mark", `\uFEFF${JSON.stringify([one, two])}`],
    ["a byte order mark on JSONL", `\uFEFF${jsonLines(one, two)}`],
    ["CRLF", jsonLines(one, two).replaceAll("\n", "\r\n")],
    ["blank lines", `\n\n${jsonLines(one)}\n  \n${jsonLines(two)}\n\n`],
    ["no last newline", jsonLines(one, two).trimEnd()],
    ["indentation", JSON.stringify([one, two], null, 4)],
    ["indentation by object", `\n${JSON.stringify({ "demo__demo-1": one, "demo__demo-2": two }, null, 2)}\n`],
    [
      "Python's numbers",
      JSON.stringify([{ ...one, cost: 1 }, two]).replace(
        '"cost":1',
        '"cost": NaN, "max": -Infinity, "min": Infinity, "not": "NaN"',
      ),
    ],
    [
      "Python's numbers on a line",
      `${JSON.stringify({ ...one, cost: 1 }).replace('"cost":1', '"cost": NaN')}\n${jsonLines(two)}`,
    ],
    ["lone surrogates", JSON.stringify([{ ...one, note: "\ud800" }, two]).replace("\ud800", "\\ud800")],
  ])("takes %s", async (_, text) => {
    const line = await inspectText(text);
    expect(line).toMatchObject({ format: "predictions", rollouts: 2, patches: 1, emptyPatches: 1, problems: [] });
  });

  it("takes bytes that are not UTF-8", async () => {
    const bytes = Buffer.from(jsonLines({ ...one, model_patch: "caf\u00e9" }), "latin1");
    expect(await inspectText(bytes)).toMatchObject({ format: "predictions", rollouts: 1, patches: 1, problems: [] });
  });

  it("names the line of a broken record and reads the others", async () => {
    const text = `${jsonLines(one)}{"instance_id": "demo__demo-3", "model_pa\n${jsonLines(two)}`;
    const line = await inspectText(text);
    expect(line).toMatchObject({ format: "predictions", rollouts: 2 });
    expect(line.problems).toHaveLength(1);
    expect(line.problems[0]).toMatchObject({ line: 2, expected: "valid JSON" });
    expect(line.problems[0]?.message).toMatch(/ends in the middle/);
  });

  it("finds the format although the first line is broken", async () => {
    const line = await inspectText(`{"instance_id": "demo\n${jsonLines(one, two)}`);
    expect(line).toMatchObject({ format: "predictions", rollouts: 2 });
    expect(line.problems).toMatchObject([{ line: 1 }]);
  });

  it("says that a document is torn, and where", async () => {
    const text = JSON.stringify([one, two], null, 1);
    const line = await inspectText(text.slice(0, -20));
    expect(line).toMatchObject({ format: "predictions", rollouts: 1 });
    expect(line.problems).toMatchObject([
      { field: null, message: expect.stringMatching(/ends in the middle/), line: expect.any(Number) },
    ]);
  });

  it("says that a .traj is torn", async () => {
    const traj = {
      trajectory: [{ action: "ls", observation: "a" }],
      info: { submission: PATCH },
      history: [],
      environment: "demo__demo-1",
    };
    const line = await inspectText(JSON.stringify(traj).slice(0, -10));
    expect(line).toMatchObject({ format: "swe-agent", rollouts: 0 });
    expect(line.problems[0]?.message).toMatch(/ends in the middle/);
  });

  it("says that compressed data is damaged and keeps what came before", async () => {
    const bytes = gzipSync(
      jsonLines(
        ...Array.from({ length: 2000 }, (_, index) => ({
          ...one,
          instance_id: `demo__demo-${index}`,
          salt: Math.sin(index),
        })),
      ),
    );
    const torn = await folderOf({ "torn.jsonl": bytes.subarray(0, bytes.length - 500) });
    const [line] = await inspect([torn]);
    expect(line?.rollouts).toBeGreaterThan(100);
    expect(line?.problems[0]?.message).toMatch(/damaged gzip data/);
  });

  it.each([
    ["model_patch", { ...one, model_patch: 7 }, "a string or null, got a number"],
    ["model_patch", { instance_id: "x", model_name_or_path: "a" }, "a string or null, got nothing"],
    ["instance_id", { ...one, instance_id: 5 }, "a non-empty string, got a number"],
    ["model_name_or_path", { ...one, model_name_or_path: ["a"] }, "a string or null, got a list"],
    ["record", [1], "an object, got a list"],
  ])("names the field %s of a record of the wrong type", async (field, record, expected) => {
    const line = await inspectText(jsonLines(one, record, two));
    expect(line).toMatchObject({ format: "predictions", rollouts: 2, problems: [{ line: 2, field, expected }] });
  });

  it.each([
    ["schema", { schema: "bestk.rollout/2" }],
    ["patch", { patch: 1 }],
    ["patch", { patch: undefined }],
    ["instanceId", { instanceId: "" }],
    ["resolved", { resolved: "yes" }],
    ["trajectory.steps", { trajectory: { steps: {} } }],
    ["trajectory.steps[0]", { trajectory: { steps: ["ls"] } }],
    ["trajectory.steps[0].action", { trajectory: { steps: [{ action: 1 }] } }],
  ])("names the field %s of bestk's own record", async (field, change) => {
    const good = {
      schema: "bestk.rollout/1",
      instanceId: "demo__demo-1",
      rolloutId: "r1",
      patch: "",
      trajectory: null,
    };
    const line = await inspectText(jsonLines(good, { ...good, ...change }));
    expect(line).toMatchObject({ format: "bestk", rollouts: 1, problems: [{ line: 2, field }] });
  });

  it("stops at a bad record, and leaves it out when told to", async () => {
    const folder = await folderOf({ "preds.jsonl": jsonLines(one, { ...two, model_patch: 1 }, two) });
    const path = join(folder, "preds.jsonl");
    await expect(loadRollouts([path], options())).rejects.toMatchObject({
      code: "input",
      exitCode: 2,
      message: expect.stringContaining("preds.jsonl:2: model_patch: expected a string or null, got a number"),
      hint: expect.stringContaining("--skip-bad"),
    });
    const { rollouts, problems } = await loadRollouts([path], options({ skipBad: true }));
    expect(rollouts).toHaveLength(2);
    expect(problems).toMatchObject([{ file: path, line: 2, field: "model_patch" }]);
  });

  it("refuses an instance that SWE-agent 0.x names nowhere", async () => {
    const step = { action: "ls", observation: "", state: '{"working_dir": "/demo__demo"}' };
    const folder = await folderOf({
      "last.traj": JSON.stringify({ environment: "swe_main", trajectory: [step], info: {}, history: [] }),
    });
    expect((await inspect([folder]))[0]).toMatchObject({
      format: "swe-agent",
      rollouts: 0,
      problems: [{ field: "instance_id" }],
    });
  });

  it("refuses a prediction that stands under the key of another instance", async () => {
    const line = await inspectText(JSON.stringify({ "demo__demo-2": one, "demo__demo-3": { model_patch: PATCH } }));
    expect(line).toMatchObject({ format: "predictions", rollouts: 1, instances: ["demo__demo-3"] });
    expect(line.problems).toMatchObject([
      { field: "instance_id", expected: 'the key "demo__demo-2", got "demo__demo-1"' },
    ]);
  });

  it("keeps of each distinct rollout only what it is told to", async () => {
    const folder = await folderOf({ "preds.jsonl": jsonLines(one, one, two) });
    const seen: string[] = [];
    const { rollouts } = await loadRolloutsAs([folder], options(), ({ instanceId, patch }) => {
      seen.push(instanceId);
      return { bytes: patch?.length };
    });
    expect(seen).toEqual(["demo__demo-1", "demo__demo-2"]);
    expect(rollouts).toEqual([
      { instanceId: "demo__demo-1", rolloutId: "a", bytes: PATCH.length },
      { instanceId: "demo__demo-2", rolloutId: "a", bytes: 0 },
    ]);
  });

  it("stops when interrupted", async () => {
    const folder = await folderOf({ "preds.jsonl": jsonLines(one, two) });
    await expect(loadRollouts([folder], options({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: "interrupted",
    });
  });
});
