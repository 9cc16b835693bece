// `bestk grade`: ground truth, resolved or not, from saved logs of finished evaluations or by running the instances' own scripts.
import { randomUUID } from "node:crypto";
import { BestkError } from "../../core/errors.js";
import { type Graded, type GradeLogsOptions, gradeLogs } from "../../grade/gradeLogs.js";
import { findLogs, type LogFile } from "../../grade/savedLogs.js";
import { agreementText, gradeRows, unknownShare } from "../../grade/summary.js";
import { type GroundTruth, loadGroundTruth } from "../../grade/truth.js";
import { type Reportable, writeReports } from "../../grade/writeReports.js";
import { loadTasks } from "../../rollouts/instances.js";
import { loadRolloutsAs } from "../../rollouts/load.js";
import type { Environments } from "../../run/environments.js";
import { onlyOf } from "../../run/filter.js";
import { gradeRollouts } from "../../run/gradeRollouts.js";
import { RunDirectory } from "../../run/store.js";
import { addLimitOptions, type LimitFlags, limitsOf } from "../limits.js";
import { interrupted, longWork, type WorkContext } from "../longWork.js";
import { addScaffoldOption, collect, type GlobalOptions, share } from "../options.js";
import { scaffoldNamed } from "../runFlags.js";
import { openEnvironments } from "../sandboxes.js";
import { tellPassedOver, tellSkipped } from "../skipped.js";
import { clean, formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { bestkVersion } from "../version.js";

interface Options extends GlobalOptions, LimitFlags {
  readonly instances?: readonly string[];
  readonly output?: string;
  readonly instanceLists?: boolean;
  readonly sandbox: string;
  readonly network?: boolean;
  readonly run: string;
  readonly maxUnavailable: number;
}

const DEFAULT_FOLDER = "bestk-grade";

export const grade: Verb = {
  name: "grade",
  examples: [
    [
      "bestk grade logs/run_evaluation/ --instances instances.jsonl --json",
      "resolved or not, from the harness's saved logs",
    ],
    [
      "bestk grade preds.jsonl --instances instances.jsonl --network -o reports/",
      "run each instance's own evaluation script, and write the harness's reports",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    addLimitOptions(addScaffoldOption(command))
      .description(
        "ground truth from FAIL_TO_PASS and PASS_TO_PASS: for saved logs, or by running each instance's script",
      )
      .argument("<rollouts-or-logs...>", "rollouts, tables of harness logs, or folders that hold test_output.txt files")
      .option("--instances <file>", "instance records with the lists of tests (several files, or repeated)", collect)
      .option("--instance-lists", "judge on the instance's lists even where a log's own report names other tests")
      .option("-o, --output <path>", "write the harness's own report: a .json file, or a folder for several rollouts")
      .option("--sandbox <name>", "where rollouts run: docker, or process for instances you trust", "docker")
      .option("--run <dir>", "where evaluations are kept; the same command again goes on from there", DEFAULT_FOLDER)
      .option("--network", "let evaluation scripts reach the network, for their install steps")
      .option("--max-unavailable <share>", "exit 4 if a larger share of the rollouts has no verdict", share, 1),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    if (settings.instances === undefined) {
      throw new BestkError("usage", "--instances is missing: it holds FAIL_TO_PASS and PASS_TO_PASS", {
        hint: "give instance records with --instances FILE",
      });
    }
    const truths = await loadGroundTruth(settings.instances);
    const { logs, others } = await findLogs(paths as string[]);
    const rollouts = logs.length === 0 ? (paths as string[]) : others;
    const left = rollouts.length > 0 ? "what was evaluated is kept" : "nothing was written";
    const work = { terminal, events: settings.events, inFlight: "the evaluations in flight", left };
    const graded = await longWork(work, async (context): Promise<readonly Reportable[]> => {
      const ofLogs = logs.length > 0 ? await fromLogs(logs, truths, settings, terminal, context.drain) : [];
      if (rollouts.length === 0) return ofLogs;
      const ofRollouts = await fromRollouts(rollouts, truths, settings, terminal, context);
      if (ofRollouts === null) throw interrupted(work);
      return [...ofLogs, ...ofRollouts];
    });
    return settings.dryRun === true ? 0 : show(onlyOf(graded.map(withInstance), settings), settings, terminal);
  },
};

type Truths = ReadonlyMap<string, GroundTruth>;

async function fromLogs(
  logs: readonly LogFile[],
  truths: Truths,
  settings: Options,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<readonly Graded[]> {
  if (settings.dryRun === true) {
    terminal.note(`${logs.length} files of logs would be graded on ${truths.size} instances`);
    return [];
  }
  const how: GradeLogsOptions = {
    signal,
    skipBad: settings.skipBad === true,
    instanceLists: settings.instanceLists === true,
  };
  const { grades, problems, unknownInstances, agreement } = await gradeLogs(logs, truths, how);
  for (const problem of problems) terminal.warn(`skipped: ${clean(problem, 300)}`);
  leftOut(unknownInstances, terminal);
  for (const text of agreementText(agreement)) terminal.note(clean(text, 500));
  return grades;
}

async function fromRollouts(
  paths: readonly string[],
  truths: Truths,
  settings: Options,
  terminal: Terminal,
  { emit, drain, stop }: WorkContext,
): Promise<readonly Reportable[] | null> {
  const scaffold = scaffoldNamed(settings.scaffold);
  const read = { signal: drain, skipBad: settings.skipBad === true, ...(scaffold ? { scaffold } : {}) };
  const loaded = await loadRolloutsAs(paths, read, ({ patch }) => ({ patch }));
  tellSkipped(terminal, loaded.problems);
  tellPassedOver(terminal, loaded.files);
  const known = loaded.rollouts.filter(({ instanceId }) => truths.has(instanceId));
  const unknown = loaded.rollouts.map(({ instanceId }) => instanceId).filter((id) => !truths.has(id));
  leftOut([...new Set(unknown)], terminal);
  if (known.length === 0) {
    throw new BestkError(
      "input",
      `none of the ${loaded.rollouts.length} rollouts belongs to an instance with FAIL_TO_PASS`,
    );
  }
  const rollouts = onlyOf(known, settings);
  if (settings.dryRun === true) {
    terminal.note(`${rollouts.length} rollouts would be evaluated`);
    return [];
  }
  const tasks = await loadTasks(settings.instances ?? []);
  const network = settings.network === true;
  const choice = { limits: limitsOf(settings), groundTruth: { network } };
  const environments = await openEnvironments(settings.sandbox, terminal, stop, choice);
  await using directory = await RunDirectory.open(settings.run);
  const conditions = { network };
  await directory.write("run.json", cardText(paths, settings, environments));
  const nonce = () => randomUUID().replaceAll("-", "");
  const work = { rollouts, tasks, truths, environments, directory, conditions, jobs: settings.jobs };
  return gradeRollouts({ ...work, nonce, emit, drain, stop });
}

function cardText(paths: readonly string[], settings: Options, environments: Environments): string {
  const { instances, network = false, jobs, only, limit } = settings;
  const { sandbox, limits } = environments;
  const card = {
    schema: "bestk.run/1",
    verb: "grade",
    bestk: bestkVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    rollouts: paths,
    instances,
    sandbox,
    limits,
    network,
    jobs,
    filter: { ...(only ? { only } : {}), ...(limit ? { limit } : {}) },
  };
  return `${JSON.stringify(card, null, 2)}\n`;
}

async function show(grades: readonly Reportable[], settings: Options, terminal: Terminal): Promise<number> {
  const lines = grades.map(({ line }) => line);
  for (const line of lines) terminal.data(line);
  const { header, rows, total } = gradeRows(lines);
  terminal.result(formatTable(header, rows));
  terminal.note(total);
  if (settings.output !== undefined) {
    const written = await writeReports(settings.output, grades);
    terminal.note(`reports: ${settings.output} (${written} files)`);
  }
  if (unknownShare(lines) <= settings.maxUnavailable) return 0;
  terminal.warn(`${(100 * unknownShare(lines)).toFixed(1)} % of the rollouts have no verdict`);
  return 4;
}

function leftOut(instances: readonly string[], terminal: Terminal): void {
  if (instances.length === 0) return;
  const some = `${instances.slice(0, 3).join(", ")}${instances.length > 3 ? ", …" : ""}`;
  terminal.warn(`${instances.length} instances have no record with FAIL_TO_PASS, and are left out (${clean(some)})`);
}

function withInstance<T extends Graded>(graded: T): T & { readonly instanceId: string } {
  return { ...graded, instanceId: graded.line.instanceId };
}
