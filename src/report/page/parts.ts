// Names of the page's parts: made of where a text belongs, so that a server finds it by its name and no path is ever given.

import { contentHash } from "../../core/hash.js";
import type { PartRef } from "../../core/page.js";
import type { SourceText } from "./source.js";

/** What a part is of: the order in which the file takes them in, and what is counted where it leaves one out. */
export type PartKind = "patch" | "log" | "trajectory" | "model-input";

/** 1: of the candidate that was chosen; 2: of those that differ from it; 3: the rest. Normalised patches are 0. */
export type PartTier = 0 | 1 | 2 | 3;

export interface PageText extends SourceText {
  readonly id: PartRef;
  readonly kind: PartKind;
  readonly tier: PartTier;
}

const INSTANCE_DIGITS = 16;
const TEXT_DIGITS = 24;

/** What all part names of an instance begin with. */
export function instancePrefix(runId: string, instanceId: string): string {
  return contentHash([runId, instanceId]).slice(0, INSTANCE_DIGITS);
}

/** The part that is the `InstanceDetail`. */
export function detailRef(runId: string, instanceId: string): PartRef {
  return `${instancePrefix(runId, instanceId)}-detail`;
}

export function textRef(prefix: string, ...names: readonly string[]): PartRef {
  return `${prefix}-${contentHash(names).slice(0, TEXT_DIGITS)}`;
}

/** The prefix of a part's name, or null for what is no such name. */
export function prefixOf(ref: PartRef): string | null {
  return /^([0-9a-f]{16})-(?:detail|[0-9a-f]{24})$/.exec(ref)?.[1] ?? null;
}
