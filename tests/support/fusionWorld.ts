// Labelled evidence for tests of fusions: patches that share what right ones share, and tests that mostly tell them apart.
import { randomStream } from "../../src/core/random.js";
import type { Evidence } from "../../src/core/schemas.js";
import { ok, unavailable } from "../../src/core/signal.js";
import type { Labels } from "../../src/core/types.js";

export interface FusionWorld {
  readonly evidence: readonly Evidence[];
  readonly labels: Labels;
}

/** `instances` of four repositories with `agents` rollouts each; right patches are alike, wrong ones differ. */
export function fusionWorld({ instances = 40, agents = 6, seed = 1, noise = 0.2 } = {}): FusionWorld {
  const random = randomStream(seed, "fusion world");
  const evidence: Evidence[] = [];
  const labels = new Map<string, Map<string, boolean>>();
  for (let index = 0; index < instances; index++) {
    const instanceId = `o${seed}__repo${index % 4}-${index}`;
    const own = new Map<string, boolean>();
    for (let agent = 0; agent < agents; agent++) {
      const isRight = random.next() < 0.5;
      const seemsRight = random.next() < noise ? !isRight : isRight;
      const rolloutId = `agent-${agent}`;
      const base = index * 10_000;
      const hashes = (count: number, shared: number) =>
        Array.from({ length: count }, (_, at) => base + (seemsRight && at < shared ? at : 100 + random.below(5000)));
      own.set(rolloutId, isRight);
      evidence.push({
        instanceId,
        rolloutId,
        candidateId: `sha256:${seed}-${index}-${agent}`,
        signals: {
          regression: unavailable("not-run", "for a test"),
          reproduction: ok(seemsRight ? 2 : random.below(2)),
          reward: unavailable("not-run", "for a test"),
        },
        features: {
          bytes: 100 + random.below(900),
          addedLines: 1 + random.below(9),
          removedLines: random.below(5),
          files: { source: 1, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 },
          tokenHashes: sorted(hashes(12, 8)),
          places: sorted(hashes(6, 4)),
          codeAdded: sorted(hashes(4, 3)),
        },
        generated: [0, 1].map((test) => ({
          test: `t${test}`,
          name: null,
          source: "g",
          writtenBy: [],
          base: "failed",
          outcome: seemsRight || random.next() < 0.4 ? "passed" : "failed",
        })),
      });
    }
    labels.set(instanceId, own);
  }
  return { evidence, labels };
}

/** The same world with other names for instances and agents. */
export function renamed({ evidence, labels }: FusionWorld): FusionWorld {
  const instance = (id: string) => `another/${id.split("").reverse().join("")}`;
  const rollout = (id: string) => `z${9 - Number(id.slice(6))}`;
  return {
    evidence: evidence.map((each) => ({
      ...each,
      instanceId: instance(each.instanceId),
      rolloutId: rollout(each.rolloutId),
    })),
    labels: new Map(
      [...labels].map(([id, own]) => [instance(id), new Map([...own].map(([name, label]) => [rollout(name), label]))]),
    ),
  };
}

function sorted(hashes: readonly number[]): number[] {
  return [...new Set(hashes)].sort((a, b) => a - b);
}
