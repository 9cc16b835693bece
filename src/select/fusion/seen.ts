// Which instances a fusion was fitted on, without their names: those are ranked by weights that never saw them.
import { sha256 } from "../../core/hash.js";
import type { Evidence } from "../../core/schemas.js";
import { EMPTY_CANDIDATE } from "../candidate.js";
import type { Fusion, FusionPart } from "./model.js";

/**
 * Hashes by which an instance is known again: its name, and its patches. (Generated tests are no mark: their names, such as
 * `test_issue.py`, are the same in many instances.)
 */
export function marksOf(pool: readonly Evidence[]): readonly string[] {
  const name = pool[0]?.instanceId;
  return [...(name === undefined ? [] : [short(`instance\0${name}`)]), ...contentMarks(pool)];
}

/** Those of `marksOf` that stay where instances and rollouts are renamed; sorted. */
export function contentMarks(pool: readonly Evidence[]): readonly string[] {
  const marks = pool.flatMap(({ candidateId }) =>
    candidateId === null || candidateId === EMPTY_CANDIDATE ? [] : [short(`patch\0${candidateId}`)],
  );
  return [...new Set(marks)].sort();
}

export function repositoryMark(repository: string): string {
  return short(`repository\0${repository}`);
}

/** The weights for this instance, and whether the fusion was fitted on it. */
export function partFor(
  fusion: Fusion,
  pool: readonly Evidence[],
): { readonly part: FusionPart; readonly isSeen: boolean } {
  const fold = marksOf(pool)
    .map((mark) => fusion.fitted.seen[mark])
    .find((place) => place !== undefined);
  const part = fold === undefined ? fusion.all : fusion.folds[fold];
  return { part: part ?? fusion.all, isSeen: fold !== undefined };
}

function short(text: string): string {
  return sha256(text).slice(0, 16);
}
