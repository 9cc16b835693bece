// The package as a user has it: packed, unpacked beside its dependencies, its examples type-checked and run. .ci/run installs it from the registry.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/program.js";
import { writeExamples } from "./install.js";

const run = promisify(execFile);
const BIN = join(ROOT, "node_modules/.bin");
const ONE = "qslite__parse-40";

let folder: string;
let packed: readonly string[];
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-library-"));
  await writeExamples(folder);
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT });
  tarball = join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "");
  const { stdout } = await run("tar", ["-tzf", tarball]);
  packed = stdout
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
  const home = join(folder, "node_modules/bestk");
  await mkdir(home, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"]);
  const { dependencies } = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, "node_modules", name), link);
  }
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the package", { timeout: 120_000 }, () => {
  it("holds what runs and nothing else, and is small", async () => {
    const kinds = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|src\/reward\/NOTICE\.md)$/,
      /^dist\/.*\.(js|d\.ts)$/,
      /^dist\/report\/.*\.(html|js|css|json)$/,
      /^models\/[\w-]+\/(reward\.json|fusion\.json|model\.onnx|tokenizer[\w.]*\.json|README\.md)$/,
      /^models\/templates\/[\w-]+\.json$/,
      /^benchmarks\/demo\//,
    ];
    expect(packed.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
    for (const path of ["dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "models/features-2/model.onnx"]) {
      expect(packed).toContain(path);
    }
    expect((await stat(tarball)).size).toBeLessThan(3_000_000);
  });

  it("is clean for publint, and its types are right for ESM", async () => {
    const lint = await run(join(BIN, "publint"), ["run", tarball, "--strict"], { cwd: folder });
    expect(lint.stdout).toMatch(/All good!/);
    // Exits with the number of problems.
    await run(join(BIN, "attw"), [tarball, "--profile", "esm-only"], { cwd: folder });
  });
});

describe("the examples of docs/library.md and README", { timeout: 120_000 }, () => {
  it("compile under strict and nodenext, and run", async () => {
    await run(join(BIN, "tsc"), ["-p", "."], { cwd: folder }).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    const ranked = await run(process.execPath, ["rank.js", "demo/rollouts"], { cwd: folder });
    expect(ranked.stdout).toMatch(/^56 rollouts, \d+ distinct candidates\n/);
    expect(ranked.stdout).toMatch(/^csvkit__csv-31: .+ \(Decided by regression, .+\)$/m);
    expect(ranked.stdout).toMatch(/^hybrid: .+\nlongest: .+$/m);
    expect(ranked.stdout).toMatch(/longest against hybrid: \d wins, \d ties, \d losses\n$/);
    expect(await readFile(join(folder, "curve.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*best@k[\s\S]*<svg/i);
    const readme = await run(process.execPath, ["readme.js"], { cwd: folder });
    expect(readme.stdout).toContain("bestk.ranking/1");
    const verified = await run(process.execPath, ["verify.js", "demo/rollouts", "demo/instances.jsonl", ONE], {
      cwd: folder,
    });
    expect(verified.stdout).toMatch(
      /^sha256:[0-9a-f]{64} \{ status: 'ok', value: -?\d+ \} \{ status: 'ok', value: \d+ \}\n$/,
    );
  });
});
