// `bestk doctor`: what this machine has and lacks, each with its cure; exit 3 if even the demo couldn't run.
import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { BestkError, messageOf } from "../../core/errors.js";
import { dockerBackend, tryDockerWalls } from "../../sandbox/docker.js";
import { openModel } from "../rewardModel.js";
import { formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

/** `needed`: without it nothing runs; else it only widens what can be done. */
interface Finding {
  readonly name: string;
  readonly status: "ok" | "missing";
  readonly needed: boolean;
  readonly found: string;
  readonly cure: string | null;
}

const LEAST_NODE = [20, 19] as const;
const LEAST_FREE_GIB = 5;
const WALLS_MS = 120_000;

export const doctor: Verb = {
  name: "doctor",
  examples: [
    ["bestk doctor", "everything that bestk needs, with what to do where something is missing"],
    ["bestk doctor --image python:3.12-slim --json", "try the sandbox's walls in this image; findings as JSON"],
  ],
  ignores: ["seed", "jobs", "limit", "only", "dry-run", "skip-bad", "events"],
  define: (command) =>
    command
      .description("check Node, git, the container engine, disk and the reward model")
      .option("--model <dir>", "folder of the reward model (default: the shipped one)")
      .option("--image <ref>", "image to try the sandbox's walls with (default: one that the engine has)"),
  act: async (_, options) => {
    const terminal = openTerminal(options);
    const findings = [
      checkNode(),
      await checkCommand("git", true, "install git"),
      await checkCommand("patch", false, "install patch: some patches that git refuses apply with it"),
      ...(await checkEngine((options as { image?: string }).image ?? null)),
      await checkDisk(),
      await checkModel((options as { model?: string }).model),
    ];
    terminal.data({ schema: "bestk.doctor/1", findings });
    const rows = findings.map(({ name, status, needed, found, cure }) => [
      name,
      status === "ok" ? "ok" : needed ? "MISSING" : "missing (optional)",
      found,
      status === "ok" ? "" : (cure ?? ""),
    ]);
    terminal.result(formatTable(["what", "status", "found", "what to do"], rows));
    return findings.some(({ status, needed }) => needed && status === "missing") ? 3 : 0;
  },
};

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return finding("Node", isEnough, true, process.version, `install Node ${LEAST_NODE.join(".")} or newer`);
}

async function checkCommand(name: string, needed: boolean, cure: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(name, ["--version"], { timeout: 10_000 });
    return finding(name, true, needed, stdout.split("\n")[0] ?? "", cure);
  } catch (thrown) {
    return finding(name, false, needed, messageOf(thrown).split("\n")[0] ?? "", cure);
  }
}

const NAME = "container engine";

async function checkEngine(image: string | null): Promise<Finding[]> {
  const now = (): number => performance.now();
  try {
    await dockerBackend({ now }).check(AbortSignal.timeout(10_000));
  } catch (thrown) {
    const hint = thrown instanceof BestkError ? thrown.hint : null;
    return [finding(NAME, false, false, messageOf(thrown), hint)];
  }
  const answers = finding(NAME, true, false, "answers", null);
  try {
    const walls = await tryDockerWalls({ now }, image, AbortSignal.timeout(WALLS_MS));
    const cure = "this engine doesn't keep it: don't run patches that you don't trust on it";
    if (walls !== null) {
      return [
        answers,
        ...walls.map(({ name, holds, found }) => finding(`sandbox: ${name}`, holds, false, found, cure)),
      ];
    }
    return [
      answers,
      finding("sandbox", false, false, "not tried: the engine has no image", "pull one, then try again"),
    ];
  } catch (thrown) {
    return [
      answers,
      finding("sandbox", false, false, `not tried: ${messageOf(thrown)}`, "name an image that has /bin/sh by --image"),
    ];
  }
}

async function checkDisk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(tmpdir());
  const free = (bavail * bsize) / 1024 ** 3;
  const found = `${free.toFixed(1)} GiB free in ${tmpdir()}`;
  return finding("disk", free >= LEAST_FREE_GIB, false, found, `free at least ${LEAST_FREE_GIB} GiB, images need more`);
}

async function checkModel(folder: string | undefined): Promise<Finding> {
  try {
    await using model = await openModel(folder);
    return finding("reward model", true, true, model.name, null);
  } catch (thrown) {
    const hint = thrown instanceof BestkError ? thrown.hint : null;
    return finding("reward model", false, true, messageOf(thrown), hint);
  }
}

function finding(name: string, isThere: boolean, needed: boolean, found: string, cure: string | null): Finding {
  return { name, status: isThere ? "ok" : "missing", needed, found, cure };
}
