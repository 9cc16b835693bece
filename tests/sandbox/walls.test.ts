import { describe, expect, it } from "vitest";
import { tryDockerWalls } from "../../src/sandbox/docker.js";
import type { ExecResult, Sandbox, SandboxBackend } from "../../src/sandbox/sandbox.js";
import { SandboxError } from "../../src/sandbox/sandbox.js";
import { tryWalls } from "../../src/sandbox/walls.js";
import { describeWithEngine, TEST_IMAGE } from "../support/engine.js";

const never = new AbortController().signal;
const now = (): number => performance.now();

describeWithEngine("walls of the docker sandbox", () => {
  it("all hold here", { timeout: 120_000 }, async () => {
    const walls = await tryDockerWalls({ now }, TEST_IMAGE, never);
    expect(walls?.filter(({ holds }) => !holds)).toEqual([]);
    expect(walls?.length).toBeGreaterThanOrEqual(12);
  });
});

describe("walls of a backend without any", () => {
  const open = (exec: () => Promise<ExecResult>): SandboxBackend => ({
    name: "none",
    guarantees: {} as SandboxBackend["guarantees"],
    check: async () => {},
    sweep: async () => 0,
    open: async (): Promise<Sandbox> => ({
      workdir: "/tmp",
      exec,
      writeFiles: async () => {},
      readFile: async () => null,
      killAll: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }),
  });
  const said = (text: string): ExecResult => {
    const ended = {
      exitCode: 0,
      stderr: new Uint8Array(),
      truncated: false,
      timedOut: false,
      oom: false,
      durationMs: 1,
    };
    return { ...ended, stdout: Buffer.from(text) };
  };

  it("are told to be missing, whatever it answers", async () => {
    for (const text of ["0\neth0\nnr_throttled 0\n96\nfiles", "", "00000000a80425fb"]) {
      const walls = await tryWalls(
        open(async () => said(text)),
        "image",
        never,
      );
      expect(walls.filter(({ holds }) => holds)).toEqual([]);
    }
  });

  it("are told to be missing where it breaks", async () => {
    const broken = async (): Promise<ExecResult> => {
      throw new SandboxError("engine-gone", "it is gone");
    };
    const walls = await tryWalls(open(broken), "image", never);
    expect(walls.every(({ holds, found }) => !holds && found === "it is gone")).toBe(true);
  });
});
