// The Docker backend: the conformance suite, and what is its own: hardening, an engine that goes away, sweeping, images.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import type { Environment } from "../../src/core/types.js";
import { connect, dockerBackend } from "../../src/sandbox/docker.js";
import { hardenedBody } from "../../src/sandbox/hardened.js";
import { thisOwner } from "../../src/sandbox/owner.js";
import { DEFAULT_LIMITS, type SandboxSpec } from "../../src/sandbox/sandbox.js";
import { describeWithEngine, engineSocket, TEST_IMAGE } from "../support/engine.js";
import { failsWith, LIMITS, REPOSITORY, sandboxConformance, text } from "./conformance.js";

const now = (): number => performance.now();
const never = new AbortController().signal;
const silent = (): void => {};

let folder = "";
let image = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-docker-test-"));
  for (const [path, content] of Object.entries(REPOSITORY)) {
    await mkdir(dirname(join(folder, "repository", path)), { recursive: true });
    await writeFile(join(folder, "repository", path), content);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = (change: Partial<Environment> = {}): Environment => ({
  image: null,
  baseImage: TEST_IMAGE,
  repository: join(folder, "repository"),
  setup: [],
  workdir: "/testbed",
  env: {},
  ...change,
});

const spec = (change: Partial<SandboxSpec> = {}): SandboxSpec => ({
  instanceId: "conformance",
  image,
  repository: null,
  baseCommit: null,
  workdir: "/testbed",
  env: { SPEC: "spec", KEPT: "kept" },
  limits: LIMITS,
  labels: { "bestk.test": "1" },
  ...change,
});

describeWithEngine("docker sandbox", () => {
  const backend = dockerBackend({ now });
  const engine = connect();
  const made = (change: Partial<Environment> = {}) =>
    backend.ensureImage(
      { instanceId: "Conformance__1", environment: environment(change), baseCommit: null, pull: false },
      never,
      silent,
    );
  beforeAll(async () => {
    image = (await made()).id;
  }, 120_000);

  describe("from an image made by bestk", () => {
    sandboxConformance(async () => ({ backend, spec: spec(), ownsFiles: true, ...PYTHON }));
  });

  describe("from a ready image whose tree is root's", () => {
    sandboxConformance(async () => {
      const id = await engine.create({ ...hardenedBody(image, spec(), await thisOwner()) }, never);
      try {
        await engine.start(id, never);
        const chown = "chown -R 0:0 /testbed && chmod 755 /testbed";
        const started = await engine.exec(
          id,
          { argv: ["/bin/sh", "-c", chown], user: "0:0", env: {}, stdin: false },
          never,
        );
        await new Promise((resolve) => started.stream.resume().once("close", resolve));
        const name = { repo: "bestk/conformance-ready", tag: "test" };
        const ready = await engine.commit(id, name, ['LABEL bestk.prepared=""', 'LABEL bestk.owner=""'], never);
        return { backend, spec: spec({ image: ready }), ownsFiles: false, ...PYTHON };
      } finally {
        await engine.remove(id, never);
      }
    });
  });

  it("takes from the tested user all that a container can be without", async () => {
    await using sandbox = await backend.open(spec(), never);
    const ask = async (command: string, user: "tested" | "controller" = "tested") =>
      text((await sandbox.exec({ command, timeoutMs: 10_000, user }, never)).stdout);
    const status = await ask("cat /proc/self/status");
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
      expect(status).toMatch(new RegExp(`^${set}:\t0+$`, "m"));
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    // CHOWN, DAC_OVERRIDE, FOWNER and KILL: bits 0, 1, 3 and 5.
    expect(await ask("cat /proc/self/status", "controller")).toMatch(/^CapEff:\t0+2b$/m);
    expect((await ask("cut -d: -f1 /proc/net/dev | tail -n +3")).trim()).toBe("lo");
    expect(await ask("ls /var/run/docker.sock /.dockerinit 2>/dev/null; grep -c ' /host' /proc/self/mountinfo")).toBe(
      "0\n",
    );
    expect(await ask("kill -9 1 && echo killed; kill -0 7 && echo seen; true")).toBe("");
    expect(await ask("echo still >/etc/passwd; su -c id; cat /proc/1/environ; id -u")).toBe("65532\n");
    expect(await ask("python3 -c 'import getpass, os; print(getpass.getuser(), os.path.expanduser(\"~\"))'")).toBe(
      "bestk /home/bestk\n",
    );
  });

  it("gives no more than its share of the processor", async () => {
    const limits = { ...LIMITS, cpus: 0.5 };
    await using sandbox = await backend.open(spec({ limits }), never);
    const spin =
      "python3 -c 'import os,time\nfor i in range(3): os.fork()\nend=time.time()+1.5\nwhile time.time()<end: pass\nprint(sum(os.times()[:2]))'";
    const { stdout } = await sandbox.exec({ command: spin, timeoutMs: 20_000, user: "tested" }, never);
    const seconds = text(stdout).trim().split("\n").map(Number);
    expect(seconds.length).toBeGreaterThan(0);
    expect(seconds.reduce((sum, value) => sum + value, 0)).toBeLessThan(1.5);
  });

  it("survives a fork bomb that fills its processes, and can be used afterwards", async () => {
    await using sandbox = await backend.open(spec({ limits: { ...LIMITS, pids: 512 } }), never);
    const bomb = "python3 -c 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass'";
    const begun = now();
    const result = await sandbox.exec({ command: bomb, timeoutMs: 1_500, user: "tested" }, never);
    expect(result.timedOut || result.oom).toBe(true);
    expect(now() - begun).toBeLessThan(20_000);
    const after = await sandbox.exec(
      { command: "ls -d /proc/[0-9]* | wc -l", timeoutMs: 10_000, user: "tested" },
      never,
    );
    expect(Number(text(after.stdout))).toBeLessThan(12);
  }, 60_000);

  it("has its controller at hand after a flood that took all processes with it", async () => {
    await using sandbox = await backend.open(spec({ limits: { ...LIMITS, pids: 256 } }), never);
    const flood =
      "python3 -c 'import os,time\nfor i in range(150):\n  if os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)'";
    for (let i = 0; i < 10; i++) {
      await sandbox.writeFiles([{ path: "found", content: String(i), mode: 0o644 }], never);
      await sandbox.exec({ command: flood, timeoutMs: 20_000, user: "tested" }, never);
      await sandbox.killAll(never);
      expect(text((await sandbox.readFile("found", 10, never)) ?? new Uint8Array())).toBe(String(i));
    }
  }, 60_000);

  it("says in seconds that the engine went away, and never takes it for a result", async () => {
    const proxy = await engineProxy(join(folder, "engine.sock"));
    const through = dockerBackend({ now, socketPath: proxy.path });
    const sandbox = await through.open(spec({ labels: { "bestk.test": "lost-engine" } }), never);
    await sandbox.exec({ command: "true", timeoutMs: 5_000, user: "controller" }, never);
    const running = (["tested", "controller"] as const).map((user) =>
      expect(sandbox.exec({ command: "sleep 30", timeoutMs: 60_000, user }, never)).rejects.toSatisfy(
        failsWith("engine-gone"),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const begun = now();
    await proxy.close();
    await Promise.all(running);
    await expect(sandbox.exec({ command: "true", timeoutMs: 5_000, user: "tested" }, never)).rejects.toSatisfy(
      failsWith("engine-gone"),
    );
    await expect(sandbox.readFile("hello.txt", 10, never)).rejects.toSatisfy(failsWith("engine-gone"));
    await expect(sandbox.killAll(never)).rejects.toSatisfy(failsWith("engine-gone"));
    await expect(through.open(spec(), never)).rejects.toSatisfy(failsWith("engine-gone"));
    await expect(through.sweep(never)).rejects.toSatisfy(failsWith("engine-gone"));
    await expect(through.check(never)).rejects.toSatisfy((e) => e instanceof BestkError && e.code === "prerequisite");
    await sandbox[Symbol.asyncDispose]();
    expect(now() - begun).toBeLessThan(10_000);
    for (const left of await engine.list("bestk.test=lost-engine", never)) await engine.remove(left.id, never);
  });

  it("leaves no running container behind when bestk is killed, and the next sweep removes what is left", async () => {
    const script = fileURLToPath(new URL("../support/openAndWait.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, image], { stdio: ["ignore", "pipe", "inherit"] });
    const id = await firstLine(child);
    const container = (await engine.list(`bestk.test=${id}`, never))[0];
    expect((await engine.inspect(container?.id ?? "", false, never))?.running).toBe(true);
    await backend.sweep(never);
    expect((await engine.inspect(container?.id ?? "", false, never))?.running).toBe(true);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    await until(async () => (await engine.inspect(container?.id ?? "", false, never))?.running === false);
    expect(await backend.sweep(never)).toBeGreaterThanOrEqual(1);
    expect(await engine.inspect(container?.id ?? "", false, never)).toBeNull();
  }, 60_000);

  it("tells a missing image from everything else", async () => {
    await expect(backend.open(spec({ image: "bestk/none:none" }), never)).rejects.toSatisfy(failsWith("image-missing"));
    await expect(made({ image: "bestk/none:none" })).rejects.toSatisfy(failsWith("image-missing"));
    await expect(made({ baseImage: "bestk/none:none" })).rejects.toSatisfy(failsWith("image-missing"));
    await expect(made({ baseImage: null })).rejects.toSatisfy(
      (e) => e instanceof BestkError && e.code === "configuration",
    );
    await expect(backend.open(spec({ workdir: "/no/where" }), never)).rejects.toThrow(/can't be used: .*no\/where/);
  });

  it("makes an image once, and another one when anything that goes into it changes", async () => {
    const setup = ["echo built >built.txt", "echo more >>hello.txt", "echo $FROM_ENV >/opt/env"];
    const first = await made({ setup, env: { FROM_ENV: "it's" } });
    const begun = now();
    const second = await made({ setup, env: { FROM_ENV: "it's" } });
    expect(now() - begun).toBeLessThan(2_000);
    expect(second).toEqual({ ...first, made: false });
    expect(first.name).toMatch(/^bestk\/conformance__1:[0-9a-f]{16}$/);
    expect((await made({ setup })).id).not.toBe(first.id);
    await using sandbox = await backend.open(spec({ image: first.id }), never);
    const ask = async (command: string) =>
      text((await sandbox.exec({ command, timeoutMs: 10_000, user: "controller" }, never)).stdout);
    const state = "cat built.txt hello.txt /opt/env; git status --porcelain";
    expect(await ask(state)).toBe("built\nhello\nmore\nit's\n");
    expect(
      await ask(`echo x >hello.txt; touch stray; git reset -q --hard HEAD && git clean -fdq; ls stray; ${state}`),
    ).toBe("built\nhello\nmore\nit's\n");
  }, 120_000);

  it("says which set-up command failed, how, and what it said", async () => {
    const failing = made({ setup: ["true", "echo because >&2; exit 9", "true"] });
    await expect(failing).rejects.toSatisfy(
      (e) =>
        e instanceof BestkError &&
        e.code === "prerequisite" &&
        /set-up command 2 of 3 failed \(exit code 9\)/.test(e.message) &&
        /because/.test(e.hint ?? ""),
    );
    const stopped = new AbortController();
    setTimeout(() => stopped.abort(), 1_500);
    const request = {
      instanceId: "stop",
      environment: environment({ setup: ["sleep 60"] }),
      baseCommit: null,
      pull: false,
    };
    await expect(backend.ensureImage(request, stopped.signal, silent)).rejects.toSatisfy(failsWith("aborted"));
    expect(await engine.list("bestk.instance=stop", never)).toEqual([]);
  }, 60_000);
});

describe("docker sandbox without an engine", () => {
  it("says so at once, as a prerequisite", async () => {
    const backend = dockerBackend({ now, socketPath: join(tmpdir(), "no-engine-here.sock") });
    await expect(backend.check(never)).rejects.toSatisfy(
      (e) => e instanceof BestkError && e.code === "prerequisite" && e.hint?.includes("--sandbox process") === true,
    );
    await expect(backend.open(spec({ image: "x", limits: DEFAULT_LIMITS }), never)).rejects.toSatisfy(
      failsWith("engine-gone"),
    );
  });
});

const PYTHON = {
  allocate: (mebibytes: number) => `python3 -c 'x = b"1" * (${mebibytes} << 20); import time; time.sleep(2)'`,
  connect: (host: string, port: number) =>
    `python3 -c 'import socket; socket.create_connection(("${host}", ${port}), 3)'`,
};

/** A socket in front of the engine's that can be broken in the middle of everything. */
async function engineProxy(path: string): Promise<{ path: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ path: engineSocket(), allowHalfOpen: true });
    for (const socket of [near, far]) sockets.add(socket.on("error", silent));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").trim()));
    child.once("exit", (code) => reject(new Error(`ended early with ${code}`)));
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it never came to hold");
}
