// One family of errors, so that every failure a person meets says what went wrong, with which input, and what to do next.

/** What kind of failure it is; decides the exit code (shared by every verb). */
export type ErrorCode = "usage" | "configuration" | "input" | "prerequisite" | "interrupted" | "bug";

const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  bug: 1,
  usage: 2,
  configuration: 2,
  input: 2,
  prerequisite: 3,
  interrupted: 130,
};

export interface BestkErrorOptions {
  /** What the reader can do about it, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An expected failure: printed as message and hint, never with a stack trace (save `code: "bug"`). */
export class BestkError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, options: BestkErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BestkError";
    this.code = code;
    this.hint = options.hint ?? null;
  }

  /** Process exit code of this failure: 1 bug, 2 usage/configuration/input, 3 prerequisite, 130 interrupted. */
  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** The message of anything that was thrown, without a stack trace. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
