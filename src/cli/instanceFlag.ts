// `--instances A B`: several files after one flag, without swallowing the ROLLOUTS that may stand behind them.
import type { Command } from "commander";

const FLAG = "--instances";

/**
 * Arguments of one verb in which each file after `--instances` has a flag of its own. Where no other word of the command line can
 * be ROLLOUTS, the last flag takes one file and the words behind it are theirs (`run --instances F ROLLOUTS…`).
 */
export function spreadInstances(argv: readonly string[], command: Command): readonly string[] {
  if (!command.options.some(({ long }) => long === FLAG)) return argv;
  const parts: (readonly string[])[] = [];
  let words = 0;
  let last = -1;
  for (let at = 0; at < argv.length; ) {
    const token = argv[at] as string;
    const isWord = !token.startsWith("-") || token === "-";
    const end = token === "--" ? argv.length : isWord ? at + 1 : endOf(argv, at, command);
    if (token === FLAG) last = parts.length;
    if (token === "--") words += end - at - 1;
    if (isWord) words += 1;
    parts.push(argv.slice(at, end));
    at = end;
  }
  return parts.flatMap((part, index) => {
    if (part[0] !== FLAG || part.length < 3) return part;
    const files = part.slice(1, words === 0 && index === last ? 2 : undefined);
    return [...files.flatMap((file) => [FLAG, file]), ...part.slice(1 + files.length)];
  });
}

/** Where the words that belong to a flag end: all up to the next flag for `--instances`, one for others that take a value. */
function endOf(argv: readonly string[], at: number, command: Command): number {
  const token = argv[at] as string;
  const option = command.options.find(({ long, short }) => token === long || token === short);
  if (token !== FLAG) return option?.required === true ? Math.min(at + 2, argv.length) : at + 1;
  const next = argv.findIndex((word, index) => index > at + 1 && word.startsWith("-"));
  return next === -1 ? argv.length : next;
}
