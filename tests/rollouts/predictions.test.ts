import { expect, test } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { folderOf, inspectText, jsonLines, options, PATCH } from "./files.js";

test("Multi-SWE-bench's predictions: organisation, repository and number name the instance", async () => {
  const common = { org: "acme", repo: "calc" };
  const text = jsonLines(
    { ...common, number: "12", fix_patch: PATCH },
    { ...common, number: 13, fix_patch: "", model_name_or_path: "m" },
  );
  const { rollouts } = await loadRollouts([await folderOf({ "run1.jsonl": text })], options());
  expect(rollouts).toMatchObject([
    { instanceId: "acme__calc-12", rolloutId: "run1.jsonl", patch: PATCH },
    { instanceId: "acme__calc-13", rolloutId: "m", patch: "" },
  ]);
});

test("Multi-SWE-bench's data set holds the true patch and the tests: it is refused as instances", async () => {
  const record = { org: "acme", repo: "calc", number: 12, base: {}, fix_patch: PATCH, test_patch: PATCH };
  const line = await inspectText(jsonLines(record, record));
  expect(line.format).toBeNull();
});
