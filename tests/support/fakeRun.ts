// A whole run on fake environments, and what it left in its directory.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EvidenceLine } from "../../src/core/schemas.js";
import type { Task } from "../../src/core/types.js";
import { type Machine, openMachine } from "../../src/run/attempts.js";
import type { Environments } from "../../src/run/environments.js";
import type { RunEvent } from "../../src/run/events.js";
import { executeRun, type RunResult } from "../../src/run/execute.js";
import { aggregatorNamed } from "../../src/select/registry.js";

/** An instance whose tests the fake sandbox answers. */
export function fakeTask(instanceId: string): Task {
  return {
    instanceId,
    repo: null,
    baseCommit: null,
    issue: "it is wrong",
    version: null,
    environment: { image: "i", baseImage: null, repository: null, setup: [], workdir: "/testbed", env: {} },
    regression: { runner: "pytest", command: "regression {report}", files: [], timeoutSeconds: 5 },
    generated: [
      { id: "g", path: "test_g.py", content: "", runner: "pytest", command: "generated {report}", timeoutSeconds: 5 },
    ],
  };
}

/** A patch whose words the fake sandbox answers to. */
export function fakePatch(words: string): string {
  return `diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-old\n+${words}\n`;
}

export interface FakeRun {
  readonly runPath: string;
  readonly tasks: readonly Task[];
  /** Patches by rollout id, the same for each instance. */
  readonly patches: Readonly<Record<string, string>>;
  readonly environments: Environments;
  readonly jobs?: number;
  readonly lazy?: boolean;
  readonly machine?: Machine;
  readonly emit?: (event: RunEvent) => void;
  readonly card?: Readonly<Record<string, unknown>>;
}

export function runFake(options: FakeRun): Promise<RunResult> {
  const never = new AbortController().signal;
  const rollouts = options.tasks.flatMap(({ instanceId }) =>
    Object.entries(options.patches).map(([rolloutId, patch]) => ({ instanceId, rolloutId, patch, input: null })),
  );
  return executeRun({
    tasks: options.tasks,
    loaded: { rollouts, labels: new Map(), problems: [], files: [] },
    filter: {},
    runPath: options.runPath,
    environments: options.environments,
    model: null,
    aggregator: aggregatorNamed("execution-based"),
    rawPatch: false,
    lazy: options.lazy === true,
    jobs: options.jobs ?? 2,
    card: options.card ?? { aggregator: "execution-based" },
    nonce: () => "nonce",
    machine: options.machine ?? openMachine({ retries: 7, minDelayMs: 2, maxDelayMs: 20 }),
    emit: options.emit ?? (() => {}),
    drain: never,
    stop: never,
  });
}

export async function evidenceOf(runPath: string): Promise<EvidenceLine[]> {
  const text = await readFile(join(runPath, "evidence.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EvidenceLine);
}

/** "instance rollout" → value or reason of each signal, in a fixed order. */
export function signalsOf(lines: readonly EvidenceLine[]): Record<string, readonly (string | number)[]> {
  const rows = lines.map(({ instanceId, rolloutId, signals }) => {
    const shown = [signals.regression, signals.reproduction].map((signal) =>
      signal === undefined ? "none" : signal.status === "ok" ? signal.value : signal.reason,
    );
    return [`${instanceId} ${rolloutId}`, shown] as const;
  });
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}
