import { defineConfig } from "vitest/config";
import { EngineFirst } from "./tests/support/engineFirst.js";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/sharedFolder.ts"],
    setupFiles: ["tests/support/propertySeed.ts"],
    sequence: { sequencer: EngineFirst },
    pool: "forks",
    testTimeout: 30_000,
    // On a loaded machine a page takes its time.
    expect: { poll: { timeout: 10_000 } },
    reporters: ["default", "./tests/support/engineReporter.ts"],
  },
});
