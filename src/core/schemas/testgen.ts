// The forms of what the verbs of `testgen` say: what was found, kept and dropped, and what tests can tell apart.
import { z } from "zod";

const count = z.number().int().nonnegative();
const counts = z.record(z.string(), count);

/** `bestk.mined/1`: one line an instance, `testgen mine --json`. */
export const minedSchema = z.object({
  schema: z.literal("bestk.mined/1"),
  instanceId: z.string(),
  rollouts: count,
  withTests: count.describe("rollouts with at least one usable test"),
  before: count.describe("usable files over all rollouts"),
  after: count.describe("distinct tests that are left of them"),
  kinds: counts.describe("of those that are left"),
  unusable: counts.describe("files that look like tests and can't be one, by reason"),
});

/** Why the filter drops a test. */
export const DROP_REASONS = [
  "never-ends",
  "out-of-memory",
  "changes-files",
  "not-loaded",
  "too-many-tests",
  "passes-on-base",
  "own-error",
  "flaky",
  "missing-dependency",
  "missing-file",
  "needs-network",
  "interactive",
  "needs-arguments",
  "needs-set-up",
  "prints-nothing",
  "unstable-output",
  "same-for-its-author",
  "unlike-failures",
  "machine",
  "no-record",
  "rough",
  "over-budget",
  "over-limit",
] as const;

/** `bestk.filtered/1`: one line an instance, `testgen filter --json`. */
export const filteredSchema = z.object({
  schema: z.literal("bestk.filtered/1"),
  instanceId: z.string(),
  given: count,
  kept: z.array(z.string()).describe("ids of tests, best first"),
  dropped: z.array(z.object({ id: z.string(), reason: z.enum(DROP_REASONS), message: z.string() })),
  seconds: z.number().nonnegative().describe("of test runs, saved ones included"),
});

/** How a request to a model may fail. */
const CHAT_FAILURE = z.enum([
  "rate-limit",
  "timeout",
  "server",
  "network",
  "broken-json",
  "too-large",
  "empty",
  "refused",
  "rejected",
  "not-recorded",
]);

/** `bestk.testgen/1`: one line an instance, `testgen llm --json`. */
export const writtenSchema = z.object({
  schema: z.literal("bestk.testgen/1"),
  instanceId: z.string(),
  tests: count.describe("that were kept"),
  refused: counts.describe("answers that gave none, by reason"),
  cost: z.object({
    requests: count,
    answered: count.describe("requests that got an answer in the end"),
    tokens: count.describe("of prompts and answers"),
    failures: z.partialRecord(CHAT_FAILURE, count),
  }),
  failure: z.string().nullable().describe("why it ended before its time"),
});

const tests = {
  tests: count,
  ranOnBase: count.describe("tests of which base has an outcome"),
  failingOnBase: count.describe("of those, tests that fail on base on every run"),
  splitting: count.describe("passed by one rollout and not by another"),
  published: z
    .object({ judged: count, distinguishing: count, toxic: count })
    .nullable()
    .describe("R2E-Gym's counts (arXiv 2504.07164); null without labels"),
  pairs: z
    .object({ pairs: count, ordered: count, reversed: count })
    .nullable()
    .describe("pairs of a right and a wrong patch, once for each test that has an outcome of both"),
};

const share = z.number().min(0).max(1).nullable();

/** `bestk.testgen-report/1`: `testgen report --json`. */
export const testReportSchema = z.object({
  schema: z.literal("bestk.testgen-report/1"),
  instances: z.array(
    z.object({
      instanceId: z.string(),
      ...tests,
      sources: z.array(z.object({ source: z.string().nullable(), ...tests })).describe("by generator"),
      telling: z
        .array(z.object({ id: z.string(), bits: z.number().nonnegative() }))
        .describe("tests that can still tell the possible winners apart, most telling first"),
    }),
  ),
  overall: z
    .array(
      z.object({
        source: z.string().nullable().optional().describe("a generator; absent: all"),
        instances: count,
        tests: count,
        judgedInstances: count.describe("instances with a right and a wrong patch"),
        shares: z
          .object({
            failingOnBase: share,
            splitting: share,
            distinguishing: share,
            toxic: share,
            pairsOrdered: share,
            pairsReversed: share,
          })
          .describe("means over instances of the share of their tests"),
      }),
    )
    .describe("each generator, and all"),
});
