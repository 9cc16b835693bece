// Grading a run again from what it left: the same bytes where nothing changed, and no sandbox in any case.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { regrade } from "../../src/run/regrade.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { engineGone, fakeEnvironments } from "../support/fakeEnvironments.js";
import { evidenceOf, fakePatch, fakeTask, runFake, signalsOf } from "../support/fakeRun.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-regrade-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const TASKS = ["x__y-1", "x__y-2"].map(fakeTask);
const PATCHES = {
  r1: fakePatch("WRONG"),
  r2: fakePatch("RIGHT"),
  r3: fakePatch("RIGHT BREAK"),
  r4: fakePatch("REFUSED"),
  r5: "",
  r6: "no diff at all",
};

const again = () => regrade({ runPath: folder, aggregatorNamed });

async function filesOf(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.sort().map(async (file) => [file, await readFile(file, "utf8")])));
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, "utf8");
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
}

async function resultOf(rolloutId: string): Promise<string> {
  const line = (await evidenceOf(folder)).find((one) => one.instanceId === "x__y-1" && one.rolloutId === rolloutId);
  return join(folder, "logs/x__y-1", String(line?.candidateId).slice("sha256:".length), "result.json");
}

describe("regrade", () => {
  it("gives the same bytes where nothing changed, and touches no line of evidence", async () => {
    const { ranking } = await runFake({
      runPath: folder,
      tasks: TASKS,
      patches: PATCHES,
      environments: fakeEnvironments(),
    });
    const before = await filesOf(folder);
    const { mtimeMs } = await stat(join(folder, "evidence.jsonl"));
    const regraded = await again();
    expect(regraded).toMatchObject({ verdicts: 8, changed: [], withoutRuns: 0 });
    expect(regraded.ranking).toEqual(ranking);
    expect(await filesOf(folder)).toEqual(before);
    expect((await stat(join(folder, "evidence.jsonl"))).mtimeMs).toBe(mtimeMs);
  });

  it("gives every verdict again that evidence lost or has wrong", async () => {
    await runFake({ runPath: folder, tasks: TASKS, patches: PATCHES, environments: fakeEnvironments() });
    const before = await filesOf(folder);
    await edit(join(folder, "evidence.jsonl"), (text) => text.replaceAll('"value":1', '"value":0'));
    const { changed } = await again();
    expect([...changed].sort()).toEqual(["x__y-1 r2", "x__y-1 r3", "x__y-2 r2", "x__y-2 r3"]);
    expect(await filesOf(folder)).toEqual(before);
  });

  it("grades by the raw logs: what was made of them counts for nothing", async () => {
    await runFake({ runPath: folder, tasks: TASKS, patches: PATCHES, environments: fakeEnvironments() });
    const before = await filesOf(folder);
    const path = await resultOf("r3");
    await edit(path, (text) => {
      const saved = JSON.parse(text);
      saved.result.signals.regression = { status: "ok", value: 0 };
      saved.result.runs.regression.outcomes = { "t::r1": "passed", "t::r2": "passed" };
      return JSON.stringify(saved);
    });
    expect((await again()).changed).toEqual([]);
    await rm(path);
    await writeFile(path, before[path] as string);
    for (const name of ["regression.log", "regression.again-1.log"]) {
      await edit(path.replace("result.json", name), (text) =>
        text.replace('name="r1" classname="t"/>', 'name="r1" classname="t"><failure/></testcase>'),
      );
    }
    expect((await again()).changed).toEqual(["x__y-1 r3"]);
    expect(signalsOf(await evidenceOf(folder))["x__y-1 r3"]).toEqual([-2, 1]);
    const saved = await readFile(path, "utf8");
    expect((await again()).changed).toEqual([]);
    expect(await readFile(path, "utf8")).toBe(saved);
  });

  it("grades by what was recorded where a log is gone", async () => {
    await runFake({ runPath: folder, tasks: TASKS, patches: PATCHES, environments: fakeEnvironments() });
    for (const file of Object.keys(await filesOf(folder))) if (file.endsWith(".log")) await rm(file);
    const before = await filesOf(folder);
    expect(await again()).toMatchObject({ verdicts: 8, changed: [] });
    expect(await filesOf(folder)).toEqual(before);
  });

  it("leaves rollouts alone whose runs are not there, and says how many", async () => {
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened > 6) throw engineGone();
        return undefined;
      },
    });
    await runFake({ runPath: folder, tasks: TASKS, patches: PATCHES, environments, jobs: 1 });
    const before = await filesOf(folder);
    const infra = (await evidenceOf(folder)).filter(({ details }) => details?.verdictKey === null).length;
    expect(infra).toBeGreaterThan(0);
    expect(await again()).toMatchObject({ changed: [], withoutRuns: infra });
    expect(await filesOf(folder)).toEqual(before);
    await rm(await resultOf("r2"));
    expect((await again()).withoutRuns).toBe(infra + 1);
  });

  it("asks for a run directory, and makes none", async () => {
    await expect(regrade({ runPath: join(folder, "none"), aggregatorNamed })).rejects.toMatchObject({ code: "input" });
    await expect(regrade({ runPath: folder, aggregatorNamed })).rejects.toMatchObject({ code: "input" });
    expect(await readdir(folder)).toEqual([]);
  });
});
