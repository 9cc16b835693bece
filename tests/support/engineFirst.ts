// In which order test files start: those with containers first, since they take longest, and what computes fills their pauses.
import { readFileSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

export class EngineFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const withEngine = sorted.filter(({ moduleId }) => readFileSync(moduleId, "utf8").includes("describeWithEngine("));
    return [...new Set([...withEngine, ...sorted])];
  }
}
