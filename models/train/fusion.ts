// Fits the fusion that ships, on patches that may ship: `npm run train:fusion`; DATA is the folder that holds candidates/ and
// trajectories/. Deterministic: the same data gives the same files byte for byte.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../../src/core/io.js";
import type { Evidence } from "../../src/core/schemas.js";
import { fitReport } from "../../src/report/fitReport.js";
import { renderReport } from "../../src/report/render.js";
import { openEvidence } from "../../src/run/openEvidence.js";
import { studyFit } from "../../src/study/fit/study.js";

const [data, out] = process.argv.slice(2);
if (data === undefined || out === undefined) throw new Error("usage: fusion.ts DATA OUT");

/** MIT, both. One run of moatless has no patches of its own: they are those of the same run among the candidates. */
const SOURCES = [
  { file: "candidates/polybench.jsonl.gz", patches: [] },
  { file: "trajectories/moatless_lite.jsonl.gz", patches: ["candidates/lite.jsonl.gz"] },
] as const;

/** The same 200 rollouts as its twin, with other labels for 25 of them: it is left out, and so are those labels. */
const TWIN = "20240609_moatless_gpt4o";
const TWIN_OF = "20240617_moatless_gpt-4o-2024-05-13";

/**
 * Set, not fitted: nothing that may ship has right and wrong rollouts with test outcomes, or with rewards of a model that was
 * not fitted on them. So each weighs as much as the patches do: 2 for a reward of 1 against 0, for all tests passed against none,
 * for all behaving alike against one alone; and 2 · log(1 + new failures).
 */
const SET = { reward: 2, regression: 2, reproduction: 2, behaviour: 2 };

const signal = new AbortController().signal;
const evidence: Evidence[] = [];
const labels = new Map<string, ReadonlyMap<string, boolean | null>>();
for (const { file, patches } of SOURCES) {
  const loaded = await openEvidence(join(data, file), {
    signal,
    skipBad: true,
    ...(patches.length === 0 ? {} : { patches: patches.map((path) => join(data, path)) }),
  });
  evidence.push(...loaded.evidence.filter(({ rolloutId }) => !rolloutId.endsWith(TWIN)));
  for (const [instanceId, own] of loaded.labels) labels.set(instanceId, withoutTwin(own));
}
const { fusion, study } = studyFit(
  { evidence, labels },
  {
    name: "fusion",
    seed: 0,
    ridge: 10,
    abstainBelow: 0.5,
    prior: SET,
    splits: 0,
    onStep: (step) => console.error(step),
  },
);
await mkdir(out, { recursive: true });
await writeAtomic(join(out, "fusion.json"), `${JSON.stringify(fusion, null, 1)}\n`);
await writeAtomic(join(out, "figures.md"), renderReport(fitReport(study), "md"));

function withoutTwin(own: ReadonlyMap<string, boolean | null>): ReadonlyMap<string, boolean | null> {
  const labelOf = (run: string) => [...own].find(([rolloutId]) => rolloutId.endsWith(run))?.[1] ?? null;
  const isContradicted = labelOf(TWIN) !== null && labelOf(TWIN_OF) !== null && labelOf(TWIN) !== labelOf(TWIN_OF);
  const kept = [...own].filter(([rolloutId]) => !rolloutId.endsWith(TWIN));
  return new Map(
    kept.map(([rolloutId, label]) => [rolloutId, isContradicted && rolloutId.endsWith(TWIN_OF) ? null : label]),
  );
}
