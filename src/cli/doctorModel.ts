// What doctor checks of the reward model: that its folder can be read, and that it gives a score.
import { deadline } from "../core/deadline.js";
import { BestkError, messageOf } from "../core/errors.js";
import { absent, type Finding, present } from "./finding.js";
import { openModel } from "./rewardModel.js";

const NAME = "reward model";
const SCORE_MS = 60_000;

/** A trajectory of two steps: what comes out says nothing, that it comes out says that the model runs. */
const INPUT = {
  issue: "add(1, 2) returns -1",
  trajectory: {
    issue: null,
    steps: [
      { thought: "I look at the code.", action: "cat add.py", observation: "def add(a, b):\n    return a - b" },
      { thought: "The sign is wrong.", action: "sed -i s/-/+/ add.py", observation: "" },
    ],
    exitStatus: "submitted",
  },
  patch:
    "diff --git a/add.py b/add.py\n--- a/add.py\n+++ b/add.py\n@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n",
};

export async function checkModel(folder: string | undefined): Promise<readonly Finding[]> {
  const cure = "give the folder of a model by --model, or install bestk again for the shipped one";
  try {
    await using model = await openModel(folder);
    using limit = deadline(new AbortController().signal, SCORE_MS);
    const begun = performance.now();
    await model.open(limit.signal);
    const scored = await model.score(model.prepare(INPUT), limit.signal);
    const took = `${Math.round(performance.now() - begun)} ms to load and score`;
    if (scored.status === "ok") return [present(NAME, true, `${model.name}, ${took}`)];
    return [absent(NAME, true, model.name, `it gives no score: ${scored.reason} (${scored.message})`, cure)];
  } catch (thrown) {
    const hint = thrown instanceof BestkError ? thrown.hint : null;
    return [absent(NAME, true, folder ?? "the shipped one", messageOf(thrown), hint ?? cure)];
  }
}
