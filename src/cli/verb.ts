// The contract of a verb: one file under verbs/ and one line in program.ts, which loads it when it is called.
import type { Command } from "commander";
import type { GlobalFlag } from "./options.js";

/** A command line that works as it is written (a test parses each), and what it is for. */
export type Example = readonly [command: string, what: string];

export interface Verb {
  readonly name: string;
  /** Shown below the help of the verb: at least two, with real names of files and flags. */
  readonly examples: readonly [Example, Example, ...Example[]];
  /** Shared flags that change nothing here: they are taken, with a word of warning, and are not in the help. */
  readonly ignores?: readonly GlobalFlag[];
  /** Adds description, arguments and flags. */
  define(command: Command): Command;
  /** Does it; returns the exit code. Expected failures are thrown as BestkError. */
  act(args: readonly unknown[], options: Readonly<Record<string, unknown>>): Promise<number>;
}

/** A verb that is loaded when it is called: its line in `bestk --help`, and where it is. */
export type LazyVerb = readonly [summary: string, load: () => Promise<Verb>];

/** Verbs under one word, such as `bestk testgen mine`. */
export interface VerbGroup {
  readonly summary: string;
  readonly verbs: Readonly<Record<string, LazyVerb>>;
}

/** By name, in the order of the help. */
export type VerbTable = Readonly<Record<string, LazyVerb | VerbGroup>>;
