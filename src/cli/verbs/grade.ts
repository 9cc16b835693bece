// `bestk grade`: ground truth, resolved or not, from saved logs of finished evaluations.
import { BestkError } from "../../core/errors.js";
import { type Graded, gradeLogs } from "../../grade/gradeLogs.js";
import { findLogs } from "../../grade/savedLogs.js";
import { agreementText, gradeRows } from "../../grade/summary.js";
import { loadGroundTruth } from "../../grade/truth.js";
import { writeReports } from "../../grade/writeReports.js";
import { onlyOf } from "../../run/filter.js";
import { listenForInterrupt } from "../interrupt.js";
import { collect, type GlobalOptions } from "../options.js";
import { clean, formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly instances?: readonly string[];
  readonly output?: string;
  readonly instanceLists?: boolean;
}

export const grade: Verb = {
  name: "grade",
  define: (command) =>
    command
      .description("ground truth from FAIL_TO_PASS and PASS_TO_PASS, for saved logs of finished evaluations")
      .argument("<logs...>", "tables of harness logs, or folders that hold test_output.txt files")
      .option("--instances <file>", "instance records with the lists of tests (several files, or repeated)", collect)
      .option("--instance-lists", "judge on the instance's lists even where a log's own report names other tests")
      .option("-o, --output <path>", "write the harness's own report: a .json file, or a folder for several rollouts"),
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
    const [other] = others;
    if (other !== undefined || logs.length === 0) {
      const what = other === undefined ? `${(paths as string[]).join(", ")}: no logs` : `${other}: holds no logs`;
      throw new BestkError("input", `${what} of finished evaluations`, {
        hint: "grading rollouts by running their tests is not supported yet: evaluate them, and grade the logs",
      });
    }
    if (settings.dryRun === true) {
      terminal.note(`${logs.length} files of logs would be graded on ${truths.size} instances`);
      return 0;
    }
    const interrupt = listenForInterrupt(() => terminal.warn("interrupted"));
    try {
      const graded = await gradeLogs(logs, truths, {
        signal: interrupt.drain,
        skipBad: settings.skipBad === true,
        instanceLists: settings.instanceLists === true,
      });
      for (const problem of graded.problems) terminal.warn(`skipped: ${clean(problem, 300)}`);
      const grades = onlyOf(graded.grades.map(withInstance), settings);
      for (const { line } of grades) terminal.data(line);
      const { header, rows, total } = gradeRows(grades.map(({ line }) => line));
      terminal.result(formatTable(header, rows));
      terminal.note(total);
      for (const text of agreementText(graded.agreement)) terminal.note(clean(text, 500));
      if (settings.output !== undefined) {
        const written = await writeReports(settings.output, grades);
        terminal.note(`reports: ${settings.output} (${written} files)`);
      }
      return 0;
    } finally {
      interrupt.dispose();
    }
  },
};

function withInstance(graded: Graded): Graded & { readonly instanceId: string } {
  return { ...graded, instanceId: graded.line.instanceId };
}
