// Every command of README and docs/ is run, page by page in a folder of its own, or parsed where it needs an engine or a network; outputs are compared.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemoRun, DEMO_COMMAND } from "../support/demoRun.js";
import { type Block, blocksOf, PAGES } from "../support/docs.js";
import { describeWithEngine } from "../support/engine.js";
import { manyInstances } from "../support/labelledEvidence.js";
import { parseCommand } from "../support/parseCommand.js";
import { ROOT, readJsonLines } from "../support/program.js";

const DEMO = join(ROOT, "benchmarks/demo");
const PYTHON = join(ROOT, "tests/fixtures/suite-python");
/** Enough for curves with intervals, few enough for every check. */
const INSTANCES = ["csvkit__csv-31", "qslite__parse-40"];
const PAGE_MS = 300_000;

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bestk-docs-"));
  await makeWorld(join(home, "plain"), DEMO, "rollouts", INSTANCES);
  await shell(
    "bestk run trajs --instances instances.jsonl --sandbox process --run bestk-run --eager --quiet",
    join(home, "plain"),
  );
  await labelled(join(home, "plain/bestk-run/evidence.jsonl"));
  await writeFile(join(home, "plain/labelled.jsonl"), manyInstances());
  for (const name of ["run-a", "run-b"])
    await cp(join(home, "plain/bestk-run"), join(home, "plain", name), { recursive: true });
}, PAGE_MS);

afterAll(() => rm(home, { recursive: true, force: true }));

describe.each(PAGES)("%s", (page) => {
  const blocks = blocksOf(page);
  const shells = blocks.filter(({ info }) => info[0] === "sh");

  it("has only fences of known languages", () => {
    const known = ["sh", "text", "ts", "json", "yaml", "python", "diff"];
    expect(blocks.filter(({ info }) => !known.includes(info[0] ?? "")).map(where)).toEqual([]);
  });

  it("has only commands that the program takes", async () => {
    for (const block of shells) for (const line of linesOf(block)) await parseLine(line, block);
  });

  it("runs", { timeout: PAGE_MS }, () =>
    runPage(blocks, "plain", (info) => info.length === 1 || info[1]?.includes("=") === true),
  );
});

describeWithEngine("what needs an engine", () => {
  it.each(PAGES.filter((page) => blocksOf(page).some(({ info }) => info[1] === "docker")))(
    "%s",
    { timeout: PAGE_MS },
    async (page) => {
      if ((await stat(join(home, "docker")).catch(() => null)) === null) {
        await makeWorld(join(home, "docker"), PYTHON, "rollouts", ["spans__merge-7"]);
      }
      await runPage(blocksOf(page), "docker", (info) => info[1] === "docker");
    },
  );
});

async function makeWorld(folder: string, suite: string, rollouts: string, ids: readonly string[]): Promise<void> {
  await cp(suite, folder, { recursive: true });
  await cp(join(folder, rollouts), join(folder, "trajs"), { recursive: true });
  const records = await readJsonLines<{ instance_id: string }>(join(folder, "instances.jsonl"));
  const wanted = records.filter(({ instance_id }) => ids.includes(instance_id));
  await writeFile(join(folder, "instances.jsonl"), wanted.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** Labels as the demo's own answers have them. */
async function labelled(file: string): Promise<void> {
  const expected = JSON.parse(await readFile(join(DEMO, "expected.json"), "utf8"));
  const lines = await readJsonLines<{ instanceId: string; rolloutId: string }>(file);
  const text = lines.map((line) => {
    const { resolved } = expected[line.instanceId].rollouts[line.rolloutId];
    return `${JSON.stringify({ ...line, resolved })}\n`;
  });
  await writeFile(file, text.join(""));
}

async function runPage(
  blocks: readonly Block[],
  world: string,
  isRun: (info: readonly string[]) => boolean,
): Promise<void> {
  const folder = await mkdtemp(join(home, "page-"));
  await cp(join(home, world), folder, { recursive: true });
  let last: { readonly block: Block; readonly output: string } | null = null;
  for (const block of blocks) {
    const { info, text } = block;
    const file = info.find((word) => word.startsWith("file="))?.slice("file=".length);
    if (file !== undefined && !file.includes("/")) await writeFile(join(folder, file), text);
    if (info[0] === "sh") {
      last = null;
      if (!isRun(info)) continue;
      const wanted = Number(info.find((word) => word.startsWith("exit="))?.slice("exit=".length) ?? 0);
      let output = "";
      for (const line of linesOf(block)) {
        const done = line === DEMO_COMMAND ? await demo(folder) : await shell(line, folder);
        expect(`${where(block)}: ${line}: exit ${done.code}${done.code === wanted ? "" : done.output}`).toBe(
          `${where(block)}: ${line}: exit ${wanted}`,
        );
        output += done.output;
      }
      last = { block, output };
    }
    if (info[0] === "text" && info.includes("output") && last !== null) {
      const found = new Set(last.output.split("\n").map(squeezed));
      const missing = text
        .split("\n")
        .map(squeezed)
        .filter((line) => line !== "" && line !== "…" && !found.has(line));
      expect({ block: where(block), missing, output: missing.length > 0 ? last.output : "" }).toEqual({
        block: where(block),
        missing: [],
        output: "",
      });
    }
  }
}

/** Command lines of a block without comments; a line that ends in a backslash goes on. */
function linesOf({ text }: Block): readonly string[] {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)# .*$/, "").trim())
    .filter((line) => line !== "");
}

/** Commands of bestk are parsed; of npm and npx, what they name must be there; others are for blocks that aren't run. */
async function parseLine(line: string, block: Block): Promise<void> {
  for (const command of line.split(/\s*(?:&&|\||;)\s*/)) {
    const words = (command.replace(/\s*>+\s*\S+$/, "").match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) =>
      word.replace(/^(['"])(.*)\1$/, "$2"),
    );
    const [program = "", ...rest] = words;
    if (program === "bestk") {
      await parseCommand(rest).catch((thrown: Error) => {
        throw new Error(`${where(block)}: ${line}: ${thrown.message}`);
      });
    } else if (program === "npm" && (rest[0] === "run" || rest[0] === "test")) {
      const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
      expect(Object.keys(scripts), where(block)).toContain(rest[0] === "test" ? "test" : rest[1]);
    } else if (program === "npx" && rest[0] === "tsx") {
      expect((await stat(join(ROOT, rest[1] ?? ""))).isFile(), where(block)).toBe(true);
    } else if (block.info[1] === undefined) {
      throw new Error(`${where(block)}: ${line}: a block of plain sh is run, and holds commands of bestk alone`);
    }
  }
}

/** What `shell` would say and leave; each page that runs the demo has the same one. */
async function demo(cwd: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const { code, stdout, stderr } = await copyDemoRun(join(cwd, "demo-run"));
  return { code, output: `${stdout}\n${stderr}` };
}

function shell(line: string, cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  const program = join(ROOT, "dist/cli/main.js");
  const script = `set -euo pipefail; bestk() { '${process.execPath}' '${program}' "$@"; }; ${line}`;
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}\n${stderr}` });
    });
  });
}

function where({ file, line, info }: Block): string {
  return `${file}:${line} (${info.join(" ")})`;
}

function squeezed(line: string): string {
  return line.replace(/[\s─]+/g, " ").trim();
}
