// How test files are run and how the result is read: one object a runner, chosen by name in the instance.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { parseJunit } from "../parsers/junit.js";
import type { TestParser } from "../parsers/report.js";
import { parseSympy } from "../parsers/sympy.js";
import { parseUnittest } from "../parsers/unittest.js";
import { quote } from "../sandbox/shellText.js";

/** A way to run tests. */
export interface Runner {
  /** Shell command; `{files}` becomes the quoted test files, `{report}` the path the report is expected at. */
  readonly command: string;
  /** `report`: a structured file that printing can't change; `output`: the log; `exit-code`: the status alone. */
  readonly reads: "report" | "output" | "exit-code";
  readonly parse: TestParser;
  /** How a file is named on the command line, where that is not its path. */
  readonly nameOf?: (file: string) => string;
}

export const RUNNERS = {
  "node-test": {
    command: "node --test --test-reporter=junit --test-reporter-destination={report} {files}",
    reads: "report",
    parse: parseJunit,
  },
  pytest: {
    command: "python3 -m pytest -q -p no:cacheprovider --junitxml={report} {files}",
    reads: "report",
    parse: parseJunit,
  },
  unittest: {
    command: "python3 -m unittest -v {files}",
    reads: "output",
    parse: parseUnittest,
    nameOf: moduleName,
  },
  django: {
    command: "python3 tests/runtests.py --verbosity 2 --parallel 1 {files}",
    reads: "output",
    parse: parseUnittest,
    nameOf: (file) => moduleName(file.replace(/^tests\//, "")),
  },
  sympy: {
    command: "python3 bin/test -C --verbose {files}",
    reads: "output",
    parse: parseSympy,
  },
  "exit-code": {
    command: "sh {files}",
    reads: "exit-code",
    parse: () => null,
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
