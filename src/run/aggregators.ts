// Aggregators by the name that the command line gives them: registered ones, and fusions, which are read from a folder.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BestkError, messageOf } from "../core/errors.js";
import type { Aggregator } from "../select/aggregator.js";
import { type Fusion, parseFusion } from "../select/fusion/model.js";
import { type FusionOptions, fusion } from "../select/fusion.js";
import { aggregatorNamed } from "../select/registry.js";

const PREFIX = "fusion:";

export const FUSION_FILE = "fusion.json";

/** The folder of the fusion that ships with bestk. */
export function shippedFusionFolder(): string {
  return fileURLToPath(new URL("../../models/fusion-1/", import.meta.url));
}

/**
 * `fusion` is the one that ships; `fusion:DIR` is the fusion in that folder (or file), under that name; any other name is a registered one. Throws BestkError
 * `usage` for an unknown name, `input` for a folder without a fusion.
 */
export function openAggregator(name: string, options: Omit<FusionOptions, "name"> = {}): Aggregator {
  if (name === "fusion") return fusion(readFusion(shippedFusionFolder()), { ...options, name });
  if (name.startsWith(PREFIX)) return fusion(readFusion(name.slice(PREFIX.length)), { ...options, name });
  return aggregatorNamed(name);
}

/** Small enough to be read at once. Throws BestkError `usage` for no folder, `input` where there is no fusion. */
export function readFusion(path: string): Fusion {
  if (path === "") {
    throw new BestkError("usage", "fusion: names no folder", { hint: "write fusion:DIR, where `bestk fit` wrote DIR" });
  }
  const hint = "`bestk fit EVIDENCE -o DIR` writes one";
  let text: string;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(path, FUSION_FILE) : path;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    throw new BestkError("input", `${file}: ${isMissing ? "no fusion there" : messageOf(thrown)}`, {
      hint,
      cause: thrown,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new BestkError("input", `${file}: not JSON (${messageOf(thrown)})`, { hint, cause: thrown });
  }
  return parseFusion(value, file);
}
