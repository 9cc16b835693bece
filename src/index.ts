// The public names of bestk, written out: what is not here may change without notice.
export { BestkError, type ErrorCode } from "./core/errors.js";
export type { Replay, RunCard } from "./core/schemas/run.js";
export type { Evidence, EvidenceLine, GeneratedTestLine, InstanceRanking, Prediction } from "./core/schemas.js";
export { ok, type Signal, type SignalName, type Signals, type UnavailableReason, unavailable } from "./core/signal.js";
export type {
  Candidate,
  Environment,
  FileKind,
  GeneratedOutcome,
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
export { type DroppedFile, type NormalizedPatch, normalizePatch, type PatchOutcome } from "./patch/normalise.js";
export { ablationReport } from "./report/ablationReport.js";
export { type CurveReportOptions, curveReport } from "./report/curveReport.js";
export type { Cell, Column, Drawing, Interval, Report, ReportTable } from "./report/model.js";
export { formatOf, type ReportFormat, renderReport } from "./report/render.js";
export { loadRewardModel, type PreparedInput, type RewardInput, type RewardModel } from "./reward/model.js";
export type { Adapter, FormatName, ParsedRollout } from "./rollouts/adapter.js";
export { type InspectLine, inspectFiles } from "./rollouts/inspect.js";
export { loadTasks } from "./rollouts/instances.js";
export { type Loaded, type LoadOptions, loadRollouts, loadRolloutsAs } from "./rollouts/load.js";
export type { Problem } from "./rollouts/read.js";
export {
  dockerEnvironments,
  type Environments,
  type PreparedEnvironment,
  processEnvironments,
} from "./run/environments.js";
export type { Emit, RunEvent } from "./run/events.js";
export {
  executeRun,
  type LoadedRollouts,
  type LoadRequest,
  loadForRun,
  type RunRequest,
  type RunResult,
} from "./run/execute.js";
export type { InstanceFilter } from "./run/filter.js";
export { type OpenEvidenceOptions, openEvidence } from "./run/openEvidence.js";
export { type LabelledRanking, rankEvidence } from "./run/ranking.js";
export { type ReplayRequest, replayRun } from "./run/replay.js";
export { type Rewards, type ScoreLine, type ScoreOptions, scoreRollouts } from "./run/score.js";
export { type DockerBackend, dockerBackend } from "./sandbox/docker.js";
export { processBackend } from "./sandbox/process.js";
export {
  DEFAULT_LIMITS,
  type ExecRequest,
  type ExecResult,
  type Sandbox,
  type SandboxBackend,
  SandboxError,
  type SandboxFile,
  type SandboxLimits,
  type SandboxSpec,
} from "./sandbox/sandbox.js";
export type { Aggregator, Decision, DrawOrder } from "./select/aggregator.js";
export { type PatchOf, predictionsOf } from "./select/predictions.js";
export { type RankingDocument, rankInstances } from "./select/rankInstances.js";
export { AGGREGATORS, aggregatorNamed } from "./select/registry.js";
export { type AblationOptions, type AblationRow, type AblationStudy, studyAblation } from "./study/ablation.js";
export { type Grid, type GridRow, parseGrid, type Settings } from "./study/ablationGrid.js";
export { type Comparison, compareSides, type Side } from "./study/compare.js";
export type { Curve, CurveAggregator, CurvePoint, CurveStudy, CurveVerdict, UnevenRule } from "./study/curve.js";
export { type CurveOptions, studyCurves } from "./study/curves.js";
export { type GapAccount, gapAccount } from "./study/gap.js";
export { type Labelled, labelledFigures } from "./study/labelled.js";
export { type LabelledPool, labelledPools } from "./study/pools.js";
export { type LoadEvidenceOptions, type LoadedEvidence, loadEvidence } from "./tables/load.js";
export type { Table, TableProblem, TableReader, TableRecord } from "./tables/table.js";
export {
  type BaseMeasurement,
  type ExecutionContext,
  type ExecutionVerdict,
  type Logs,
  measureBase,
  verifyCandidate,
} from "./verify/execution.js";
