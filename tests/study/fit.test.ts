// A fit learns what is there to learn, says no more than it knows, and is the same for any order and any names of its input.
import { describe, expect, it } from "vitest";
import { contentHash } from "../../src/core/hash.js";
import { randomStream, shuffleStart } from "../../src/core/random.js";
import { fusionSchema } from "../../src/select/fusion/model.js";
import { marksOf } from "../../src/select/fusion/seen.js";
import { fusion } from "../../src/select/fusion.js";
import { poolsOf } from "../../src/select/rankInstances.js";
import { agentsOf } from "../../src/study/fit/agents.js";
import { examplesOf } from "../../src/study/fit/examples.js";
import { fitFusion } from "../../src/study/fit/fit.js";
import { byInstance, byRepository, foldsOf } from "../../src/study/fit/folds.js";
import { type FitStudyOptions, studyFit } from "../../src/study/fit/study.js";
import { labelledPools } from "../../src/study/pools.js";
import { choicesOf, expectedOf } from "../../src/study/verdict.js";
import { fusionWorld, renamed } from "../support/fusionWorld.js";

const OPTIONS: FitStudyOptions = { name: "fusion", seed: 0, ridge: 3, abstainBelow: 0.5, prior: null, splits: 1 };

const FIT = { name: "fusion", seed: 0, ridge: 3, abstainBelow: 0.5, folds: 5, unitOf: byInstance };

describe("studyFit", () => {
  const world = fusionWorld();
  const { fusion: model, study } = studyFit(world, OPTIONS);

  it("beats a random pick where agreement tells right from wrong, agents left out too", () => {
    const [own] = study.worth;
    expect(own?.gapClosed?.value).toBeGreaterThan(0.4);
    expect(own?.gapClosed?.low).toBeGreaterThan(0);
    expect(study.agentsLeftOut?.fusion.gapClosed?.value).toBeGreaterThan(0.2);
    expect(study.byRepository?.gapClosed?.value).toBeGreaterThan(0.2);
    expect(study.pairAccuracy).toBeGreaterThan(0.6);
  });

  it("gives probabilities that mean what they say, and weights of the right sign only", () => {
    expect(study.calibration?.error).toBeLessThan(0.12);
    for (const part of [model.all, ...model.folds]) {
      for (const weight of Object.values(part.score)) expect(weight).toBeGreaterThan(0);
    }
  });

  it("learns nothing from labels that follow nothing", () => {
    const random = randomStream(5, "labels");
    const labels = new Map(
      [...world.labels].map(([id, own]) => [id, new Map([...own.keys()].map((name) => [name, random.next() < 0.5]))]),
    );
    const { study: empty } = studyFit({ evidence: world.evidence, labels }, { ...OPTIONS, splits: 0 });
    expect(Math.abs(empty.worth[0]?.gapClosed?.value ?? 9)).toBeLessThan(0.35);
    expect(empty.worth[0]?.gapClosed?.low).toBeLessThan(0);
  });

  it("is the same byte for byte whatever the order of its input", () => {
    const shuffled = [...world.evidence];
    shuffleStart(shuffled, shuffled.length, randomStream(3, "order"));
    const again = studyFit({ evidence: shuffled, labels: world.labels }, OPTIONS);
    expect(JSON.stringify(again)).toBe(JSON.stringify({ fusion: model, study }));
    expect(fusionSchema.parse(JSON.parse(JSON.stringify(model)))).toEqual(model);
  });

  it("tells instances apart by what they hold: other names give the same weights and the same choices", () => {
    const other = renamed(world);
    const again = fitFusion(examplesOf(other.evidence, other.labels), FIT);
    const first = fitFusion(examplesOf(world.evidence, world.labels), FIT);
    expect(again.all).toEqual(first.all);
    expect(again.folds).toEqual(first.folds);
  });

  it.each([
    ["no labels", { ...world, labels: new Map() }, /no rollout has a label/],
    [
      "one class",
      {
        ...world,
        labels: new Map([...world.labels].map(([id, own]) => [id, new Map([...own.keys()].map((k) => [k, true]))])),
      },
      /all 240 labelled rollouts are resolved/,
    ],
    ["too few", fusionWorld({ instances: 5 }), /too few to fit/],
  ])("says what is missing: %s", (_, loaded, message) => {
    expect(() => studyFit(loaded, OPTIONS)).toThrow(message);
  });
});

describe("cross-fitting", () => {
  const world = fusionWorld({ instances: 30 });
  const examples = examplesOf(world.evidence, world.labels);

  it("keeps units whole", () => {
    const folds = foldsOf(examples, byRepository, 3, 0);
    const ofUnit = new Map<string, Set<number>>();
    examples.forEach(({ repository }, index) => {
      ofUnit.set(repository, (ofUnit.get(repository) ?? new Set()).add(folds[index] as number));
    });
    expect([...ofUnit.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    expect(new Set(folds)).toEqual(new Set([0, 1, 2]));
  });

  it("ranks an instance by weights that its labels never touched", () => {
    const model = fitFusion(examples, FIT);
    const victim = examples[7]?.instanceId ?? "";
    const turned = new Map(
      [...world.labels].map(([id, own]) => [id, id === victim ? new Map([...own].map(([k, v]) => [k, !v])) : own]),
    );
    const other = fitFusion(examplesOf(world.evidence, turned), FIT);
    const { pool } = poolsOf(world.evidence).find(({ instanceId }) => instanceId === victim) ?? { pool: [] };
    const foldOf = (fitted: typeof model) => fitted.folds[fitted.fitted.seen[marksOf(pool)[0] ?? ""] ?? -1];
    // Turning labels round may move folds, so what was fitted without the instance is compared where they stayed.
    expect(contentHash(model.fitted.seen) === contentHash(other.fitted.seen) ? foldOf(other) : foldOf(model)).toEqual(
      foldOf(model),
    );
    expect(model.all).not.toEqual(other.all);
    expect(fusion(model).rank(pool).why).toContain("fitted without it");
  });

  it("gives optimism no chance: figures by folds are no better than those on new instances, within noise", () => {
    const model = fitFusion(examples, FIT);
    const own = choicesOf(labelledPools(world.evidence, world.labels).pools, fusion(model));
    const fresh = fusionWorld({ instances: 200, seed: 99 });
    const others = choicesOf(labelledPools(fresh.evidence, fresh.labels).pools, fusion(model));
    const mean = (choices: typeof own) => choices.reduce((sum, choice) => sum + expectedOf(choice), 0) / choices.length;
    expect(mean(own)).toBeLessThan(mean(others) + 0.2);
    expect(others[0]?.ranking.why).not.toContain("fitted without it");
  });
});

it("agents are ids that most instances share, and at least four", () => {
  const { evidence, labels } = fusionWorld({ instances: 12 });
  expect(agentsOf(labelledPools(evidence, labels).pools)).toHaveLength(6);
  const few = fusionWorld({ instances: 12, agents: 3 });
  expect(agentsOf(labelledPools(few.evidence, few.labels).pools)).toEqual([]);
});
