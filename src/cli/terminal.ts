// Where output goes: results on stdout, text for people on stderr, and colour only where a person reads it.
import pc from "picocolors";
import { type LiveRegion, liveRegion } from "./liveRegion.js";

/** Output of one command. */
export interface Terminal {
  /** Results as JSON on stdout instead of tables. */
  readonly json: boolean;
  readonly verbose: boolean;
  /** A result for people (stdout); nothing with `json`. */
  result(text: string): void;
  /** A JSON document or JSONL line (stdout); nothing without `json`. */
  data(value: unknown): void;
  /** Text for people (stderr); nothing with `quiet`. */
  note(text: string): void;
  /** A warning or an error (stderr); always. */
  warn(text: string): void;
  /** Where progress is drawn on a terminal; null where stderr is a file or a pipe, or nobody wants progress. */
  readonly window: LiveRegion | null;
}

export interface TerminalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** "-": stdout is taken by events, so results for people go to stderr. */
  readonly events?: string;
}

/** Colour is for a person at a terminal: the library alone would also colour the logs of a build server. */
export const colors = pc.createColors(wantsColor(process.env, process.stderr.isTTY === true));

/** As Node does: FORCE_COLOR (0 and false: none) before NO_COLOR, both before what the terminal can do. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: term } = env;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && !refused && term !== "dumb";
}

export function openTerminal(options: TerminalOptions): Terminal {
  const { json = false, quiet = false, verbose = false, events } = options;
  const isLive = !quiet && process.stderr.isTTY === true && process.env.TERM !== "dumb";
  // Events on a terminal's stdout would be drawn over.
  const window = isLive && !(events === "-" && process.stdout.isTTY) ? liveRegion(process.stderr) : null;
  const say = (text: string) => {
    if (window === null) process.stderr.write(`${printable(text)}\n`);
    else window.print(printable(text));
  };
  return {
    json,
    verbose,
    window,
    result: (text) => {
      window?.clear();
      if (!json) (events === "-" ? process.stderr : process.stdout).write(`${printable(text)}\n`);
    },
    data: (value) => {
      window?.clear();
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      if (!quiet) say(text);
    },
    warn: say,
  };
}

/**
 * Text without control characters but line ends, tabs and colours: names of files and tests come from patches, and must
 * not steer a terminal.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char, at: number) => {
    if (char === "\n" || char === "\t" || (char === "\u001b" && /^\[[\d;]*m/.test(text.slice(at + 1, at + 16))))
      return char;
    return JSON.stringify(char)
      .slice(1, -1)
      .replace(/\p{Cc}/gu, "\uFFFD");
  });
}

/** A reader that closes the pipe early (`| head`) is no failure; without one for stderr there is nobody to tell. */
export function tolerateClosedPipe(): void {
  process.stdout.on("error", endWithoutReader);
  process.stderr.on("error", () => {});
}

/** For work that is worth its end without a reader, such as a run that tells its events: `| head` does not stop it. Returns the undoing. */
export function workWithoutReader(): () => void {
  const ignore = (): void => {};
  process.stdout.off("error", endWithoutReader).on("error", ignore);
  return () => process.stdout.off("error", ignore).on("error", endWithoutReader);
}

function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`${colors.red("error:")} stdout can't be written (${error.message})\n`);
  process.exit(3);
}
