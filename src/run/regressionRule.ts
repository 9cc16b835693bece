// Which regression tests a whole run takes, where the command line says so and not the instances.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import type { Task } from "../core/types.js";
import { SELECTION_RULES } from "../verify/selectTests.js";

const LIST = "files:";

/** Tasks with the rule put in place of their own: `files`, `all`, `related`, or `files:<path>,<path>`. */
export function withRegressionRule(tasks: readonly Task[], rule: string | undefined): readonly Task[] {
  if (rule === undefined) return tasks;
  const files = rule.startsWith(LIST) ? listOf(rule) : null;
  const select = files === null ? SELECTION_RULES.find((name) => name === rule) : "files";
  if (select === undefined) {
    throw new BestkError("usage", `--regression ${rule}: unknown rule`, {
      hint: didYouMean(rule, [...SELECTION_RULES, LIST]),
    });
  }
  return tasks.map((task) => {
    if (task.regression === null) return task;
    return { ...task, regression: { ...task.regression, select, ...(files === null ? {} : { files }) } };
  });
}

function listOf(rule: string): readonly string[] {
  const files = rule
    .slice(LIST.length)
    .split(",")
    .map((path) => path.trim());
  const bad = files.find((path) => path === "" || path.startsWith("/") || path.split("/").includes(".."));
  if (bad === undefined) return files;
  throw new BestkError("usage", `--regression ${rule}: "${bad}" is no path inside a repository`, {
    hint: "give test files as the repository names them, separated by commas",
  });
}
