// What a run has done and what it does now, kept up to date by its events: plain data, so that a window can be drawn from it.
import type { RunEvent } from "../run/events.js";

/** Something that runs now. */
export interface Running {
  /** Says which event ends it. */
  readonly key: string;
  /** What is done: "base", "image", "scores", a test's name, or the first digits of a candidate. */
  readonly what: string;
  readonly instanceId: string;
  /** Milliseconds of the caller's clock. */
  readonly since: number;
}

export interface Count {
  readonly done: number;
  readonly total: number;
}

/** Progress of a run. Times are milliseconds of the caller's clock, which never goes back. */
export interface Progressing {
  readonly startedAt: number;
  /** Oldest first. */
  readonly running: readonly Running[];
  /** What is counted, in order of appearance: "rollouts scored", "candidates" … */
  readonly counts: Readonly<Record<string, Count>>;
  /** Finished work that was cached, by the same names. */
  readonly cached: Readonly<Record<string, number>>;
  /** Candidates that the machine kept from being verified. */
  readonly infra: number;
  readonly retries: number;
  /** Finished pieces of the main work that were not cached, and when the first of them began. */
  readonly worked: number;
  readonly workedSince: number | null;
  /** Of the main work, what the plan expects to find cached. */
  readonly expectedCached: number;
  readonly estimatedSeconds: number | null;
  readonly draining: boolean;
}

export function nothingYet(now: number): Progressing {
  return {
    startedAt: now,
    running: [],
    counts: {},
    cached: {},
    infra: 0,
    retries: 0,
    worked: 0,
    workedSince: null,
    expectedCached: 0,
    estimatedSeconds: null,
    draining: false,
  };
}

/** The main work of a run, by what its events count; rewards are read before it, in a fraction of its time. */
export const SCORED = "scored";

type Follow = {
  readonly [T in RunEvent["type"]]: (
    state: Progressing,
    event: Extract<RunEvent, { type: T }>,
    now: number,
  ) => Progressing;
};

const FOLLOW: Follow = {
  plan: (state, { candidates, cachedCandidates = 0, estimatedSeconds = null }) => {
    const counts = { ...state.counts, candidates: { done: 0, total: candidates } };
    return { ...state, counts, expectedCached: cachedCandidates, estimatedSeconds };
  },
  "image-started": (state, { instanceId }, now) => begin(state, `image ${instanceId}`, "image", instanceId, now),
  image: (state) => state,
  "image-ready": (state, { instanceId }) => end(state, `image ${instanceId}`),
  "base-started": (state, { instanceId }, now) =>
    begin(worksAt(state, now), `base ${instanceId}`, "base", instanceId, now),
  base: (state, { instanceId }) => end(state, `base ${instanceId}`),
  "reward-started": (state, { instanceId, rolloutId }, now) =>
    begin(state, `reward ${instanceId} ${rolloutId}`, "score", instanceId, now),
  reward: (state, { instanceId, rolloutId, done, total, cached }) => ({
    ...end(state, `reward ${instanceId} ${rolloutId}`),
    counts: { ...state.counts, [SCORED]: { done, total } },
    cached: { ...state.cached, [SCORED]: cached },
  }),
  "candidate-started": (state, { instanceId, candidateId }, now) =>
    begin(worksAt(state, now), `candidate ${instanceId} ${candidateId}`, shortId(candidateId), instanceId, now),
  "candidate-paused": (state, { instanceId, candidateId }) => end(state, `candidate ${instanceId} ${candidateId}`),
  candidate: (state, { instanceId, candidateId, cached, unavailable, done, total }) => {
    const ended = finish(end(state, `candidate ${instanceId} ${candidateId}`), "candidates", cached, { done, total });
    return { ...ended, infra: state.infra + (unavailable === "infra" ? 1 : 0) };
  },
  "generated-started": (state, { instanceId, test }, now) =>
    begin(worksAt(state, now), `generated ${instanceId} ${test}`, test, instanceId, now),
  generated: (state, { instanceId, test, done, total }) => {
    const { candidates: _tests, ...counts } = state.counts;
    const ended = end({ ...state, counts }, `generated ${instanceId} ${test}`);
    return finish(ended, "tests", false, { done, total });
  },
  "graded-started": (state, { instanceId, rolloutId }, now) =>
    begin(worksAt(state, now), `graded ${instanceId} ${rolloutId}`, rolloutId, instanceId, now),
  graded: (state, { instanceId, rolloutId, done, total }) =>
    finish(end(state, `graded ${instanceId} ${rolloutId}`), "patches", false, { done, total }),
  "given-up": (state, { what, instanceId, candidateId, test }) =>
    end(state, [what, instanceId, ...[candidateId ?? test].filter((part) => part !== undefined)].join(" ")),
  retry: (state) => ({ ...state, retries: state.retries + 1 }),
  warning: (state) => state,
  draining: (state) => ({ ...state, draining: true }),
  end: (state) => ({ ...state, running: [] }),
};

/** The state after an event. */
export function follow<T extends RunEvent["type"]>(
  state: Progressing,
  event: Extract<RunEvent, { type: T }>,
  now: number,
): Progressing {
  const step: Follow[T] = FOLLOW[event.type as T];
  return step(state, event, now);
}

/** The first digits of a candidate's hash: enough to find its folder under logs/. */
export function shortId(candidateId: string): string {
  return candidateId.replace(/^sha256:/, "").slice(0, 12);
}

function begin(state: Progressing, key: string, what: string, instanceId: string, since: number): Progressing {
  return { ...state, running: [...state.running, { key, what, instanceId, since }] };
}

function end(state: Progressing, key: string): Progressing {
  const at = state.running.findIndex((one) => one.key === key);
  return at === -1 ? state : { ...state, running: state.running.toSpliced(at, 1) };
}

function worksAt(state: Progressing, now: number): Progressing {
  return state.workedSince === null ? { ...state, workedSince: now } : state;
}

function finish(state: Progressing, name: string, isCached: boolean, count: Count): Progressing {
  const cached = (state.cached[name] ?? 0) + (isCached ? 1 : 0);
  return {
    ...state,
    counts: { ...state.counts, [name]: count },
    cached: { ...state.cached, [name]: cached },
    // What is judged without a run (an empty patch) before anything ran says nothing about the rate.
    worked: state.worked + (isCached || state.workedSince === null ? 0 : 1),
  };
}
