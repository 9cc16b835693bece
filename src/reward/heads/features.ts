// The head of models that read a vector of features and give one probability.
import { ok, unavailable } from "../../core/signal.js";
import type { Head, HeadSettings } from "../head.js";

/** Input: float32 [1, features]. Output: one float32 probability that the rollout is right, before calibration. */
export const featuresHead: Head = {
  reads: "features",
  needs: (settings) => ({ inputs: [settings.input], outputs: [settings.output] }),
  inputs: (input, settings) => ({
    [settings.input]: { type: "float32", data: Float32Array.from(input.features), dims: [1, input.features.length] },
  }),
  reward: (outputs, settings) => {
    const probability = Number(outputs[settings.output]?.data[0] ?? Number.NaN);
    if (!(probability >= 0 && probability <= 1)) {
      return unavailable("model-error", `the model gave ${probability}, not a probability`);
    }
    return ok(calibrated(probability, settings.calibration));
  },
};

/** Platt's form. */
function calibrated(probability: number, { scale, offset }: HeadSettings["calibration"]): number {
  const inside = Math.min(Math.max(probability, 1e-7), 1 - 1e-7);
  return 1 / (1 + Math.exp(-(scale * Math.log(inside / (1 - inside)) + offset)));
}
