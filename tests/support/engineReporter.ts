// Says in a line each how many tests were skipped because no engine answers, and because there is no browser.
import type { Reporter, TestModule } from "vitest/node";
import { BROWSER_MARK } from "./browserMark.js";
import { ENGINE_MARK } from "./engineMark.js";

const SKIPPED = [
  [ENGINE_MARK, "container tests skipped: no engine answers, or it lacks the image of make-image.sh"],
  [BROWSER_MARK, "browser tests skipped: there is no chromium, and BESTK_BROWSER names none"],
] as const;

export default class EngineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests("skipped")]);
    for (const [mark, words] of SKIPPED) {
      const skipped = tests.filter(({ fullName }) => fullName.includes(mark)).length;
      if (skipped > 0) console.log(`${skipped} ${words}`);
    }
  }
}
