// Whatever a file holds, reading it yields rollouts or problems: every adapter, any JSON, any bytes, any damage.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS, RecordError } from "../../src/rollouts/adapter.js";
import { ADAPTERS } from "../../src/rollouts/registry.js";
import { sourceOf } from "../../src/rollouts/sources.js";
import { FIXTURES, folderOf, inspect, jsonLines } from "./files.js";

const source = sourceOf("demo__demo-1/file.json", "file.json", true);

/** Objects with the fields that adapters look at, holding anything. */
const FIELDS = [
  ..."schema instanceId rolloutId patch trajectory resolved instance_id model_patch model_name_or_path prediction info".split(
    " ",
  ),
  ..."submission history messages role content tool_calls function arguments name source run action observation".split(
    " ",
  ),
  ..."thought state environment replay_config issue steps trajectory_format output type text is_demo".split(" "),
];
const lookalike = fc.letrec<{ value: unknown; node: unknown }>((tie) => ({
  node: fc.dictionary(fc.constantFrom(...FIELDS), tie("value"), { maxKeys: 8 }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom("bestk.rollout/1", "assistant", "user", "<tool_call>{", "```\nls\n```"),
    tie("node"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).node;

describe("hostile input", () => {
  it.each(FORMATS)("%s reads any record, or says which field is wrong", async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(lookalike, fc.jsonValue()), async (value) => {
        try {
          for (const rollout of await ADAPTERS[format].read({ value, line: 1, key: null }, source)) {
            expect(rollout.instanceId).not.toBe("");
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RecordError);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(FORMATS)("%s looks at any content without throwing", (format) => {
    const shape = fc.constantFrom("object", "array", "jsonl", "text" as const);
    fc.assert(
      fc.property(
        shape,
        fc.oneof(lookalike, fc.jsonValue(), fc.constant(undefined)),
        fc.string(),
        (shape, first, head) => {
          expect(["document", "lines", "elements", "entries", "text", null]).toContain(
            ADAPTERS[format].detect({ shape, first, head, source }),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it("reads any bytes", async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(...'[]{}",:\\\n 1aN') }).map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 8 }), async (contents) => {
        const folder = await folderOf(Object.fromEntries(contents.map((content, index) => [`f${index}`, content])));
        const lines = await inspect([folder]);
        expect(lines).toHaveLength(contents.length);
        expect(lines.every((line) => line.format !== null || line.problems.length === 1)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("reads any list, object and lines of look-alike records", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lookalike, { minLength: 1, maxLength: 4 }), async (records) => {
        const folder = await folderOf({
          "a.json": JSON.stringify(records),
          "b.jsonl": jsonLines(...records),
          "c.json": JSON.stringify(records[0], null, 2),
          "d.json": JSON.stringify({ ...records }),
        });
        expect(await inspect([folder])).toHaveLength(4);
      }),
      { numRuns: 60 },
    );
  });

  it("reads each fixture cut at any place", async () => {
    const fixtures: Buffer[] = [];
    for (const entry of await readdir(FIXTURES, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) fixtures.push(await readFile(join(entry.parentPath, entry.name)));
    }
    expect(fixtures.length).toBeGreaterThan(10);
    const shares = [0.05, 0.3, 0.5, 0.8, 0.99];
    const cut = fixtures.flatMap((bytes) => shares.map((share) => bytes.subarray(0, Math.floor(bytes.length * share))));
    const folder = await folderOf(Object.fromEntries(cut.map((bytes, index) => [`demo__demo-1/f${index}`, bytes])));
    const lines = await inspect([folder]);
    expect(lines).toHaveLength(cut.length);
    expect(lines.filter((line) => line.rollouts === 0).every((line) => line.problems.length > 0)).toBe(true);
  });

  it("refuses nesting that no stack holds", async () => {
    const deep = `{"instance_id":"i","model_patch":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const messages = `{"source":"s","run":"r","instance_id":"i","messages":[{"role":"user","content":${'[{"type":"tool_result","content":'.repeat(20_000)}1${"}]".repeat(20_000)}}]}`;
    const folder = await folderOf({ "a.json": deep, "b.json": messages });
    for (const line of await inspect([folder])) expect(line.problems.length).toBeGreaterThan(0);
  });
});
