// Log parsers by the names that instances give in `log_parser`; a name without a parser is refused, never guessed.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { parseCargo } from "./cargo.js";
import { parseCtest } from "./ctest.js";
import { parseDjangoLog } from "./djangoLog.js";
import { parseGo } from "./go.js";
import { parseJest } from "./jest.js";
import { parseJunit } from "./junit.js";
import { parseKarma } from "./karma.js";
import { parseMocha } from "./mocha.js";
import { parseNodeLog } from "./nodeSpec.js";
import { parsePhpunit } from "./phpunit.js";
import { parsePytestLog, withButtonNumbers, withoutFolders } from "./pytestLog.js";
import type { TestParser } from "./report.js";
import { parseRspec } from "./rspec.js";
import { parseSympyNames } from "./sympy.js";
import { parseVitest } from "./vitest.js";

const pytest: TestParser = (log) => parsePytestLog(log);
const pytestWithPaths: TestParser = (log) => parsePytestLog(log, withoutFolders);

/** Short names: the instances' are these with `parse_log_` before them. */
export const LOG_PARSERS = {
  astropy: pytest,
  django: parseDjangoLog,
  flask: pytest,
  matplotlib: (log) => parsePytestLog(log, withButtonNumbers),
  pylint: pytestWithPaths,
  pytest,
  requests: pytestWithPaths,
  scikit: pytest,
  seaborn: pytest,
  sphinx: pytest,
  sympy: parseSympyNames,
  xarray: pytest,
  cargo: parseCargo,
  ctest: parseCtest,
  go: parseGo,
  jest: parseJest,
  junit: parseJunit,
  karma: parseKarma,
  mocha: parseMocha,
  node: parseNodeLog,
  phpunit: parsePhpunit,
  rspec: parseRspec,
  vitest: parseVitest,
} satisfies Readonly<Record<string, TestParser>>;

export type LogParserName = keyof typeof LOG_PARSERS;

/** Names of parsers by repository, for instances that name none. */
const OF_REPOSITORY: Readonly<Record<string, LogParserName>> = {
  "astropy/astropy": "astropy",
  "django/django": "django",
  "matplotlib/matplotlib": "matplotlib",
  "mwaskom/seaborn": "seaborn",
  "pallets/flask": "flask",
  "psf/requests": "requests",
  "pydata/xarray": "xarray",
  "pylint-dev/pylint": "pylint",
  "pytest-dev/pytest": "pytest",
  "scikit-learn/scikit-learn": "scikit",
  "sphinx-doc/sphinx": "sphinx",
  "sympy/sympy": "sympy",
};

/** The parser of a name, with or without `parse_log_`. Throws BestkError `input`: not supported, with the nearest names. */
export function logParserNamed(name: string): TestParser {
  const short = name.replace(/^parse_log_/, "");
  if (Object.hasOwn(LOG_PARSERS, short)) return LOG_PARSERS[short as LogParserName];
  throw new BestkError("input", `log parser ${name}: not supported`, {
    hint: didYouMean(short, Object.keys(LOG_PARSERS)),
  });
}

/** Name of the parser that a benchmark's instances of this repository use, or null. */
export function logParserOf(repository: string): LogParserName | null {
  return Object.hasOwn(OF_REPOSITORY, repository) ? (OF_REPOSITORY[repository] as LogParserName) : null;
}
