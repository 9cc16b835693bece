// The words a suite is written in: an instance, its rollouts, and what the agent did in each; files are made from these.

/** One thing an agent did. What it saw is never written by hand: views are computed, commands are run and recorded. */
export type Act =
  | { readonly kind: "run"; readonly thought: string; readonly command: string }
  | {
      readonly kind: "view";
      readonly thought: string;
      readonly path: string;
      readonly lines?: readonly [number, number];
    }
  | {
      readonly kind: "edit";
      readonly thought: string;
      readonly path: string;
      readonly old: string;
      readonly new: string;
    }
  | { readonly kind: "create"; readonly thought: string; readonly path: string; readonly text: string }
  | { readonly kind: "remove"; readonly thought: string; readonly path: string };

/** The agents of a suite; each writes its own scaffold's format (see `scaffolds.ts`). */
export const SLOTS = ["sa1", "sa2", "mini1", "mini2", "oh", "r2e", "own", "pred"] as const;
export type Slot = (typeof SLOTS)[number];

/** How the submitted text differs from the plain `git diff` of what the agent left behind. */
export type PatchForm = "plain" | "crlf" | "no-index" | { readonly stale: readonly [string, string] };

export interface RolloutSpec {
  readonly slot: Slot;
  /** What this rollout is in the suite for. */
  readonly kind: string;
  readonly resolved: boolean;
  readonly acts: readonly Act[];
  /** Last words before submitting. */
  readonly done: string;
  readonly form?: PatchForm;
  /** Regression tests that pass on base and not with this patch; or why none can be trusted. */
  readonly breaks: readonly string[] | Verdict;
  /** Ids of the generated tests that pass; or why none can be trusted. */
  readonly passes: readonly string[] | Verdict;
}

/** Why there is no figure: the patch's own doing. `forged`: whatever is read from it must not count in its favour. */
export type Verdict = "empty-patch" | "patch-failed" | "timeout" | "oom" | "forged";

export interface GeneratedSpec {
  readonly id: string;
  /** Path in the repository; the file itself lies in `generated/<instance>/`. */
  readonly path: string;
  /** `telling`: passes with right patches and fails with some wrong ones; `blunt`: tells nothing apart; `toxic`: fails with right ones. */
  readonly nature: "telling" | "blunt" | "toxic";
}

export interface InstanceSpec {
  readonly id: string;
  readonly repo: string;
  readonly issue: string;
  readonly runner: "node-test" | "pytest" | "unittest";
  readonly tests: readonly string[];
  readonly timeoutSeconds: number;
  readonly generated: readonly GeneratedSpec[];
  readonly generatedTimeoutSeconds: number;
  readonly baseImage?: string;
  readonly setup?: readonly string[];
  /** The reference fix, and the test that proves it; both are sealed by the loader. */
  readonly gold: readonly Act[];
  readonly goldTests: readonly Act[];
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  /** What decides the choice: tests, the reward among rollouts that the tests can't tell apart, or nothing (none is right). */
  readonly decidedBy: "tests" | "reward" | "nothing-right";
  readonly rollouts: readonly RolloutSpec[];
}

export const run = (thought: string, command: string): Act => ({ kind: "run", thought, command });

export const view = (thought: string, path: string, lines?: readonly [number, number]): Act =>
  lines === undefined ? { kind: "view", thought, path } : { kind: "view", thought, path, lines };

/** A replacement without its thought, so that rollouts can share it. */
export type Change = readonly [path: string, old: string, next: string];

export const edit = (thought: string, [path, old, next]: Change): Act => ({
  kind: "edit",
  thought,
  path,
  old,
  new: next,
});

export const create = (thought: string, path: string, text: string): Act => ({ kind: "create", thought, path, text });

export const remove = (thought: string, path: string): Act => ({ kind: "remove", thought, path });
