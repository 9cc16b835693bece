// The words of the field as types: what flows from rollouts through verifiers to a ranking.

/** One turn of the agent: what it thought, what it did, what it saw. Empty string where the scaffold recorded none. */
export interface Step {
  readonly thought: string;
  readonly action: string;
  readonly observation: string;
}

/** The steps that led to a patch, oldest first. */
export interface Trajectory {
  /** The issue as the agent was given it (first user message); null where the scaffold keeps none. */
  readonly issue: string | null;
  readonly steps: readonly Step[];
  /** The scaffold's own word for how the attempt ended ("submitted", "exit_cost" …); null if it has none. */
  readonly exitStatus: string | null;
}

/** One attempt at an instance. Holds nothing but parsed steps and the final patch: labels travel apart (`Labels`). */
export interface Rollout {
  readonly instanceId: string;
  readonly rolloutId: string;
  /** Raw text of the final patch; "" is an empty patch, null means that the record carries no patch. */
  readonly patch: string | null;
  readonly trajectory: Trajectory | null;
}

/** Ground truth of rollouts, instanceId → rolloutId → resolved (null: unknown, never false). */
export type Labels = ReadonlyMap<string, ReadonlyMap<string, boolean | null>>;

/** What a verifier may know of an instance: everything but ground truth (design, contract 5). */
export interface Task {
  readonly instanceId: string;
  readonly repo: string | null;
  readonly baseCommit: string | null;
  readonly issue: string;
  readonly version: string | null;
  readonly environment: Environment;
  /** The repository's own tests to rerun; null where the instance names none. */
  readonly regression: TestSuite | null;
  /** Generated (reproduction) tests, each run by itself. */
  readonly generated: readonly GeneratedTest[];
}

/** Where an instance runs: a ready image, or what one is made from. Paths are absolute. */
export interface Environment {
  /** An image that already holds the repository at the base commit in `workdir`. */
  readonly image: string | null;
  /** Image to build on, together with `repository`, `Task.baseCommit` and `setup`. */
  readonly baseImage: string | null;
  /** A working folder, a bare repository or a git bundle; null where `image` holds it. */
  readonly repository: string | null;
  /** Shell commands run once in `workdir`, as root and with network if the engine has one, when the image is made. */
  readonly setup: readonly string[];
  /** The repository's folder inside the sandbox. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a list of test files is run and read. */
export interface TestSuite {
  /** Name of a runner (`verify/runners.ts`): decides the default command and the parser. */
  readonly runner: string;
  /** Shell command with the placeholders `{files}` and `{report}`; null takes the runner's own. */
  readonly command: string | null;
  /** Test files relative to `workdir`; empty means whatever the command runs by itself. */
  readonly files: readonly string[];
  /** Takes other files than `files` (the default): all of the repository, or those related to what candidates edit. */
  readonly select?: "files" | "all" | "related";
  readonly timeoutSeconds: number;
}

/** A test that a generator wrote: placed after the patch, expected to fail on base. */
export interface GeneratedTest {
  readonly id: string;
  /** Where it is put, relative to `workdir`. */
  readonly path: string;
  readonly content: string;
  readonly runner: string;
  readonly command: string | null;
  readonly timeoutSeconds: number;
  /** The generator's name. */
  readonly source?: string;
  /** Rollouts whose trajectory it was taken from, in natural order. */
  readonly writtenBy?: readonly string[];
}

/** Status of one test in one run. `flaky` is given only by comparing runs. */
export type TestOutcome = "passed" | "failed" | "error" | "skipped" | "missing" | "timeout" | "infra" | "flaky";

/** The outcomes, for schemas and for messages. */
export const TEST_OUTCOMES = [
  "passed",
  "failed",
  "error",
  "skipped",
  "missing",
  "timeout",
  "infra",
  "flaky",
] as const satisfies readonly TestOutcome[];

/** What one generated test said of a candidate, so that aggregators can weigh it. */
export interface GeneratedOutcome {
  /** `GeneratedTest.id`, or what a table calls the test; distinct within an instance together with `source` and `name`. */
  readonly test: string;
  /** The test within its file, as the runner names it; null where the table has no such thing. */
  readonly name: string | null;
  /** The generator's name; null where unknown. */
  readonly source: string | null;
  /** Rollouts whose trajectory the test was taken from; empty where it was written apart from them. */
  readonly writtenBy: readonly string[];
  /** Outcome on base over all base runs: `flaky` where they differ, null where base never ran it. */
  readonly base: TestOutcome | null;
  readonly outcome: TestOutcome;
}

/** Kinds of touched files; only `source` is verified and submitted. */
export type FileKind = "source" | "test" | "test-configuration" | "reproduction" | "generated" | "binary";

/** What selectors may know of a patch, computed by `patch/` (design: "Evidence carries what selectors need"). */
export interface PatchFeatures {
  /** UTF-8 bytes of the normalised patch. */
  readonly bytes: number;
  readonly addedLines: number;
  readonly removedLines: number;
  /** Touched files of the raw patch by kind, dropped ones included. */
  readonly files: Readonly<Record<FileKind, number>>;
  /** Sorted distinct 32-bit FNV-1a hashes of the tokens on changed lines of the normalised patch. */
  readonly tokenHashes: readonly number[];
  /** Name of what the patch changes beside comments, blank lines and spacing (`patch/syntax.ts`); absent where unknown. */
  readonly syntax?: string | undefined;
  /** Sorted distinct hashes of the places on base that it changes (`patch/places.ts`); absent in evidence
   * that was written before they were kept. */
  readonly places?: readonly number[] | undefined;
  /** The same of the lines of code that it adds, comments, blank lines and spacing aside. */
  readonly codeAdded?: readonly number[] | undefined;
}

/** Rollouts of one instance with an equal normalised patch. Work is done once per candidate. */
export interface Candidate {
  readonly instanceId: string;
  /** `sha256:<hex>` of the normalised patch. */
  readonly candidateId: string;
  /** Normalised patch; "" if nothing of the raw patch is source. */
  readonly patch: string;
  readonly features: PatchFeatures;
  /** In natural order. */
  readonly rolloutIds: readonly string[];
}
