import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/sharedFolder.ts"],
    setupFiles: ["tests/support/propertySeed.ts"],
    pool: "forks",
    testTimeout: 30_000,
    reporters: ["default", "./tests/support/engineReporter.ts"],
  },
});
