// What the report page shows, as plain data: written by report/, read by the page in the browser, which imports nothing else.
// All text in it may come from rollouts and is untrusted.
import type { Signals } from "./signal.js";
import type { TestOutcome } from "./types.js";

/** A figure with its 95 % interval; null where there is none. */
export interface PageFigure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The document of the page: small, read at once. Everything long is a part (`PartRef`), read when it is opened. */
export interface PageData {
  readonly schema: "bestk.page/1";
  readonly bestk: string;
  /** At least one. The first is shown first. */
  readonly runs: readonly PageRun[];
  /** Every pair of runs that share instances. */
  readonly comparisons: readonly PageComparison[];
}

export interface PageRun {
  /** Unique in the page; the run directory's name. */
  readonly id: string;
  /** False while the run is going on (`bestk view`), or where it was interrupted. */
  readonly complete: boolean;
  /** Rankings that the run holds; the first is the one that predictions were made by. */
  readonly aggregators: readonly string[];
  readonly overview: PageOverview;
  /** In natural order of ids. */
  readonly instances: readonly PageRow[];
  /** Ablations and other reports found in the run directory. */
  readonly tables: readonly PageTable[];
  /** Settings and versions of the run card, as written there. */
  readonly card: Readonly<Record<string, unknown>>;
  /** What the file left out to stay small: said to the reader, with the command that shows it. */
  readonly leftOut: { readonly logs: number; readonly trajectories: number; readonly bytes: number };
}

export interface PageOverview {
  readonly instances: number;
  readonly rollouts: number;
  readonly candidates: number;
  /**
   * Shares in [0, 1] of the labelled instances; null without labels. `chosen` in expectation over ties. `bestSingle` is null
   * where rollout ids are not shared between instances.
   */
  readonly labelled: {
    readonly instances: number;
    readonly chosen: PageFigure;
    readonly random: PageFigure;
    readonly oracle: PageFigure;
    readonly bestSingle: (PageFigure & { readonly rolloutId: string }) | null;
  } | null;
  /** Best@K by aggregator with bands, `oracle` and `random` among them; empty without labels. Values in [0, 1]. */
  readonly curves: readonly { readonly name: string; readonly points: readonly PagePoint[] }[];
  /** Where the gap to the oracle goes, in instances, with shares that sum to 1; empty where there is no gap. Null without labels. */
  readonly gap: readonly { readonly name: string; readonly instances: number; readonly share: number }[] | null;
  readonly cost: PageCost;
  /** How many rollouts lack a signal, by reason. */
  readonly unavailable: readonly { readonly signal: string; readonly reason: string; readonly rollouts: number }[];
}

export interface PagePoint extends PageFigure {
  readonly k: number;
  readonly exact: boolean;
}

/** null: not recorded. Savings are of the same unit as what they are savings of. */
export interface PageCost {
  readonly containerSeconds: number | null;
  readonly modelSeconds: number | null;
  /** Verdicts taken from an earlier run. */
  readonly cached: number | null;
  readonly savedByEqualPatches: number | null;
  readonly savedByLaziness: number | null;
}

/** One line of the instance table. */
export interface PageRow {
  readonly instanceId: string;
  readonly rollouts: number;
  readonly candidates: number;
  /** By the run's first aggregator. */
  readonly selected: string | null;
  readonly tie: boolean;
  readonly why: string;
  /** Of the selected rollout; null where unknown. */
  readonly resolved: boolean | null;
  /** Whether any rollout of it is resolved; null where unknown. */
  readonly solvable: boolean | null;
  readonly tampered: number;
  readonly flaky: number;
  readonly infra: number;
  /** Rollouts with a signal that is unavailable for another reason than the patch's own fault. */
  readonly missing: number;
  /** An `InstanceDetail`. */
  readonly detail: PartRef;
}

/** Name of a part: in the file an element of this id, in `bestk view` a path. */
export type PartRef = string;

/** A part that the file may have left out; the page says which, and that `bestk view RUN` has it. */
export interface LongText {
  /** null: left out of this file. */
  readonly part: PartRef | null;
  readonly bytes: number;
}

export interface InstanceDetail {
  readonly instanceId: string;
  /** Markdown as the instance record has it; shown as text. Null where the run keeps none. */
  readonly issue: string | null;
  /** In order of the ranking, best first. */
  readonly rows: readonly RolloutDetail[];
  readonly candidates: readonly CandidateDetail[];
  readonly matrix: OutcomeMatrix;
  /** Tie groups by aggregator. */
  readonly rankings: Readonly<Record<string, readonly (readonly string[])[]>>;
}

export interface RolloutDetail {
  readonly rolloutId: string;
  readonly candidateId: string | null;
  /** 1 is best; members of a tie share it. */
  readonly rank: number | null;
  readonly selected: boolean;
  readonly signals: Signals;
  readonly resolved: boolean | null;
  /** A `Transcript`; null where the rollout has no trajectory. */
  readonly transcript: LongText | null;
  /** Text: exactly what the reward model read, or the table of features where it reads those. Null where not scored. */
  readonly modelInput: LongText | null;
}

export interface CandidateDetail {
  readonly candidateId: string;
  readonly rolloutIds: readonly string[];
  /** Normalised patch as it was verified: text of a unified diff. */
  readonly patch: LongText;
  /** What normalising dropped, file by file. */
  readonly dropped: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
  /** Patch as the rollout gave it, where it differs. */
  readonly rawPatch: LongText | null;
  readonly addedLines: number;
  readonly removedLines: number;
  readonly files: number;
}

/** Tests × candidates: base first, tests that tell candidates apart first. */
export interface OutcomeMatrix {
  readonly tests: readonly {
    readonly name: string;
    readonly kind: "regression" | "generated";
    readonly source: string | null;
    /** Candidates' outcomes differ. */
    readonly distinguishing: boolean;
    readonly base: TestOutcome | null;
    /** Raw log of base's run of this test. */
    readonly baseLog: LongText | null;
  }[];
  /** By candidate in the order of `InstanceDetail.candidates`; as many outcomes as tests, null: not run. */
  readonly outcomes: readonly (readonly (TestOutcome | null)[])[];
  /** Log of each cell's run, as an index into `logs`; null: none kept. */
  readonly cellLogs: readonly (readonly (number | null)[])[];
  readonly logs: readonly LongText[];
  /** Regression tests that said the same everywhere, base included: they share a row, which opens their logs. */
  readonly alike: number;
}

export interface Transcript {
  readonly exitStatus: string | null;
  readonly steps: readonly { readonly thought: string; readonly action: string; readonly observation: string }[];
}

export interface PageComparison {
  /** Ids of two runs. */
  readonly left: string;
  readonly right: string;
  readonly aggregator: string;
  /** Instances that both have, labelled in both. */
  readonly instances: number;
  /** Of `instances`: a win is one on which `right` does better; the difference is `right` − `left`, a share in [0, 1]. */
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  /** Paired test, two-sided; null where there is nothing to test. */
  readonly p: number | null;
  readonly difference: PageFigure | null;
  /** Instances with unlike labels of what was chosen (without labels: with unlike choices), in natural order; rollout ids. */
  readonly differing: readonly {
    readonly instanceId: string;
    readonly left: string | null;
    readonly right: string | null;
  }[];
}

export interface PageTable {
  readonly title: string;
  readonly columns: readonly { readonly label: string; readonly kind: string }[];
  readonly rows: readonly (readonly (string | number | boolean | PageFigure | null)[])[];
  readonly notes: readonly string[];
}

/**
 * How the document and the parts lie in the file: base64 of gzip of UTF-8, in elements that no parser of HTML reads. `root`
 * is the empty element that the page fills.
 */
export const PAGE_ELEMENT = {
  root: "bestk-app",
  data: "bestk-data",
  partPrefix: "bestk-part-",
  type: "application/octet-stream",
} as const;

/** Paths of `bestk view`, whose page has no element `data`: the document, a part (JSON or text), and a stream of server-sent events whose `change` says to read the document again. */
export const VIEW_PATHS = { data: "/data.json", part: "/part/", events: "/events" } as const;
