// The forms of what would be done: the plan of a run, of a regrading, and the settings of a verb.
import { z } from "zod";

const count = z.number().int().nonnegative();

const image = z
  .object({
    name: z.string().nullable().describe("null: the instance names none"),
    state: z.enum(["here", "to pull", "to make"]),
    bytes: count.nullable().describe("of all its layers; null where it isn't here, or the engine doesn't say"),
  })
  .nullable()
  .describe("null where none is used, or nothing of it is known");

const instance = z.object({
  instanceId: z.string(),
  rollouts: count,
  candidates: count,
  cached: count.describe("verdicts in the run directory for this image, these tests and these limits"),
  toRun: count.describe("candidates whose tests must run"),
  baseCached: z.boolean().nullable().describe("null where nothing runs"),
  regressionFiles: count.nullable().describe("null where they are picked when the image is there"),
  generatedTests: count,
  image,
  seconds: z.number().nonnegative().nullable().describe("one run of its tests on base; null where it never ran"),
});

/** `bestk.run-plan/1`: `--dry-run --json` of run, verify and demo. */
export const runPlanSchema = z.object({
  schema: z.literal("bestk.run-plan/1"),
  run: z.string().describe("the run directory that was looked through"),
  sandbox: z.string(),
  engineAnswered: z.boolean().describe("false: nothing is known of images and of what is cached"),
  jobs: z.number().int().positive(),
  instances: count,
  rollouts: count,
  candidates: count.describe("distinct patches"),
  verdicts: z.object({
    cached: count,
    toRun: count,
    needless: count.describe("empty patches, and instances without tests"),
  }),
  bases: z.object({
    cached: count,
    toRun: count.describe("each is run twice, or only once where a lazy run needs no more"),
  }),
  rewards: z
    .object({ cached: count, toScore: count, unavailable: count })
    .nullable()
    .describe("null without a reward model"),
  tests: z.object({
    regressionFiles: count.nullable().describe("null where some instances pick theirs when their image is there"),
    generated: count,
  }),
  images: z
    .object({
      here: count,
      toPull: z.array(z.string()),
      toMake: z.array(z.string()),
      bytesHere: count.nullable().describe("layers that images share count for each"),
    })
    .nullable(),
  time: z.object({
    seconds: count.describe("of the whole run with these jobs; pulling and making images is not in it"),
    measured: count.describe("instances whose tests were timed before"),
    assumedSeconds: count.describe("for one run of the tests of every other instance"),
    rewardSeconds: z.number().nonnegative().describe("for one reward"),
  }),
  perInstance: z.array(instance),
});

export type RunPlan = z.infer<typeof runPlanSchema>;

/** `bestk.regrade-plan/1`: `regrade --dry-run --json`. */
export const regradePlanSchema = z.object({
  schema: z.literal("bestk.regrade-plan/1"),
  verdicts: count.describe("candidates that would be graded again"),
  changed: z.array(z.string()).describe("rollouts, as instance and rollout, whose evidence would change"),
  withoutRuns: count.describe("rollouts whose runs are not saved"),
});

/** `bestk.config/1`: `--show-config --json` of every verb. */
export const configSchema = z.object({
  schema: z.literal("bestk.config/1"),
  verb: z.string(),
  file: z.string().nullable().describe("the file of settings; null: there is none"),
  rollouts: z.array(z.string()).describe("of the file or of BESTK_ROLLOUTS, for a verb that is given none"),
  settings: z.array(
    z.object({
      name: z.string().describe("the flag's long name"),
      value: z.unknown().describe("null where nothing sets it"),
      source: z.enum(["flag", "environment", "file", "default"]),
      where: z.string().nullable().describe("the flag, the variable, or the file and the keys that lead to the value"),
    }),
  ),
});

export type ShownConfig = z.infer<typeof configSchema>;

/** `bestk.init/1`: `init --json`. */
export const initSchema = z.object({
  schema: z.literal("bestk.init/1"),
  written: z.string().nullable().describe("the file; null for a dry run"),
  rollouts: z.array(z.object({ path: z.string(), formats: z.array(z.string()).describe("of its first files") })),
  instances: z.array(z.object({ path: z.string(), instances: count })),
  runner: z
    .object({ name: z.string(), because: z.string().describe("the file that says so") })
    .nullable()
    .describe("null: none is known"),
});

export type InitResult = z.infer<typeof initSchema>;
