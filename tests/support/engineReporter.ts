// Says in one line how many container tests were skipped because no engine answers.
import type { Reporter, TestModule } from "vitest/node";
import { ENGINE_MARK } from "./engineMark.js";

export default class EngineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let skipped = 0;
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        if (test.fullName.includes(ENGINE_MARK)) skipped += 1;
      }
    }
    if (skipped > 0) {
      console.log(`${skipped} container tests skipped: no engine answers, or it lacks the image of make-image.sh`);
    }
  }
}
