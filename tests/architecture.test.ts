// The design's floors and import rules hold in src/, and each rule is shown to fail on a planted violation.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { RULE_NAMES, type RuleName, type SourceText, violationsOf } from "./support/architecture.js";

const SRC = join(import.meta.dirname, "..", "src");

describe("src/", () => {
  const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path: path.split(sep).join("/"), text: readFileSync(join(SRC, path), "utf8") }));
  const found = violationsOf(sources);

  it("is there to be checked", () => {
    expect(sources.map(({ path }) => path)).toContain("core/types.ts");
  });

  it.each(RULE_NAMES)("keeps the rule: %s", (rule) => {
    const broken = found.filter((violation) => violation.rule === rule);
    expect(broken.map(({ path, line, message }) => `src/${path}:${line} ${message}`)).toEqual([]);
  });
});

/** A file that keeps every rule, with a statement planted after its first line. */
function file(path: string, planted = "export const one = 1;"): SourceText {
  return { path, text: `// Decides nothing, for a test.\n${planted}\n` };
}

const PLANTED: Readonly<Record<RuleName, readonly (readonly [string, readonly SourceText[]])[]>> = {
  floors: [
    ["a lower floor imports a higher one", [file("core/a.ts", 'import { b } from "../select/b.js";')]],
    ["folders of one floor", [file("select/a.ts", 'import type { B } from "../reward/model.js";')]],
    ["a re-export", [file("patch/a.ts", 'export { b } from "../tables/b.js";')]],
    ["a dynamic import", [file("study/a.ts", 'export const a = () => import("../run/b.js");')]],
    ["a type import", [file("tables/a.ts", 'export type A = import("../verify/b.js").B;')]],
    ["the public names", [file("cli/a.ts", 'import { b } from "../index.js";')]],
    ["outside of src", [file("cli/a.ts", 'import { b } from "../../tests/b.js";')]],
    ["a folder without a floor", [file("extras/a.ts")]],
    ["a file beside the folders", [file("other.ts")]],
    ["the page", [file("report/app/a.ts", 'import { b } from "../tables.js";')]],
  ],
  importers: [
    ["dockerode elsewhere", [file("verify/a.ts", 'import Docker from "dockerode";')]],
    ["two importers", ["a", "b"].map((name) => file(`sandbox/${name}.ts`, 'import type { Exec } from "dockerode";'))],
    ["onnxruntime elsewhere", [file("reward/score.ts", 'import { Tensor } from "onnxruntime-node";')]],
    ["a deep import", [file("cli/a.ts", 'import { A } from "@xenova/transformers/src/tokenizers.js";')]],
    ["require", [file("run/a.ts", 'export const docker = () => require("dockerode");')]],
  ],
  "ground-truth": [
    ["a label", [file("select/a.ts", "export const a = (row: { resolved: boolean }) => row.resolved;")]],
    [
      "a label by destructuring",
      [file("verify/a.ts", "export const a = ({ resolved }: { resolved: 1 }) => resolved;")],
    ],
    ["a label by name", [file("cli/a.ts", 'export const a = (row: { resolved: 1 }) => row["resolved"];')]],
    ["a test list", [file("verify/a.ts", 'export const LISTS = ["FAIL_TO_PASS"];')]],
    ["a field", [file("testgen/a.ts", "export const a = (x: { test_patch: string }) => x;")]],
    ["a script", [file("run/a.ts", "export const a = `eval_script`;")]],
  ],
  length: [["301 lines", [file("core/a.ts", "\n".repeat(299))]]],
  "first-line": [
    ["an import first", [{ path: "core/a.ts", text: 'import { b } from "./b.js";\n' }]],
    ["an empty file", [{ path: "core/a.ts", text: "" }]],
  ],
  purity: [
    ["console", [file("core/a.ts", "export const a = () => console.log(1);")]],
    ["exit", [file("verify/a.ts", "export const a = () => process.exit(1);")]],
    ["environment", [file("sandbox/a.ts", "export const a = () => process.env.HOME;")]],
    ["clock", [file("reward/a.ts", "export const a = () => Date.now();")]],
    ["another clock", [file("reward/a.ts", "export const a = () => new Date();")]],
    ["randomness", [file("study/a.ts", "export const a = () => globalThis.Math.random();")]],
  ],
  exports: [
    ["a default function", [file("core/a.ts", "export default function a() {}")]],
    ["a default value", [file("core/a.ts", "export default 1;")]],
    ["a renamed default", [file("core/a.ts", "const a = 1;\nexport { a as default };")]],
    ["all names", [file("core/a.ts", 'export * from "./b.js";')]],
  ],
  "import-work": [
    ["a call", [file("core/a.ts", "start();")]],
    ["a loop", [file("core/a.ts", "for (const a of []) start(a);")]],
    ["an import for its effect", [file("core/a.ts", 'const b = await import("./b.js");\nexport { b };')]],
  ],
  names: [
    ["kebab case", [file("core/a-b.ts")]],
    ["utils", [file("core/utils.ts")]],
  ],
  shortcuts: [
    ["a cast", [file("core/a.ts", ["export const a = (1 as", "any) + 1;"].join(" "))]],
    ["a silenced compiler", [file("core/a.ts", ["// @ts", "ignore"].join("-"))]],
    ["a silenced linter", [file("core/a.ts", ["// biome", "ignore lint: no"].join("-"))]],
    ["work left", [file("core/a.ts", ["// TO", "DO later"].join(""))]],
  ],
};

describe.each(RULE_NAMES)("a planted violation of %s is found", (rule) => {
  it.each(PLANTED[rule])("%s", (_, sources) => {
    const rules = violationsOf(sources).map((violation) => violation.rule);
    expect(rules).toContain(rule);
    expect(new Set(rules)).toEqual(new Set([rule]));
  });
});

describe("what looks like a violation", () => {
  const allowed: readonly (readonly [string, readonly SourceText[]])[] = [
    ["a file that keeps all rules", [file("core/a.ts")]],
    [
      "the own folder and lower floors",
      [file("select/a.ts", 'import { b } from "./b.js";\nimport { c } from "../core/c.js";')],
    ],
    [
      "words in comments",
      [file("core/a.ts", "// console, Date.now(), FAIL_TO_PASS and x.resolved are only words here")],
    ],
    ["a variable named resolved", [file("cli/a.ts", 'export const a = (resolved: string) => resolved + ".resolved";')]],
    [
      "labels where they may be read",
      [file("tables/a.ts", "export const a = (x: { resolved_label: 1 }) => x.resolved_label;")],
    ],
    ["the clock in run/", [file("run/a.ts", "export const a = () => Date.now();")]],
    ["a date of known time", [file("core/a.ts", "export const a = (time: number) => new Date(time);")]],
    ["the manifest", [file("cli/a.ts", 'export const a = () => require("../../package.json");')]],
    ["the one importer", [file("sandbox/docker.ts", 'import Docker from "dockerode";\nexport const a = Docker;')]],
    ["a shebang", [{ path: "cli/main.ts", text: "#!/usr/bin/env node\n// Starts.\nstart();\n" }]],
    ["300 lines", [file("core/a.ts", "\n".repeat(298))]],
  ];
  it.each(allowed)("%s", (_, sources) => {
    expect(violationsOf(sources)).toEqual([]);
  });
});
