// `bestk completion SHELL`: a script for the shell's start-up file, written from the program's own verbs and flags.
import { Argument, InvalidArgumentError } from "commander";
import { didYouMean } from "../../core/nearest.js";
import { buildProgram } from "../commands.js";
import { COMPLETION_SCRIPTS } from "../completionScripts.js";
import { completionTree } from "../completionTree.js";
import type { Verb, VerbTable } from "../verb.js";

type Shell = keyof typeof COMPLETION_SCRIPTS;

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

function shellNamed(text: string): string {
  if (SHELLS.includes(text)) return text;
  throw new InvalidArgumentError(`expected one of ${SHELLS.join(", ")}; ${didYouMean(text, SHELLS)}`);
}

/** Of a program with these verbs. */
export function completionOf(verbs: VerbTable): Verb {
  return {
    name: "completion",
    examples: [
      [
        "bestk completion bash >> ~/.bashrc",
        'for every shell from now on; `eval "$(bestk completion bash)"` for this one',
      ],
      ["bestk completion fish > ~/.config/fish/completions/bestk.fish", "for fish"],
    ],
    ignores: [
      "json",
      "quiet",
      "verbose",
      "config",
      "show-config",
      "seed",
      "jobs",
      "limit",
      "only",
      "dry-run",
      "skip-bad",
      "events",
    ],
    define: (command) =>
      command
        .description("print a completion script: verbs, flags, and the values of flags that take names")
        .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(SHELLS).argParser(shellNamed)),
    act: async ([shell]) => {
      const { program } = await buildProgram(verbs, null);
      process.stdout.write(COMPLETION_SCRIPTS[shell as Shell](await completionTree(program)));
      return 0;
    },
  };
}
