// The suite that every adapter passes: a folder of fixtures named after the format is all that a new one adds here.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/rollouts/adapter.js";
import { loadRollouts } from "../../src/rollouts/load.js";
import { ADAPTERS } from "../../src/rollouts/registry.js";
import { FIXTURES, folderOf, inspect, options } from "./files.js";

/** Names of ground truth that must not leave an adapter. */
const SEALED = /"(?:resolved|gold_patch|test_patch|FAIL_TO_PASS|PASS_TO_PASS|success_id|eval_outcomes|hints_text)":/;

describe.each(FORMATS)("adapter %s", (format) => {
  const folder = join(FIXTURES, format);

  it("is registered under its own name", () => {
    expect(ADAPTERS[format].format).toBe(format);
  });

  it("takes its fixtures without a problem; files that lie beside them are no other format's", async () => {
    const lines = await inspect([folder]);
    const taken = lines.filter((line) => line.format === format);
    expect(taken.flatMap((line) => line.problems)).toEqual([]);
    expect(taken.reduce((sum, line) => sum + line.rollouts, 0)).toBeGreaterThan(0);
    expect(lines.filter((line) => line.format !== format && line.format !== null)).toEqual([]);
  });

  it("reads compressed files as it reads plain ones", async () => {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const entry of entries) {
      const bytes = await readFile(join(entry.parentPath, entry.name));
      const plain = await folderOf({ [`demo__demo-1/${entry.name}`]: bytes });
      const zipped = await folderOf({ [`demo__demo-1/${entry.name}.gz`]: bytes });
      const [one, other] = [await inspect([plain]), await inspect([zipped])];
      expect(other.map((line) => ({ ...line, file: "" }))).toEqual(one.map((line) => ({ ...line, file: "" })));
    }
  });

  it("lets nothing out but parsed steps and the patch", async () => {
    const { rollouts } = await loadRollouts([folder], options());
    for (const rollout of rollouts) {
      expect(Object.keys(rollout).sort()).toEqual(["instanceId", "patch", "rolloutId", "trajectory"]);
      for (const step of rollout.trajectory?.steps ?? []) {
        expect(Object.keys(step).sort()).toEqual(["action", "observation", "thought"]);
        for (const text of Object.values(step)) expect(typeof text).toBe("string");
      }
    }
    expect(JSON.stringify(rollouts)).not.toMatch(SEALED);
  });

  it("says what is wrong with a file that ends early", async () => {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const entry of entries) {
      const bytes = await readFile(join(entry.parentPath, entry.name));
      const torn = await folderOf({ [`demo__demo-1/${entry.name}`]: bytes.subarray(0, bytes.length - 30) });
      const [line] = await inspect([torn]);
      expect(line?.problems.length).toBeGreaterThan(0);
    }
  });
});
