// Every form that bestk reads or writes, by name, each with the type that its writers use: a schema that differs doesn't compile.
import { costSchema } from "../core/cost.js";
import { type EventLine, eventLineSchema } from "../core/schemas/events.js";
import { fitSchema } from "../core/schemas/fit.js";
import {
  type KeptRolloutLine,
  type KeptTaskLine,
  keptRolloutSchema,
  keptTaskSchema,
  type ReportLine,
  reportSchema,
  type ViewLine,
  viewSchema,
} from "../core/schemas/page.js";
import {
  configSchema,
  type InitResult,
  initSchema,
  type RunPlan,
  regradePlanSchema,
  runPlanSchema,
} from "../core/schemas/plans.js";
import { gradeSchema, inspectSchema, renderSchema, rewardLineSchema, scoreSchema } from "../core/schemas/rollouts.js";
import { doctorSchema, replaySchema, runCardSchema, schemaListSchema } from "../core/schemas/run.js";
import { predictionSchema, rankingLineSchema, rankingSchema } from "../core/schemas/selection.js";
import { ablationSchema, compareSchema, curveSchema, planSchema } from "../core/schemas/study.js";
import { filteredSchema, minedSchema, testReportSchema, writtenSchema } from "../core/schemas/testgen.js";
import {
  type CandidateLine,
  candidateLineSchema,
  type EvidenceLine,
  evidenceLineSchema,
  type GeneratedTestLine,
  generatedTestLineSchema,
  type InstanceRanking,
  type Prediction,
} from "../core/schemas.js";
import type { GradeLine } from "../grade/verdict.js";
import type { InspectLine } from "../rollouts/inspect.js";
import type { FilteredInstance } from "../run/filterTests.js";
import type { LabelledRanking } from "../run/ranking.js";
import type { ScoreLine } from "../run/score.js";
import type { AblationStudy } from "../study/ablation.js";
import type { Comparison } from "../study/compare.js";
import type { CurveDocument } from "../study/curve.js";
import type { FitStudy } from "../study/fit/study.js";
import type { PlanStudy } from "../study/planner.js";
import type { MineFigures } from "../testgen/mine.js";
import { type Form, READ_FORMS } from "./formsRead.js";
import { type RenderLine, type TestReport, told, type WrittenLine } from "./formTypes.js";

/** A ranking without its part on labels, with a schema's name: a line of `ranking.<aggregator>.jsonl`. */
type Named<Schema extends string, T> = T & { readonly schema: Schema };

/** Files that bestk keeps or takes, and results on stdout, each by the word in its `schema`. */
export const FORMS = {
  evidence: {
    title: "Evidence of one rollout",
    description: "evidence.jsonl of a run directory, and verify --json; what rank, curve, ablate, compare and fit read",
    schema: told<EvidenceLine>()(evidenceLineSchema),
    use: "both",
  },
  ranking: {
    title: "Ranking of all instances",
    description: "rank, run, demo, merge and regrade, each with --json",
    schema: told<LabelledRanking>()(rankingSchema),
    use: "written",
  },
  "ranking-line": {
    title: "Ranking of one instance",
    description: "ranking.<aggregator>.jsonl of a run directory",
    schema: told<Named<"bestk.ranking/1", InstanceRanking>>()(rankingLineSchema),
    use: "written",
  },
  prediction: {
    title: "SWE-bench prediction",
    description: "preds.jsonl of a run directory, and -o of rank and run",
    schema: told<Prediction>()(predictionSchema),
    use: "written",
  },
  candidate: {
    title: "Candidate patch",
    description: "candidates.jsonl of a run directory",
    schema: told<CandidateLine>()(candidateLineSchema),
    use: "both",
  },
  task: {
    title: "Instance without its ground truth",
    description: "tasks.jsonl of a run directory",
    schema: told<KeptTaskLine>()(keptTaskSchema),
    use: "both",
  },
  "kept-rollout": {
    title: "Texts that a run keeps of one rollout",
    description: "rollouts.jsonl of a run directory; the texts are in texts/",
    schema: told<KeptRolloutLine>()(keptRolloutSchema),
    use: "both",
  },
  run: {
    title: "Run card",
    description: "run.json of a run directory: all that decided its results",
    schema: runCardSchema,
    use: "written",
  },
  cost: {
    title: "Cost of a run",
    description: "cost.json of a run directory: what its evidence took, and what was spared",
    schema: costSchema,
    use: "written",
  },
  "reward-line": {
    title: "Saved reward",
    description: "rewards.jsonl of a run directory",
    schema: told<ScoreLine & { readonly key: string }>()(rewardLineSchema),
    use: "written",
  },
  score: {
    title: "Reward of one rollout",
    description: "score --json",
    schema: told<ScoreLine>()(scoreSchema),
    use: "written",
  },
  inspect: {
    title: "What was understood of one file",
    description: "inspect --json",
    schema: told<InspectLine>()(inspectSchema),
    use: "written",
  },
  render: {
    title: "What the reward model reads of one rollout",
    description: "render --json",
    schema: told<RenderLine>()(renderSchema),
    use: "written",
  },
  grade: {
    title: "Ground truth of one rollout",
    description: "grade --json",
    schema: told<GradeLine>()(gradeSchema),
    use: "written",
  },
  curve: {
    title: "Best@K curves",
    description: "curve --json",
    schema: told<CurveDocument>()(curveSchema),
    use: "written",
  },
  plan: {
    title: "What a budget buys",
    description: "plan --json",
    schema: told<PlanStudy>()(planSchema),
    use: "written",
  },
  ablation: {
    title: "Ablation against a base row",
    description: "ablate --json",
    schema: told<AblationStudy>()(ablationSchema),
    use: "written",
  },
  compare: {
    title: "Comparison of two selections",
    description: "compare --json",
    schema: told<Named<"bestk.compare/1", Comparison>>()(compareSchema),
    use: "written",
  },
  "generated-test": {
    title: "Generated test",
    description: "-o of testgen mine, import, llm and filter, testgen import --json, and --generated",
    schema: told<GeneratedTestLine>()(generatedTestLineSchema),
    use: "both",
  },
  mined: {
    title: "Tests mined for one instance",
    description: "testgen mine --json",
    schema: told<Named<"bestk.mined/1", MineFigures> & { readonly instanceId: string }>()(minedSchema),
    use: "written",
  },
  filtered: {
    title: "Tests kept and dropped for one instance",
    description: "testgen filter --json",
    schema:
      told<Named<"bestk.filtered/1", Omit<FilteredInstance, "kept"> & { readonly kept: readonly string[] }>>()(
        filteredSchema,
      ),
    use: "written",
  },
  testgen: {
    title: "Tests written for one instance",
    description: "testgen llm --json",
    schema: told<WrittenLine>()(writtenSchema),
    use: "written",
  },
  "testgen-report": {
    title: "What generated tests can tell apart",
    description: "testgen report --json",
    schema: told<TestReport>()(testReportSchema),
    use: "written",
  },
  doctor: {
    title: "What a machine has and lacks",
    description: "doctor --json",
    schema: doctorSchema,
    use: "written",
  },
  replay: {
    title: "The same selection again",
    description: "replay --json",
    schema: replaySchema,
    use: "written",
  },
  report: {
    title: "The report that was written",
    description: "report --json",
    schema: told<ReportLine>()(reportSchema),
    use: "written",
  },
  view: {
    title: "Where the report is served",
    description: "view --json",
    schema: told<ViewLine>()(viewSchema),
    use: "written",
  },
  event: {
    title: "Progress event",
    description: "--events of every verb that works long",
    schema: told<EventLine>()(eventLineSchema),
    use: "written",
  },
  "run-plan": {
    title: "What a run would do",
    description: "run, verify and demo with --dry-run --json",
    schema: told<RunPlan>()(runPlanSchema),
    use: "written",
  },
  config: {
    title: "Settings of a verb, and where they come from",
    description: "every verb with --show-config --json",
    schema: configSchema,
    use: "written",
  },
  init: {
    title: "What a new file of settings was made from",
    description: "init --json",
    schema: told<InitResult>()(initSchema),
    use: "written",
  },
  "regrade-plan": {
    title: "What a regrading would change",
    description: "regrade --dry-run --json",
    schema: regradePlanSchema,
    use: "written",
  },
  schemas: {
    title: "List of schemas",
    description: "schema --json without a name",
    schema: schemaListSchema,
    use: "written",
  },
  fit: {
    title: "What a fitted fusion is worth",
    description: "fit --json",
    schema: told<FitStudy>()(fitSchema),
    use: "written",
  },
  ...READ_FORMS,
} as const satisfies Readonly<Record<string, Form>>;
