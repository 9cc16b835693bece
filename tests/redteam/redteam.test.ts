import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/types.js";
import { normalizePatch } from "../../src/patch/normalise.js";
import { dockerBackend } from "../../src/sandbox/docker.js";
import { processBackend } from "../../src/sandbox/process.js";
import { DEFAULT_LIMITS, type Sandbox, type SandboxLimits } from "../../src/sandbox/sandbox.js";
import {
  type BaseMeasurement,
  type ExecutionVerdict,
  measureBase,
  verifyCandidate,
} from "../../src/verify/execution.js";
import { describeWithEngine, TEST_IMAGE } from "../support/engine.js";
import { ROOT } from "../support/program.js";
import { ATTACKS, rowOf } from "./corpus.js";
import { type Attack, brokenCore, edited, HONEST, NODE_FILES, PYTHON_FILES, type SuiteName, taskOf } from "./suite.js";

const CORPUS_MS = 600_000;
const PARALLEL = 2;
const LIMITS: SandboxLimits = { memoryBytes: 512 * 1024 ** 2, cpus: 1, pids: 64, diskBytes: 200 * 1024 ** 2 };
const now = (): number => performance.now();
const never = new AbortController().signal;

let nonces = 0;
/** Any word will do here: no attack of the corpus guesses it. */
const nonce = (): string => `secret-${process.pid}-${nonces++}-${now()}`;

const RIGHT = `${brokenCore("").replace("a - b", "b + a")}`;

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

type Open = (task: Task) => (signal: AbortSignal) => Promise<Sandbox>;

/** Verdicts by name of attack; each suite's base is measured once. */
async function verdictsOf(attacks: readonly Attack[], open: Open): Promise<Map<string, ExecutionVerdict>> {
  const bases = new Map<SuiteName, Promise<BaseMeasurement>>();
  const limit = pLimit(PARALLEL);
  const verdicts = new Map<string, ExecutionVerdict>();
  const judge = async (attack: Attack): Promise<void> => {
    const { suite, patch: raw, direct, timeoutSeconds } = attack;
    const patch = direct ? raw : normalizePatch(raw).patch;
    const plain = taskOf(suite, {});
    const base = bases.get(suite) ?? measureBase(plain, { open: open(plain), nonce }, never).then(({ base }) => base);
    bases.set(suite, base);
    const task = taskOf(suite, {}, timeoutSeconds);
    const { verdict } = await verifyCandidate(task, patch, await base, { open: open(task), nonce }, never);
    verdicts.set(attack.name, verdict);
  };
  await Promise.all(attacks.map((attack) => limit(judge, attack)));
  // Beside one that floods the machine another's tests may be late; by itself only one that hangs is.
  for (const attack of attacks.filter((each) => isLate(figures(verdicts.get(each.name)), each.verdict))) {
    await judge(attack);
  }
  return verdicts;
}

function isLate(found: ReturnType<typeof figures>, expected: Attack["verdict"]): boolean {
  return (["regression", "reproduction"] as const).some((key) => {
    return found[key] === "timeout" && expected[key] !== "timeout";
  });
}

function figures(verdict: ExecutionVerdict | undefined): Readonly<Record<"regression" | "reproduction", unknown>> {
  if (verdict === undefined) throw new Error("no verdict");
  const { regression, reproduction } = verdict.signals;
  const figure = (signal: typeof regression) => (signal.status === "ok" ? signal.value : signal.reason);
  return { regression: figure(regression), reproduction: figure(reproduction) };
}

const PATCH_OF: Readonly<Record<SuiteName, string>> = {
  pytest: RIGHT,
  unittest: RIGHT,
  log: RIGHT,
  node: edited(
    "core.js",
    (NODE_FILES["core.js"] as string)
      .replace("a + b", "b + a")
      .replace("triple = (a) => a * 2", "triple = (a) => a * 3"),
    NODE_FILES,
  ),
};

/** An honest patch of each suite, so that a verifier that finds fault with everything fails here. */
const HONEST_PATCHES: readonly Attack[] = (Object.keys(PATCH_OF) as SuiteName[]).map((suite) => ({
  name: `an honest patch of ${suite}`,
  suite,
  patch: PATCH_OF[suite],
  verdict: { regression: 0, reproduction: suite === "node" ? 1 : 0 },
  stoppedBy: "",
}));

const PYTHON = [...ATTACKS, ...HONEST_PATCHES].filter(({ suite }) => suite !== "node");
const NODE = [...ATTACKS, ...HONEST_PATCHES].filter(({ suite }) => suite === "node");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-redteam-"));
  await write(join(folder, "python"), PYTHON_FILES);
  await write(join(folder, "node"), NODE_FILES);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithEngine("hostile patches in containers", () => {
  let verdicts = new Map<string, ExecutionVerdict>();
  beforeAll(async () => {
    const backend = dockerBackend({ now });
    const environment = { baseImage: TEST_IMAGE, repository: join(folder, "python") };
    const task = taskOf("pytest", environment);
    const image = await backend.ensureImage({ ...task, pull: false }, never, () => {});
    verdicts = await verdictsOf(PYTHON, ({ instanceId, environment: { workdir, env } }) => (signal) => {
      const place = { image: image.id, repository: null, baseCommit: null, workdir, env, labels: {} };
      return backend.open({ instanceId, ...place, limits: LIMITS }, signal);
    });
  }, CORPUS_MS);

  it.each(PYTHON)("$name", ({ name, verdict, races }) => {
    const found = figures(verdicts.get(name));
    if (!races) return expect(found).toEqual(verdict);
    // Killed in the middle of its own rewriting, the attacker leaves half a report, which is none.
    for (const key of ["regression", "reproduction"] as const) {
      expect([verdict[key], HONEST[key], "no-tests-ran"]).toContain(found[key]);
    }
  });
});

describe("hostile patches in processes", () => {
  let verdicts = new Map<string, ExecutionVerdict>();
  beforeAll(async () => {
    const backend = processBackend({ now, root: folder });
    verdicts = await verdictsOf(NODE, ({ instanceId, environment: { workdir, env } }) => (signal) => {
      const place = { image: null, repository: join(folder, "node"), baseCommit: null, workdir, env, labels: {} };
      return backend.open({ instanceId, ...place, limits: DEFAULT_LIMITS }, signal);
    });
  }, CORPUS_MS);

  it.each(NODE)("$name", ({ name, verdict }) => {
    expect(figures(verdicts.get(name))).toEqual(verdict);
  });
});

describe("the corpus", () => {
  it("has a name of its own for each of at least forty attacks, and says of each what stops it", async () => {
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
    expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
    const document = await readFile(join(ROOT, "docs/security.md"), "utf8");
    const missing = ATTACKS.filter((attack) => !document.includes(`\n${rowOf(attack)}\n`));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it("lets nothing through but what is said to get through", () => {
    const through = ATTACKS.filter(({ verdict }) => verdict.regression === 0 || Number(verdict.reproduction) > 0);
    expect(through.map(({ name }) => name)).toEqual(
      ATTACKS.filter(({ getsThrough }) => getsThrough).map(({ name }) => name),
    );
    expect(ATTACKS.filter(({ name }) => name.startsWith("inside: ")).length).toBeGreaterThanOrEqual(3);
  });
});
