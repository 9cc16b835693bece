// What a log of an evaluation script says about the run itself: whether the patch applied, and where its tests' output is.

/** Where the output of the tests begins. */
export const START_MARK = ">>>>> Start Test Output";

const END = ">>>>> End Test Output";
const APPLIED = ">>>>> Applied Patch";
const TIMEOUT = /Timeout error: \d+ seconds exceeded\.?\s*$/;

/** Ends of a run that its tests can't turn into a pass: what the harness writes, whether the patch was in, and why. */
const FAILURES: readonly (readonly [mark: string, applied: boolean, reason: string])[] = [
  [">>>>> Patch Apply Failed", false, "the patch does not apply"],
  [">>>>> Reset Failed", false, "the repository could not be reset"],
  [">>>>> Init Failed", false, "the repository could not be installed"],
  [">>>>> Init Timed Out", false, "the installation timed out"],
  [">>>>> Tests Errored", true, "the tests could not be run"],
  [">>>>> Tests Timed Out", true, "the tests timed out"],
];

/** A log cut to what its tests wrote; `reason` says why nothing in it can be a pass. */
export interface HarnessLog {
  readonly applied: boolean;
  readonly reason: string | null;
  readonly tests: string;
}

/**
 * Reads the marks of a log. The last match of each counts, so that a mark printed by a test cuts nothing off that came
 * after it. Without a start mark all of the log is read; with a start and no end the run was cut short.
 */
export function readHarnessLog(log: string): HarnessLog {
  const start = log.lastIndexOf(START_MARK);
  const end = log.lastIndexOf(END);
  const tests = start === -1 ? log : log.slice(start + START_MARK.length, end > start ? end : undefined);
  const failure = FAILURES.find(([mark, applied]) => {
    const at = log.lastIndexOf(mark);
    return at !== -1 && (applied || at > log.lastIndexOf(APPLIED));
  });
  if (failure !== undefined) return { applied: failure[1], reason: failure[2], tests };
  if (end <= start && TIMEOUT.test(log.slice(-200))) return { applied: true, reason: "the tests timed out", tests };
  if (start !== -1 && end <= start) return { applied: true, reason: "the log ends before the tests do", tests };
  return { applied: true, reason: null, tests };
}
