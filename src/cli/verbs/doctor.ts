// `bestk doctor`: what this machine has and lacks, each with its cause and cure; exit 3 where what was asked for couldn't run.

import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import type { DoctorFindings } from "../../core/schemas/run.js";
import { checkEngine } from "../doctorEngine.js";
import { checkCommand, checkDisk, checkNode } from "../doctorMachine.js";
import { checkModel } from "../doctorModel.js";
import { SANDBOX_NAMES } from "../sandboxes.js";
import { formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options {
  readonly model?: string;
  readonly image?: string;
  readonly sandbox?: string;
  readonly run?: string;
}

export const doctor: Verb = {
  name: "doctor",
  examples: [
    ["bestk doctor", "everything that bestk needs, with what to do where something is missing"],
    ["bestk doctor --sandbox docker --json", "exit 3 without an engine that keeps its limits; findings as JSON"],
    ["bestk doctor --image python:3.12-slim", "try the sandbox's walls in this image"],
  ],
  ignores: ["seed", "jobs", "limit", "only", "dry-run", "skip-bad", "events"],
  define: (command) =>
    command
      .description("check Node, git, the container engine and its limits, disk space and the reward model")
      .option("--model <dir>", "folder of the reward model (default: the shipped one)")
      .option("--image <ref>", "image to try the sandbox's walls with (default: one that the engine has)")
      .option("--sandbox <name>", "docker: the engine and its limits are needed too (default: what the demo needs is)")
      .option("--run <dir>", "where runs are going to be, to check its disk (default: here)"),
  act: async (_, options) => {
    const { model, image, sandbox, run } = options as Options;
    if (sandbox !== undefined && !SANDBOX_NAMES.includes(sandbox)) {
      const hint = didYouMean(sandbox, SANDBOX_NAMES);
      throw new BestkError("usage", `--sandbox ${sandbox}: unknown sandbox`, { hint });
    }
    const terminal = openTerminal(options);
    const engine = await checkEngine(image ?? null, sandbox === "docker");
    const findings = [
      checkNode(),
      await checkCommand("git", true, "install git: base commits are read and patches applied with it"),
      await checkCommand("patch", false, "install patch: some patches that git refuses apply with it"),
      ...engine.findings,
      ...(await checkDisk(run ?? ".", engine.folder)),
      ...(await checkModel(model)),
    ];
    terminal.data({ schema: "bestk.doctor/1", findings } satisfies DoctorFindings);
    show(findings, terminal);
    return findings.some(({ status, needed }) => needed && status === "missing") ? 3 : 0;
  },
};

function show(findings: DoctorFindings["findings"], terminal: Terminal): void {
  const word = ({ status, needed }: DoctorFindings["findings"][number]): string =>
    status === "ok" ? "ok" : needed ? "MISSING" : "missing (optional)";
  const rows = findings.map((each) => [each.name, word(each), each.found]);
  terminal.result(formatTable(["what", "status", "found"], rows));
  const missing = findings.filter(({ status }) => status === "missing");
  for (const { name, cause, cure } of missing) {
    terminal.result(`\n${name}: ${cause ?? "not as it should be"}\n  what to do: ${cure ?? "see docs/"}`);
  }
  terminal.note(missing.length === 0 ? "nothing is missing" : `${missing.length} of ${findings.length} are missing`);
}
