// The SWE-bench harness's own form of a report, read and written, so that its tools and bestk's agree on files.

import type { TestLists } from "./truth.js";
import type { GradeLine, ListVerdict, Verdict } from "./verdict.js";

interface StatusLists {
  readonly success: readonly string[];
  readonly failure: readonly string[];
}

/** What a report says of one instance. */
export interface HarnessReport {
  readonly patch_is_None: boolean;
  readonly patch_exists: boolean;
  readonly patch_successfully_applied: boolean;
  readonly resolved: boolean;
  readonly tests_status: {
    readonly FAIL_TO_PASS: StatusLists;
    readonly PASS_TO_PASS: StatusLists;
    readonly FAIL_TO_FAIL: StatusLists;
    readonly PASS_TO_FAIL: StatusLists;
  };
}

const NONE: StatusLists = { success: [], failure: [] };

/** A verdict in the harness's form, which has no word for unknown: that is unresolved there. `patch` null: there was none. */
export function harnessReportOf(verdict: Verdict, patch: string | null): HarnessReport {
  return {
    patch_is_None: patch === null,
    patch_exists: patch !== null,
    patch_successfully_applied: verdict.applied && verdict.reason === undefined,
    resolved: verdict.resolved === true,
    tests_status: {
      FAIL_TO_PASS: statusOf(verdict.failToPass),
      PASS_TO_PASS: statusOf(verdict.passToPass),
      FAIL_TO_FAIL: NONE,
      PASS_TO_FAIL: NONE,
    },
  };
}

/** A report that a record carries, as far as grading needs it. */
export interface CarriedReport {
  readonly resolved: boolean;
  readonly failToPass: ListVerdict;
  readonly passToPass: ListVerdict;
}

/** Reads `{instance: report}` or the report itself; null where it is none, or has no test statuses. */
export function carriedReport(value: unknown, instanceId: string): CarriedReport | null {
  const document = objectOf(value);
  const report = objectOf(document?.[instanceId]) ?? document;
  const status = objectOf(report?.tests_status);
  const failToPass = listsOf(status?.FAIL_TO_PASS);
  const passToPass = listsOf(status?.PASS_TO_PASS);
  if (typeof report?.resolved !== "boolean" || failToPass === null || passToPass === null) return null;
  return { resolved: report.resolved, failToPass, passToPass };
}

/** The ids that a report names: those its run was graded on, which may be an older list than the instance's. */
export function listsOfReport(report: CarriedReport): TestLists {
  const all = ({ passed, failed }: ListVerdict) => [...passed, ...failed];
  return { failToPass: all(report.failToPass), passToPass: all(report.passToPass) };
}

/** How a grade differs from the report that its record carries: null if in nothing. */
export function differenceFrom(report: CarriedReport, grade: GradeLine): string | null {
  const passed = new Set([...grade.failToPass.passed, ...grade.passToPass.passed]);
  const named = [report.failToPass, report.passToPass];
  const lost = named.flatMap((list) => list.passed.filter((id) => !passed.has(id)));
  const gained = named.flatMap((list) => list.failed.filter((id) => passed.has(id)));
  const parts = [
    report.resolved === grade.resolved ? [] : [grade.resolved ? "resolved, not so there" : "not resolved, but there"],
    lost.length === 0 ? [] : [`${lost.length} tests passed only there (${lost[0]})`],
    gained.length === 0 ? [] : [`${gained.length} tests passed only here (${gained[0]})`],
  ].flat();
  return parts.length === 0 ? null : parts.join("; ");
}

function statusOf({ passed, failed }: ListVerdict): StatusLists {
  return { success: passed, failure: failed };
}

function listsOf(value: unknown): ListVerdict | null {
  const lists = objectOf(value);
  const passed = idsOf(lists?.success);
  const failed = idsOf(lists?.failure);
  return passed === null || failed === null ? null : { passed, failed };
}

function idsOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((id) => typeof id === "string") ? value : null;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
