// How test files are run and how the result is read: one object a runner, chosen by name in the instance.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { parseJunit } from "../parsers/junit.js";
import type { TestParser } from "../parsers/report.js";
import { parseSympy } from "../parsers/sympy.js";
import { parseUnittest } from "../parsers/unittest.js";
import { quote } from "../sandbox/shellText.js";
import type { CanaryLanguage } from "./canaryText.js";
import { UNITTEST_SCRIPT } from "./unittestScript.js";

/** A way to run tests. */
export interface Runner {
  /** Shell command; `{files}` becomes the quoted test files, `{report}` the path the report is expected at. */
  readonly command: string;
  /** `report`: a structured file that printing can't change; `output`: the log; `exit-code`: the status alone. */
  readonly reads: "report" | "output" | "exit-code";
  readonly parse: TestParser;
  /** Reads the log of a command that writes no report, where the runner has a log that can be read. */
  readonly parseLog?: TestParser;
  /** Exit status after failures. */
  readonly failureStatus: number;
  /** How canary tests for it are written; none where it takes no test files of bestk's. */
  readonly canaries?: CanaryLanguage;
  /** The report counts its failures, errors and skips, and the counts must be those of its tests. */
  readonly counts?: boolean;
  /** How a file is named on the command line, where that is not its path. */
  readonly nameOf?: (file: string) => string;
}

export const RUNNERS = {
  "node-test": {
    command: "node --test --test-reporter=junit --test-reporter-destination={report} {files}",
    reads: "report",
    parse: parseJunit,
    failureStatus: 1,
    canaries: "node",
  },
  pytest: {
    // --maxfail=0: a suite that is set to stop at its first failure would stop at a canary.
    command: "python3 -m pytest -q -p no:cacheprovider --maxfail=0 --junitxml={report} {files}",
    reads: "report",
    parse: parseJunit,
    failureStatus: 1,
    canaries: "pytest",
    counts: true,
  },
  unittest: {
    command: `python3 -c ${quote(UNITTEST_SCRIPT)} {report} {files}`,
    reads: "report",
    parse: parseJunit,
    parseLog: parseUnittest,
    failureStatus: 1,
    canaries: "unittest",
    counts: true,
    nameOf: moduleName,
  },
  django: {
    command: "python3 tests/runtests.py --verbosity 2 --parallel 1 {files}",
    reads: "output",
    parse: parseUnittest,
    failureStatus: 1,
    canaries: "unittest",
    nameOf: (file) => moduleName(file.replace(/^tests\//, "")),
  },
  sympy: {
    command: "python3 bin/test -C --verbose {files}",
    reads: "output",
    parse: parseSympy,
    failureStatus: 1,
    canaries: "functions",
  },
  "exit-code": {
    command: "sh {files}",
    reads: "exit-code",
    parse: () => null,
    failureStatus: 1,
  },
} as const satisfies Record<string, Runner>;

/** Runner by name. Throws BestkError `configuration` with the nearest names. */
export function runnerNamed(name: string): Runner {
  const runner = (RUNNERS as Readonly<Record<string, Runner>>)[name];
  if (runner !== undefined && Object.hasOwn(RUNNERS, name)) return runner;
  throw new BestkError("configuration", `unknown test runner "${name}"`, {
    hint: didYouMean(name, Object.keys(RUNNERS)),
  });
}

/** The shell command for a list of test files; a placeholder that a name or path holds is left as it is. */
export function commandFor(runner: Runner, command: string | null, files: readonly string[], report: string): string {
  const names = files.map((file) => quote(runner.nameOf?.(file) ?? file)).join(" ");
  return (command ?? runner.command).replace(/\{(?:files|report)\}/g, (placeholder) =>
    placeholder === "{files}" ? names : quote(report),
  );
}

function moduleName(file: string): string {
  return file.replace(/\.py$/, "").replaceAll("/", ".");
}
