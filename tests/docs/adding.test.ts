// The worked examples of docs/adding.md, added to a copy of the sources as they stand there: compiled, and held to their suites.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { blocksOf } from "../support/docs.js";
import { ROOT } from "../support/program.js";

const PAGE = "docs/adding.md";
const COPIED = [
  "src",
  "tests",
  "docs",
  "benchmarks",
  "models",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "README.md",
  "CONTRIBUTING.md",
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-adding-"));
  for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const { info, text } of blocksOf(PAGE)) {
    const file = info.find((word) => word.startsWith("file="))?.slice("file=".length);
    if (file === undefined) continue;
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, info[0] === "diff" ? applied(await readFile(path, "utf8"), text, file) : text);
  }
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it("compile under the strictest settings", { timeout: 240_000 }, async () => {
  expect(await run("tsc", "-p", ".", "--noEmit")).toBe("");
});

it("pass their suites", { timeout: 240_000 }, async () => {
  const files = [
    "tests/architecture.test.ts",
    "tests/rollouts/conformance.test.ts",
    "tests/parsers/conformance.test.ts",
    "tests/select/conformance.test.ts",
    "tests/testgen/issueCode.test.ts",
    "tests/reward/logitHead.test.ts",
  ];
  const names = "turn-log|verdicts|careful|src/|takes what asserts|is σ of the logit";
  const output = await run("vitest", "run", ...files, "-t", names, "--reporter=verbose");
  for (const seen of [
    "adapter turn-log",
    "verdicts: plain.log",
    "careful",
    "takes what asserts",
    "is σ of the logit",
  ]) {
    expect(output).toContain(seen);
  }
});

/** Lines with a plus go after the line with a blank (or in place of the one with a minus) that stands before them, or before the one that follows. */
function applied(source: string, diff: string, file: string): string {
  const lines = source.split("\n");
  const edits = diff.replace(/\n$/, "").split("\n");
  let at = 0;
  let pending: string[] = [];
  for (const edit of edits) {
    const [mark, text] = [edit[0] ?? " ", edit.slice(1)];
    if (mark === "+") {
      if (at > 0) lines.splice(at++, 0, text);
      else pending.push(text);
      continue;
    }
    const found = lines.indexOf(text, at);
    if (found < 0) throw new Error(`${PAGE}: ${file} has no line ${text}`);
    if (mark === "-") lines.splice(found, 1);
    lines.splice(found, 0, ...pending);
    at = found + pending.length + (mark === "-" ? 0 : 1);
    pending = [];
  }
  return lines.join("\n");
}

function run(program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = join(ROOT, "node_modules/.bin", program);
    execFile(
      path,
      [...args],
      { cwd: folder, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: "1" } },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${program}: ${stdout}\n${stderr}`));
      },
    );
  });
}
