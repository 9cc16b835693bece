// Which rollouts are the same solution: by equal text, by equal syntax of the change, or by equal outcomes of all stable tests.
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import type { UnavailableReason } from "../core/signal.js";
import type { GeneratedOutcome, TestOutcome } from "../core/types.js";
import { isEmptyPatch } from "./candidate.js";

/** From the finest to the coarsest. */
export const CLASS_LEVELS = ["text", "syntax", "behaviour"] as const;

export type ClassLevel = (typeof CLASS_LEVELS)[number];

/** Rollouts that are one solution. */
export interface CandidateClass {
  /** In natural order. */
  readonly rolloutIds: readonly string[];
  /** What its members are known to be equal in: finer than what was asked for where that isn't known of them. */
  readonly level: ClassLevel;
  /** Why the outcomes of its members aren't known, or not all of them; null where they are, or weren't asked for. */
  readonly missing: string | null;
}

/** What is known of how a rollout's patch behaves. */
export interface Behaviour {
  /** Outcomes by test of the stable tests; null: not known of this rollout. */
  readonly outcomes: ReadonlyMap<string, string | null>;
  /** Whether any outcome is known. */
  readonly measured: boolean;
  /** Why the first of the unknown outcomes is unknown; null where all are known. */
  readonly missing: string | null;
}

/**
 * The classes of a pool, by their first rollout. Patches that are empty, unknown, don't apply or tamper are no solution and in
 * no class. Two measured rollouts are in one class of behaviour if the same outcomes are known of both and are equal; an
 * unmeasured one joins those with an equal text, or else syntax, where they agree with each other, and else is classed by
 * that. Pure; the order of the pool changes nothing.
 */
export function classesOf(pool: readonly Evidence[], level: ClassLevel): readonly CandidateClass[] {
  const members = new Map<string, Evidence[]>();
  const behaviours = level === "behaviour" ? behavioursOf(pool) : new Map<Evidence, Behaviour>();
  const keyOf = classKeys(pool, level, behaviours);
  for (const evidence of pool.toSorted((a, b) => compareNatural(a.rolloutId, b.rolloutId))) {
    const key = keyOf(evidence);
    if (key !== null) members.set(key, [...(members.get(key) ?? []), evidence]);
  }
  return [...members].map(([key, rollouts]) => ({
    rolloutIds: rollouts.map(({ rolloutId }) => rolloutId),
    level: CLASS_LEVELS.find((name) => key.startsWith(`["${name}"`)) ?? "text",
    missing: rollouts.map((each) => behaviours.get(each)?.missing ?? null).find((why) => why !== null) ?? null,
  }));
}

/** The name of each rollout's class; null for one that is in none. Equal names are one class. */
export function classKeys(
  pool: readonly Evidence[],
  level: ClassLevel,
  behaviours: ReadonlyMap<Evidence, Behaviour> = level === "behaviour" ? behavioursOf(pool) : new Map(),
): (evidence: Evidence) => string | null {
  const lent = new Map<string, Set<string>>();
  for (const [evidence, behaviour] of behaviours) {
    if (!behaviour.measured) continue;
    for (const name of new Set(namesOf(evidence)))
      lent.set(name, (lent.get(name) ?? new Set()).add(vectorKey(behaviour)));
  }
  return (evidence) => {
    if (!isSolution(evidence)) return null;
    const [text, syntax] = namesOf(evidence);
    if (level === "text") return text;
    if (level === "syntax") return syntax;
    const behaviour = behaviours.get(evidence);
    if (behaviour?.measured === true) return vectorKey(behaviour);
    const borrowed = [text, syntax].map((name) => lent.get(name)).find((vectors) => vectors?.size === 1);
    return borrowed === undefined ? syntax : ([...borrowed][0] as string);
  };
}

/** False for patches that nobody would submit: empty ones, those that don't apply or tamper, and those that aren't there. */
export function isSolution(evidence: Evidence): boolean {
  const reasons = [evidence.signals.regression, evidence.signals.reproduction].map((signal) =>
    signal.status === "ok" ? null : signal.reason,
  );
  const isGone = evidence.candidateId === null && reasons.includes("no-patch");
  return (
    !isEmptyPatch(evidence) && !reasons.some((reason) => reason === "patch-failed" || reason === "tampered") && !isGone
  );
}

/** Names by text and by syntax, twice by text where that isn't known. Where no patch is known the rollout is its own candidate. */
function namesOf({ rolloutId, candidateId, features }: Evidence): readonly [string, string] {
  const text = JSON.stringify(["text", candidateId === null ? { rolloutId } : candidateId]);
  return [text, features?.syntax === undefined ? text : JSON.stringify(["syntax", features.syntax])];
}

function vectorKey({ outcomes }: Behaviour): string {
  return JSON.stringify(["behaviour", ...outcomes]);
}

const REGRESSION = "regression";
const SUM = "reproduction";

/**
 * Outcomes of the stable tests by rollout: the regression tests (which of them fail newly, or how many where the names aren't
 * known) and every generated test that isn't flaky on base or on any rollout. A test that wasn't run, or that the machine
 * failed, is unknown; one that hung, or wasn't reported, has that for an outcome.
 */
export function behavioursOf(pool: readonly Evidence[]): ReadonlyMap<Evidence, Behaviour> {
  const solutions = pool.filter(isSolution);
  const flaky = new Set<string>();
  const tests = new Set<string>();
  for (const { generated = [] } of solutions) {
    const said = new Map<string, TestOutcome>();
    for (const each of generated) {
      const id = testId(each);
      tests.add(id);
      // A test that is listed twice with different outcomes says nothing.
      if (each.base === "flaky" || each.outcome === "flaky" || (said.get(id) ?? each.outcome) !== each.outcome) {
        flaky.add(id);
      }
      said.set(id, each.outcome);
    }
  }
  const stable = [...tests].filter((id) => !flaky.has(id)).sort();
  return new Map(solutions.map((evidence) => [evidence, behaviourOf(evidence, stable)]));
}

function behaviourOf(evidence: Evidence, stable: readonly string[]): Behaviour {
  const { signals, generated = [], newFailures } = evidence;
  const { regression, reproduction } = signals;
  const outcomes = new Map<string, string | null>();
  const failures = newFailures === undefined ? undefined : [...newFailures].sort();
  if (regression.status === "ok") outcomes.set(REGRESSION, JSON.stringify(failures ?? regression.value));
  else if (regression.reason !== "no-tests") outcomes.set(REGRESSION, saidOf(regression.reason));
  if (stable.length === 0) {
    if (reproduction.status === "ok") outcomes.set(SUM, String(reproduction.value));
    else if (reproduction.reason !== "no-tests") outcomes.set(SUM, saidOf(reproduction.reason));
  }
  const own = new Map(generated.map((each) => [testId(each), each.outcome]));
  const stopped = reproduction.status === "ok" ? null : saidOf(reproduction.reason);
  for (const id of stable) {
    const outcome = own.get(id);
    outcomes.set(id, outcome === undefined ? stopped : outcome === "infra" ? null : outcome);
  }
  const unknown = [...outcomes].find(([, outcome]) => outcome === null)?.[0];
  const measured = [...outcomes.values()].some((outcome) => outcome !== null);
  return {
    outcomes,
    measured,
    missing: unknown === undefined ? whyNothing(evidence, measured) : whyOf(evidence, unknown),
  };
}

/** Reasons that are behaviour: the patch did this. The others say that nothing is known. */
const BEHAVIOUR_REASONS: ReadonlySet<UnavailableReason> = new Set(["timeout", "oom", "no-tests-ran"]);

function saidOf(reason: UnavailableReason): string | null {
  return BEHAVIOUR_REASONS.has(reason) ? reason : null;
}

function whyNothing(evidence: Evidence, measured: boolean): string | null {
  return measured ? null : whyOf(evidence, REGRESSION);
}

function whyOf({ signals, generated = [] }: Evidence, test: string): string {
  const signal = test === REGRESSION ? signals.regression : signals.reproduction;
  if (signal.status === "unavailable") return signal.reason;
  return generated.some((each) => testId(each) === test) ? "infra" : "not-run";
}

function testId({ source, test, name }: GeneratedOutcome): string {
  return JSON.stringify([source ?? "", test, name ?? ""]);
}
