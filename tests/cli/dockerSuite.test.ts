import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isOwnerAlive, OWNER_LABEL } from "../../src/sandbox/owner.js";
import { describeWithEngine } from "../support/engine.js";
import { evidenceDifferences, ROOT, runThroughKills, startProgram, wrongChoices } from "../support/program.js";

const SUITE = join(ROOT, "tests/fixtures/suite-python");
const ARGS = ["run", join(SUITE, "rollouts"), "--instances", join(SUITE, "instances.jsonl"), "--run", "run", "--json"];
const SUITE_MS = 600_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-docker-suite-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describeWithEngine("bestk run on Python instances in containers", () => {
  it("picks a right patch in each, through kills, hostile patches included", { timeout: SUITE_MS }, async () => {
    const { last, verified, kills } = await runThroughKills(folder, [...ARGS, "--eager"], [6_000, 14_000]);
    expect(last.stderr).not.toMatch(/\n\s+at /);
    expect(last.code).toBe(0);
    expect(kills).toBe(2);
    expect(new Set(verified).size).toBe(verified.length);
    expect(await evidenceDifferences(join(folder, "run"), SUITE)).toEqual([]);
    expect(await wrongChoices(last.stdout, SUITE)).toEqual([]);
    // Where all is known, nothing is run and nothing chosen otherwise.
    const again = await startProgram(folder, ARGS).finished;
    expect(again.stdout).toBe(last.stdout);
    expect(await containersLeft()).toEqual([]);
  });

  it("picks the same with what can't change the choice left out", { timeout: SUITE_MS }, async () => {
    const { code, stdout, stderr } = await startProgram(folder, ARGS).finished;
    expect(code).toBe(0);
    expect(await wrongChoices(stdout, SUITE)).toEqual([]);
    expect(stderr).toMatch(/candidates were not run, or in part/);
    expect(await containersLeft()).toEqual([]);
  });
});

/** Containers of runs that are over; those of a living one belong to another test. */
async function containersLeft(): Promise<string[]> {
  const format = `{{.Label "${OWNER_LABEL}"}}`;
  const { stdout } = await promisify(execFile)("docker", [
    "ps",
    "-a",
    "--filter",
    `label=${OWNER_LABEL}`,
    "--format",
    format,
  ]);
  const owners = stdout.split("\n").filter((line) => line !== "");
  const isAlive = await Promise.all(owners.map((owner) => isOwnerAlive(owner)));
  return owners.filter((_, index) => !isAlive[index]);
}
