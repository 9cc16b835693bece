// The forms of what bestk only reads: rollouts, instances, settings of a study, folders of models and fusions.
import type { z } from "zod";
import { rolloutRecordSchema } from "../core/schemas/rollouts.js";
import { rewardFileSchema } from "../reward/rewardFile.js";
import { instanceSchema } from "../rollouts/instances.js";
import { fusionSchema } from "../select/fusion/model.js";
import { gridSchema } from "../study/ablationGrid.js";

/** One form: what it is, where it stands, and its schema. */
export interface Form {
  readonly title: string;
  /** Where it is read or written, in one line. */
  readonly description: string;
  readonly schema: z.ZodType;
  /** `read`: other fields are passed over; `written`: there are no others; `both`: read so, and written so. */
  readonly use: "read" | "written" | "both";
}

export const READ_FORMS = {
  rollout: {
    title: "Rollout in bestk's own format",
    description: "JSONL for rollouts of an agent whose own format bestk does not read",
    schema: rolloutRecordSchema,
    use: "read",
  },
  instance: {
    title: "Instance record",
    description: "--instances: JSONL, JSON or YAML; SWE-bench's fields, and where its tests run",
    schema: instanceSchema,
    use: "read",
  },
  grid: {
    title: "Grid of an ablation",
    description: "the second argument of ablate, YAML or JSON",
    schema: gridSchema,
    use: "read",
  },
  reward: {
    title: "Folder of a reward model",
    description: "reward.json of a model folder (--model)",
    schema: rewardFileSchema,
    use: "read",
  },
  fusion: {
    title: "Folder of a fusion",
    description: "fusion.json of a folder that fit writes and -a fusion:DIR reads",
    schema: fusionSchema,
    use: "both",
  },
} as const satisfies Readonly<Record<string, Form>>;
