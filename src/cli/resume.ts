// The command that goes on from here, as it can be pasted into the shell that this one came from.
import { basename, relative } from "node:path";

/** Words that a shell reads as they are. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word for a POSIX shell: as it is where nothing in it means anything, else in single quotes. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The program as it was called: by its name where it was found by that, else by Node and its file. */
export function programWords(argv: readonly string[], cwd: string): readonly string[] {
  const [node = "node", file = "bestk"] = argv;
  if (basename(file) === "bestk") return ["bestk"];
  const near = relative(cwd, file);
  return [basename(node), near.startsWith("..") ? file : near];
}

/** This command again, with more words (`--run DIR` where the folder was made up). */
export function sameCommand(more: readonly string[] = [], argv: readonly string[] = process.argv): string {
  return [...programWords(argv, process.cwd()), ...argv.slice(2), ...more].map(shellWord).join(" ");
}
