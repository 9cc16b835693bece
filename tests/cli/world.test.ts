// A hostile world around the program: full disks, readers that leave, names with escape codes. One message each, no stack trace.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromSystem } from "../../src/cli/systemErrors.js";
import { cleanLines } from "../../src/cli/table.js";
import { writeAtomic } from "../../src/core/io.js";
import { didYouMean } from "../../src/core/nearest.js";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const DEMO = fileURLToPath(new URL("../../benchmarks/demo/", import.meta.url));
const hasFullDevice = existsSync("/dev/full");

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-world-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a line of shell in which `bestk` is the program. */
function shell(line: string, env: Readonly<Record<string, string>> = {}) {
  const script = `set -o pipefail; bestk() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${line}`;
  const options = { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile("bash", ["-c", script], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const rollout = (patch: unknown) =>
  `${JSON.stringify({ schema: "bestk.rollout/1", instanceId: "x__y-1", rolloutId: "r", patch, trajectory: null })}\n`;

describe("the system refuses", () => {
  it.runIf(hasFullDevice)("to write results or events", async () => {
    await writeFile(join(folder, "r.jsonl"), rollout(""));
    const results = await shell("bestk inspect r.jsonl --json > /dev/full");
    expect(results.stderr).toMatch(/^error: stdout can't be written \(ENOSPC/);
    expect(results.stderr).not.toMatch(/\n\s+at /);
    expect(results.code).toBe(3);
    const events = await shell("bestk score r.jsonl --json --events /dev/full");
    expect(events.stderr).toContain("--events /dev/full: not all events were written (ENOSPC");
    expect(events.code).toBe(0);
  });

  it("a folder for temporary files", async () => {
    const { code, stderr } = await shell("bestk demo", { TMPDIR: join(folder, "nowhere") });
    expect(stderr).toMatch(/^error: ENOENT[\s\S]*hint: .*TMPDIR/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(3);
  });

  it("takes only refusals of the system for such, and a write that fails leaves nothing behind", async () => {
    const bug = new TypeError("x is undefined");
    expect(fromSystem(bug)).toBe(bug);
    const thrown = await writeAtomic(folder, "text").catch((error: unknown) => error);
    expect(fromSystem(thrown)).toMatchObject({ code: "prerequisite" });
    expect(
      (await readdir(join(folder, ".."))).filter((name) => name.startsWith(`${folder.split("/").at(-1)}.`)),
    ).toEqual([]);
  });
});

describe("a reader leaves", () => {
  it("which ends a listing, and not a run that tells its events", async () => {
    const listing = await shell(`bestk inspect "${DEMO}" --json | head -1`);
    expect(listing).toMatchObject({ code: 0, stderr: "" });
    const one = "--only semverlite__semver-8 --sandbox process --run r";
    const run = `bestk run "${DEMO}rollouts" --instances "${DEMO}instances.jsonl" ${one} --quiet`;
    const told = await shell(`${run} --events - | head -1`);
    expect(JSON.parse(told.stdout)).toMatchObject({ type: "plan" });
    expect(await readdir(join(folder, "r"))).toContain("preds.jsonl");
    const untold = await shell(`{ ${run} --json 2>&1 >out.json; echo $? >code; } | true; cat code out.json`);
    expect(untold.stdout).toMatch(/^0\n\{"schema":"bestk.ranking\/1"/);
  });
});

describe("words of others", () => {
  it("reach the terminal without escape codes", async () => {
    expect(cleanLines("a\u001b[31m\tb\u0007\r\n\u202ec")).toBe("a\tb·\r\n·c");
    await writeFile(join(folder, "a\u001b[31m.jsonl"), "no rollout");
    const { code, stderr } = await shell("bestk score a*");
    expect(stderr).toContain("error: a.jsonl: no known format");
    expect(code).toBe(2);
  });

  it("name each near name once, and no more than can be read", () => {
    expect(didYouMean("plain-lop", ["plain-loop", "plain-loop"])).toBe("did you mean plain-loop?");
    const ids = Array.from({ length: 300 }, (_, i) => `astropy__astropy-${i}`);
    expect(didYouMean("nothing near", ids)).toMatch(/^known: astropy__astropy-0, .* and 280 more$/);
  });
});

describe("flags", () => {
  it("--skip-bad says file and line of each record, and how many", async () => {
    await writeFile(join(folder, "r.jsonl"), rollout("") + rollout(5));
    const { code, stderr } = await shell("bestk score r.jsonl --skip-bad --json");
    expect(stderr).toContain("skipped: r.jsonl:2: patch: expected a string or null, got a number");
    expect(stderr).toContain("1 records that can't be read were skipped");
    expect(code).toBe(0);
  });

  it("--dry-run writes no predictions", async () => {
    const reward = { status: "unavailable", reason: "not-run", message: "" };
    const line = {
      schema: "bestk.evidence/1",
      instanceId: "x__y-1",
      rolloutId: "r",
      candidateId: null,
      signals: { reward },
    };
    await writeFile(join(folder, "e.jsonl"), JSON.stringify(line));
    await writeFile(join(folder, "r.jsonl"), rollout("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n"));
    const { code, stderr } = await shell("bestk rank e.jsonl --patches r.jsonl -o p.jsonl --dry-run");
    expect(stderr).toContain("would write predictions: p.jsonl");
    expect(await readdir(folder)).toEqual(["e.jsonl", "r.jsonl"]);
    expect(code).toBe(0);
  });
});
