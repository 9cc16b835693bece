// The shipped suites are what their definitions say, and hold the cases they promise.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildSuite, loadRecording, SUITES, type Suite } from "../../benchmarks/suites/build.js";

const [DEMO, PYTHON] = SUITES as readonly [Suite, Suite];

describe.each([
  ["demo", DEMO],
  ["python", PYTHON],
] as const)("%s suite", (_name, suite) => {
  test("its files are up to date with the definitions", () => {
    const made = buildSuite(suite, loadRecording(false));
    expect([...made.keys()].filter((path) => path.startsWith("rollouts/")).sort()).toEqual(
      filesUnder(suite, "rollouts"),
    );
    for (const [path, text] of made) expect(readFileSync(join(suite.folder, path), "utf8"), path).toBe(text);
  });

  test("repositories and generated tests are those of the instances", () => {
    const ids = suite.instances.map(({ id }) => id).sort();
    expect(readdirSync(join(suite.folder, "repos")).sort()).toEqual(ids);
    const generated = suite.instances.flatMap(({ id, generated }) =>
      generated.map(({ path }) => `generated/${id}/${path.split("/").at(-1)}`),
    );
    expect(filesUnder(suite, "generated")).toEqual(generated.sort());
  });

  test("right rollouts are those that are acceptable, and none where nothing is right", () => {
    for (const instance of suite.instances) {
      const right = instance.rollouts.filter(({ resolved }) => resolved);
      expect(right.length > 0, instance.id).toBe(instance.decidedBy !== "nothing-right");
      for (const rollout of right) expect(rollout.breaks, instance.id).toEqual([]);
    }
  });
});

test("the demo has the cases that a selection has to survive, in at least four formats", () => {
  expect(DEMO.instances.length).toBeGreaterThanOrEqual(6);
  for (const { id, rollouts } of DEMO.instances) expect(new Set(rollouts.map(({ slot }) => slot)).size, id).toBe(8);
  const kinds = DEMO.instances.flatMap(({ rollouts }) => rollouts.map(({ kind }) => kind)).join("\n");
  for (const word of [
    "equal to",
    "empty patch",
    "does not apply",
    "timeout",
    "edits the tests",
    "forged",
    "breaks",
    "half",
  ]) {
    expect(kinds).toContain(word);
  }
  expect(new Set(DEMO.instances.map(({ decidedBy }) => decidedBy))).toEqual(
    new Set(["tests", "reward", "nothing-right"]),
  );
});

test("an edit that does not fit its repository stops the build", () => {
  const [instance] = DEMO.instances;
  if (instance === undefined) throw new Error("no instance");
  const gold = [{ kind: "edit", thought: "", path: "package.json", old: "not in this file", new: "" }] as const;
  const suite: Suite = { folder: DEMO.folder, instances: [{ ...instance, gold }] };
  expect(() => buildSuite(suite, loadRecording(false))).toThrow("not there once");
});

function filesUnder(suite: Suite, folder: string): string[] {
  return readdirSync(join(suite.folder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(suite.folder.length + 1))
    .sort();
}
