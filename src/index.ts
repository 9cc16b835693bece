// The public names of bestk, written out: what is not here may change without notice.
export { BestkError, type ErrorCode } from "./core/errors.js";
export type { Evidence, EvidenceLine, InstanceRanking, Prediction } from "./core/schemas.js";
export type { Signal, SignalName, Signals, UnavailableReason } from "./core/signal.js";
export type {
  Candidate,
  Environment,
  FileKind,
  GeneratedTest,
  Labels,
  PatchFeatures,
  Rollout,
  Step,
  Task,
  TestOutcome,
  TestSuite,
  Trajectory,
} from "./core/types.js";
export type { TestParser, TestReport } from "./parsers/report.js";
export { type GroupedCandidate, groupCandidates } from "./patch/group.js";
export { type NormalizedPatch, normalizePatch } from "./patch/normalise.js";
export { loadRewardModel, type PreparedInput, type RewardInput, type RewardModel } from "./reward/model.js";
export type { Adapter, FormatName, ParsedRollout } from "./rollouts/adapter.js";
export { type InspectLine, inspectFiles } from "./rollouts/inspect.js";
export { loadTasks } from "./rollouts/instances.js";
export { loadRollouts, loadRolloutsAs } from "./rollouts/load.js";
export { dockerEnvironments, type Environments, processEnvironments } from "./run/environments.js";
export type { RunEvent } from "./run/events.js";
export { executeRun, loadForRun, type RunRequest, type RunResult } from "./run/execute.js";
export { type LabelledRanking, rankEvidence } from "./run/ranking.js";
export { type ScoreLine, scoreRollouts } from "./run/score.js";
export { dockerBackend } from "./sandbox/docker.js";
export { processBackend } from "./sandbox/process.js";
export { DEFAULT_LIMITS, type Sandbox, type SandboxBackend, SandboxError } from "./sandbox/sandbox.js";
export type { Aggregator } from "./select/aggregator.js";
export { predictionsOf } from "./select/predictions.js";
export { type RankingDocument, rankInstances } from "./select/rankInstances.js";
export { AGGREGATORS, aggregatorNamed } from "./select/registry.js";
export { type Labelled, labelledFigures } from "./study/labelled.js";
export { type LoadedEvidence, loadEvidence } from "./tables/load.js";
export { type ExecutionVerdict, measureBase, verifyCandidate } from "./verify/execution.js";
