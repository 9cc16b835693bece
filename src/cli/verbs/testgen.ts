// `bestk testgen …`: one subcommand a generator, and the filter that runs what they made on base.
import type { VerbGroup } from "../verb.js";

export const testgen: VerbGroup = {
  summary: "generated tests: from rollouts, from elsewhere, or by a model, and filtered by running",
  // A further generator is a line here.
  verbs: {
    mine: ["tests that the agents wrote", async () => (await import("./testgenMine.js")).testgenMine],
    import: ["tests made elsewhere", async () => (await import("./testgenImport.js")).testgenImport],
    filter: ["keep what fails on base", async () => (await import("./testgenFilter.js")).testgenFilter],
    llm: ["have a model write tests", async () => (await import("./testgenLlm.js")).testgenLlm],
    report: ["what tests tell apart", async () => (await import("./testgenReport.js")).testgenReport],
  },
};
