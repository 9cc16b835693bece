// Whatever a record holds, an adapter yields rollouts or says which field is wrong: nothing else may come out of it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Adapter, RecordError } from "../../src/rollouts/adapter.js";
import { ADAPTERS } from "../../src/rollouts/registry.js";
import { readFixture } from "../support/rolloutFixture.js";

const ROOT = fileURLToPath(new URL("../fixtures/rollouts", import.meta.url));
const FORMATS = [
  "agentless",
  "augment",
  "autocoderover",
  "moatless",
  "openhands",
  "openhands-sdk",
  "r2e-gym",
  "trae",
] as const;
const source = {
  file: "x/acme__calc-1.json",
  relativePath: "acme__calc-1.json",
  sibling: async () => null,
  names: async () => [],
};

describe.each(FORMATS)("%s", (format) => {
  const adapter: Adapter = ADAPTERS[format];

  test("any JSON is detected or not, and read or refused by field", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), (value) => holds(adapter, value)),
      { numRuns: 200 },
    );
  });

  test("a fixture with any one value replaced is read or refused by field", async () => {
    const records = recordsOf(format);
    const broken = fc
      .record({ at: fc.nat(), path: fc.infiniteStream(fc.nat()), value: fc.jsonValue({ maxDepth: 2 }) })
      .map(({ at, path, value }) => replaced(records[at % records.length], path, value));
    await fc.assert(
      fc.asyncProperty(broken, (value) => holds(adapter, value)),
      { numRuns: 300 },
    );
  });

  test("no ground truth leaves with a rollout", async () => {
    const { rollouts } = await readFixture(format);
    const texts = Object.values(rollouts).map(({ patch, trajectory }) => JSON.stringify({ patch, trajectory }));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.includes("CANARY"))).toEqual([]);
  });
});

async function holds(adapter: Adapter, value: unknown): Promise<void> {
  for (const shape of ["object", "array", "jsonl"] as const) adapter.detect({ shape, first: value, head: "", source });
  try {
    for (const { instanceId, patch, trajectory } of await adapter.read({ value, line: 1, key: null }, source)) {
      expect(instanceId).not.toBe("");
      expect(patch === null || typeof patch === "string").toBe(true);
      const texts = (trajectory?.steps ?? []).flatMap(({ thought, action, observation }) => [
        thought,
        action,
        observation,
      ]);
      expect(texts.every((text) => typeof text === "string")).toBe(true);
    }
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
  }
}

/** All records of a format's JSON fixtures. */
function recordsOf(format: string): unknown[] {
  return filesIn(join(ROOT, format))
    .filter((file) => /\.jsonl?$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      return file.endsWith(".jsonl")
        ? text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [JSON.parse(text)];
    });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesIn(path) : [path]));
}

/** A copy in which the value at a random place is another; the path says which member is followed, and where it ends. */
function replaced(value: unknown, path: Iterator<number>, other: unknown): unknown {
  const step = path.next().value as number;
  if (value === null || typeof value !== "object" || step % 7 === 0) return other;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step % value.length ? replaced(item, path, other) : item));
  const keys = Object.keys(value);
  const key = keys[step % keys.length];
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? replaced(item, path, other) : item]),
  );
}
