// Which aggregator a row of an ablation means: a registered one, or R2E-Gym's order with other keys, shortlist or ties.
import { BestkError } from "../core/errors.js";
import type { Aggregator } from "../select/aggregator.js";
import { size, votes } from "../select/baselines.js";
import { likeness } from "../select/consensus.js";
import { type Key, regression, reproduction, reward } from "../select/key.js";
import { lexicographic } from "../select/lexicographic.js";
import { aggregatorNamed } from "../select/registry.js";
import type { Settings } from "./ablationGrid.js";

type KeyName = NonNullable<Settings["keys"]>[number];

interface Order {
  readonly keys: readonly KeyName[];
  readonly shortlist: NonNullable<Settings["shortlist"]>;
  readonly ties: NonNullable<Settings["ties"]>;
}

const KEYS: Readonly<Record<KeyName, Key>> = { regression, reproduction, reward, votes, likeness, size };

const TESTS_THEN_REWARD: readonly KeyName[] = ["regression", "reproduction", "reward"];

/** R2E-Gym's verifiers taken apart (`select/hybrid.ts`), so that a row can change one part. */
const PARTS: Readonly<Record<string, Order>> = {
  "execution-based": { keys: ["regression", "reproduction"], shortlist: "none", ties: "declared" },
  "execution-free": { keys: ["reward"], shortlist: "none", ties: "declared" },
  hybrid: { keys: TESTS_THEN_REWARD, shortlist: "notebook", ties: "declared" },
  "hybrid:deepswe": { keys: TESTS_THEN_REWARD, shortlist: "half", ties: "first" },
  "hybrid:no-shortlist": { keys: TESTS_THEN_REWARD, shortlist: "none", ties: "declared" },
};

const SIZES: Readonly<Record<"notebook" | "half", (rollouts: number) => number>> = {
  notebook: (rollouts) => Math.max(3, Math.floor(rollouts / 2)),
  half: (rollouts) => Math.max(1, Math.floor(rollouts / 2)),
};

/** Throws BestkError `usage` for an unknown aggregator, `configuration` for a setting that it doesn't have. */
export function aggregatorOf(
  name: string,
  settings: Settings,
  row: string,
  named: (name: string) => Aggregator = aggregatorNamed,
): Aggregator {
  const { keys, shortlist, ties } = settings;
  const registered = named(name);
  const changed = { keys, shortlist, ties };
  const [first] = Object.entries(changed).filter(([, value]) => value !== undefined);
  if (first === undefined) return registered;
  const own: Order | undefined = keys === undefined ? undefined : { keys, shortlist: "none", ties: "declared" };
  const parts = PARTS[name] ?? own;
  if (parts === undefined) {
    throw new BestkError("configuration", `row "${row}": ${name} takes no setting "${first[0]}"`, {
      hint: `give keys to make an order of them, or change one of ${Object.keys(PARTS).join(", ")}`,
    });
  }
  const compared = keys ?? parts.keys;
  const inherited = compared.includes("reward") ? parts.shortlist : "none";
  return orderOf({ keys: compared, shortlist: shortlist ?? inherited, ties: ties ?? parts.ties }, row);
}

function orderOf({ keys, shortlist, ties }: Order, row: string): Aggregator {
  const used = keys.map((key) => KEYS[key]);
  if (shortlist === "none") return lexicographic({ name: row, keys: used, ties });
  if (!keys.includes("reward")) {
    throw new BestkError("configuration", `row "${row}": a shortlist is cut by reward, which is none of its keys`, {
      hint: "add reward to keys, or set shortlist: none",
    });
  }
  const size = typeof shortlist === "number" ? () => shortlist : SIZES[shortlist];
  return lexicographic({ name: row, keys: used, ties, shortlist: { by: reward, size } });
}
