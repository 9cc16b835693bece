// The lines of `--events`: what a long run tells while it works, enough to draw its progress from nothing else.
import { z } from "zod";
import { UNAVAILABLE_REASONS } from "../signal.js";

const instanceId = z.string().min(1).describe("the instance that it belongs to");
const candidateId = z.string().describe("sha256: and the hash of the normalised patch");
const rolloutId = z.string().describe("the rollout's id within its instance");
const done = z.number().int().nonnegative().describe("pieces of this kind that are finished, this one included");
const total = z.number().int().nonnegative().describe("pieces of this kind in the plan");
const seconds = z.number().nonnegative().describe("wall-clock seconds that it took");
const count = (what: string) => z.number().int().nonnegative().describe(what);

/** A line of type `type`; `time` is the clock on the wall, so that a reader needs none. */
function line<T extends string, S extends z.ZodRawShape>(type: T, meaning: string, shape: S) {
  return z
    .object({
      schema: z.literal("bestk.event/1"),
      time: z.iso.datetime().describe("wall clock, ISO 8601, UTC"),
      type: z.literal(type),
      ...shape,
    })
    .describe(meaning);
}

/**
 * `bestk.event/1`: one line an event. Each `…-started` is followed by one line that ends it: the word without `-started`
 * (`image-ready` for an image; `candidate-paused` where more may follow), or `given-up` where the machine failed. What is cached starts nothing: it has its last line alone.
 */
export const eventLineSchema = z.discriminatedUnion("type", [
  line("plan", "what is to be done; the first event of a run", {
    instances: count("instances with rollouts"),
    rollouts: count("rollouts of these instances"),
    candidates: count("distinct patches, or tests where tests are filtered"),
    jobs: count("sandboxes at a time").optional(),
    cachedCandidates: count("candidates whose verdict is in the run directory").optional(),
    scored: count("rollouts that the reward model reads").optional(),
    cachedRewards: count("rewards in the run directory").optional(),
    estimatedSeconds: z.number().nonnegative().nullable().describe("of the whole run; null if unknown").optional(),
  }),
  line("image-started", "an instance's image is looked for, fetched or made", { instanceId }),
  line("image", "a step of it", { instanceId, message: z.string() }),
  line("image-ready", "the image is there", { instanceId, seconds }),
  line("base-started", "tests run on the base commit", { instanceId }),
  line("base", "they have run", { instanceId, cached: z.boolean(), seconds }),
  line("reward-started", "a trajectory is scored", { instanceId, rolloutId }),
  line("reward", "it is scored", {
    instanceId,
    rolloutId,
    seconds,
    done,
    total,
    cached: count("cached ones so far"),
    unavailable: count("those so far that the model has nothing to read of").optional(),
  }),
  line("candidate-started", "tests run on a candidate patch", { instanceId, candidateId }),
  line("candidate-paused", "what was asked of it has run; others decide whether more is", { instanceId, candidateId }),
  line("candidate", "its verdict is known", {
    instanceId,
    candidateId,
    cached: z.boolean(),
    unavailable: z.enum(UNAVAILABLE_REASONS).nullable().describe("why a signal is missing, if one is"),
    seconds,
    done,
    total,
  }),
  line("generated-started", "a generated test runs on base", { instanceId, test: z.string() }),
  line("generated", "the filter has judged it", {
    instanceId,
    test: z.string(),
    dropped: z.string().nullable().describe("why it was dropped; null if it was kept"),
    seconds,
    done,
    total,
  }),
  line("graded-started", "an evaluation script runs", { instanceId, rolloutId }),
  line("graded", "it has run", { instanceId, rolloutId, seconds, done, total }),
  line("given-up", "the machine failed; it may be tried again at the end of the run", {
    what: z.enum(["image", "base", "candidate", "generated"]),
    instanceId,
    candidateId: candidateId.optional(),
    test: z.string().optional(),
    message: z.string(),
  }),
  line("retry", "an attempt failed, and another one follows", {
    instanceId,
    attempt: z.number().int().positive(),
    at: z.iso.datetime(),
    failure: z.string().describe("the kind of failure"),
    message: z.string(),
  }),
  line("warning", "what a person should know", { message: z.string() }),
  line("draining", "interrupted: no new work is begun", {}),
  line("end", "the last line of a run that was not killed", { outcome: z.enum(["done", "interrupted", "failed"]) }),
]);

export type EventLine = z.infer<typeof eventLineSchema>;
