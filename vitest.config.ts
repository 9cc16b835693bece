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
    reporters: ["default", "./tests/support/engineReporter.ts"],
  },
});
