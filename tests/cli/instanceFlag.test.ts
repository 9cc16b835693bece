import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadInstances } from "../../src/cli/instanceFlag.js";

function verb(): Command {
  return new Command("run")
    .argument("<rollouts...>")
    .option("--instances <file>", "", (file: string, before: readonly string[] = []) => [...before, file])
    .option("--run <dir>")
    .option("-j, --jobs <n>")
    .option("--json");
}

/** What commander makes of the arguments: positionals and instance files. */
function parsed(...argv: readonly string[]): { rollouts: readonly string[]; instances: readonly string[] } {
  const command = verb()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse([...spreadInstances(argv, command)], { from: "user" });
  return { rollouts: command.args, instances: command.opts().instances };
}

describe("--instances", () => {
  it.each([
    ["several files after one flag", ["r", "s", "--instances", "a", "b", "--json"]],
    ["the flag repeated", ["r", "s", "--instances", "a", "--instances", "b"]],
    ["ROLLOUTS behind other flags", ["--instances", "a", "b", "--json", "r", "s"]],
    [
      "values of other flags, which are no ROLLOUTS",
      ["--run", "d", "-j", "3", "--instances", "a", "--instances", "b", "r", "s"],
    ],
    ["ROLLOUTS on both sides of another flag", ["r", "--instances", "a", "b", "--run", "d", "s"]],
    ["ROLLOUTS after --", ["--instances", "a", "b", "--", "r", "s"]],
    ["an equals sign", ["--instances=a", "--instances=b", "r", "s"]],
  ])("%s", (_, argv) => {
    expect(parsed(...argv)).toEqual({ rollouts: ["r", "s"], instances: ["a", "b"] });
  });

  it("takes one file where the words behind it must be ROLLOUTS", () => {
    expect(parsed("--instances", "a", "r", "s")).toEqual({ rollouts: ["r", "s"], instances: ["a"] });
    expect(parsed("--json", "--instances", "a", "r", "--run", "d")).toEqual({ rollouts: ["r"], instances: ["a"] });
  });

  it("leaves what is missing to be said", () => {
    expect(() => parsed("--instances", "a")).toThrow(/missing required argument 'rollouts'/);
    expect(() => parsed("r", "--instances")).toThrow(/argument missing/);
  });

  it("changes nothing of a verb without the flag, and never loses a word", () => {
    expect(spreadInstances(["a", "--instances", "b", "c"], new Command("rank"))).toEqual([
      "a",
      "--instances",
      "b",
      "c",
    ]);
    const word = fc.constantFrom("--instances", "a", "b", "--run", "-j", "--json", "--", "-", "--unknown");
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        const without = (words: readonly string[]) => words.filter((text) => text !== "--instances");
        expect(without(spreadInstances(argv, verb()))).toEqual(without(argv));
      }),
    );
  });
});
