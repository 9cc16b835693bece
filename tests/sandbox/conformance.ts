// What every sandbox backend must do, and what it must do of what it promises: one suite, run by each backend's test file.
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ExecRequest,
  type ExecResult,
  type Sandbox,
  type SandboxBackend,
  SandboxError,
  type SandboxSpec,
} from "../../src/sandbox/sandbox.js";

/** A backend under test, and how to say a few things in the language that its sandboxes have. */
export interface Subject {
  readonly backend: SandboxBackend;
  readonly spec: SandboxSpec;
  /** Whether files of the repository are the tested user's own, or it can only replace them. */
  readonly ownsFiles: boolean;
  /** Takes and touches that much memory, then waits. */
  allocate(mebibytes: number): string;
  /** Exits 0 if a TCP connection can be made. */
  connect(host: string, port: number): string;
}

export const LIMITS = { memoryBytes: 256 * 1024 ** 2, cpus: 1, pids: 64, diskBytes: 32 * 1024 ** 2 };

const never = new AbortController().signal;

/** Files of the repository that a subject's sandboxes must hold. */
export const REPOSITORY = { "hello.txt": "hello\n", "package/data.txt": "1\n", "tests/test_old.py": "OLD = 1\n" };

export function sandboxConformance(prepare: () => Promise<Subject>): void {
  let subject: Subject;
  let shared: Sandbox;
  beforeAll(async () => {
    subject = await prepare();
    shared = await subject.backend.open(subject.spec, never);
  }, 120_000);
  afterAll(() => shared?.[Symbol.asyncDispose]());

  const run = (command: string, more: Partial<ExecRequest> = {}, sandbox = shared): Promise<ExecResult> =>
    sandbox.exec({ command, timeoutMs: 20_000, user: "tested", ...more }, never);
  const withSandbox = async (use: (sandbox: Sandbox) => Promise<void>, spec: Partial<SandboxSpec> = {}) => {
    await using sandbox = await subject.backend.open({ ...subject.spec, ...spec }, never);
    await use(sandbox);
  };
  /** How many processes of the tested code run whose command line has the word. */
  const alive = async (word: string, sandbox = shared): Promise<number> => {
    const [first, rest] = [word.slice(0, 1), word.slice(1)];
    const script = `n=0; for d in /proc/[0-9]*; do grep -qs '[${first}]${rest}' $d/cmdline && n=$((n + 1)); done; echo $n`;
    return Number(text((await run(script, { user: "controller" }, sandbox)).stdout));
  };

  for (const user of ["tested", "controller"] as const) {
    describe(`a command of the ${user} user`, () => {
      it("gives its exit code, and stdout and stderr apart", async () => {
        const result = await run("echo out; echo err >&2; exit 37", { user });
        expect(result).toMatchObject({ exitCode: 37, timedOut: false, oom: false, truncated: false });
        expect([text(result.stdout), text(result.stderr)]).toEqual(["out\n", "err\n"]);
        expect(result.durationMs).toBeGreaterThan(0);
      });

      it("passes UTF-8 and binary output on unchanged", async () => {
        expect(text((await run("printf 'ħéllo ✓ 🎉'", { user })).stdout)).toBe("ħéllo ✓ 🎉");
        const octal = Array.from({ length: 256 }, (_, byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
        const { stdout } = await run(`printf '${octal}'`, { user });
        expect(Buffer.from(stdout)).toEqual(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
      });

      it("reads its standard input, text or bytes, and finds none if none is given", async () => {
        expect(text((await run("cat", { user, stdin: "it's\ntext" })).stdout)).toBe("it's\ntext");
        const bytes = Buffer.from([0, 255, 10, 39, 92, 37, 0]);
        expect(Buffer.from((await run("cat", { user, stdin: bytes })).stdout)).toEqual(bytes);
        expect((await run("cat", { user })).stdout).toHaveLength(0);
      });

      it("doesn't mind input that nobody reads", async () => {
        expect((await run("exit 0", { user, stdin: "x".repeat(300_000) })).exitCode).toBe(0);
      });

      it("keeps the beginning and the end of too much output, and marks the cut", async () => {
        const script = "echo BEGIN; head -c 12000000 /dev/zero | tr '\\0' x; echo; echo END";
        const whole = await run(script, { user });
        expect(whole.truncated).toBe(true);
        const said = text(whole.stdout);
        expect(said.length).toBeLessThan(10.1 * 1024 ** 2);
        expect(said.startsWith("BEGIN\n")).toBe(true);
        expect(said.endsWith("\nEND\n")).toBe(true);
        expect(said).toMatch(/\[bestk: \d+ bytes of stdout cut here\]/);
        const small = await run("head -c 5000 /dev/zero; head -c 5000 /dev/zero >&2", { user, maxOutputBytes: 1000 });
        expect(small.truncated).toBe(true);
        expect(small.stdout.length + small.stderr.length).toBeLessThan(1200);
      });

      it("has 126 for a missing folder, 127 for a missing command, 128 + n for a signal", async () => {
        expect((await run("true", { user, cwd: "/no/such folder" })).exitCode).toBe(126);
        expect((await run("no-such-command", { user })).exitCode).toBe(127);
        expect((await run("kill -SEGV $$", { user })).exitCode).toBe(139);
        expect((await run("echo 'unclosed", { user })).exitCode).toBe(2);
      });

      it("runs in the workdir or where it is told, with the environment that it is given", async () => {
        expect(text((await run("cat hello.txt", { user })).stdout)).toBe("hello\n");
        expect(text((await run("pwd", { user, cwd: "/" })).stdout)).toBe("/\n");
        const env = { ODD: 'it\'s $HOME\n"x"', SPEC: "over" };
        const { stdout } = await run('printf "%s|%s|%s" "$ODD" "$SPEC" "$KEPT"', { user, env });
        expect(text(stdout)).toBe(`${env.ODD}|over|kept`);
      });

      it("is killed at its time limit, with all it started", async () => {
        const begun = performance.now();
        const stubborn = "trap '' TERM INT HUP; setsid sleep 4242 & (trap '' TERM; sleep 4242) & echo on; sleep 4242";
        const result = await run(stubborn, { user, timeoutMs: 1_000 });
        expect(result).toMatchObject({ exitCode: null, timedOut: true, oom: false });
        expect(text(result.stdout)).toBe("on\n");
        expect(performance.now() - begun).toBeLessThan(10_000);
        expect((await run("echo again", { user })).exitCode).toBe(0);
      });
    });
  }

  it("ends what a tested command leaves behind, daemons too, and doesn't wait for it", async () => {
    const begun = performance.now();
    const daemon =
      "setsid sh -c 'trap \"\" TERM; sleep 3131' & sleep 3131 & env -u NOTHING setsid sleep 3131 & sleep 0.3; echo done";
    const result = await run(daemon);
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(await alive("sleep.3131")).toBe(0);
    await run("setsid sleep 5151 & trap '' TERM; sleep 5151", { timeoutMs: 700 });
    expect(await alive("sleep.5151")).toBe(0);
  });

  it("keeps concurrent commands apart, and kills the one that is over its limit only", async () => {
    const [slow, fast, late] = await Promise.all([
      run("sleep 2; echo slow"),
      run("echo fast; sleep 0.2 & "),
      run("echo late; setsid sleep 60", { timeoutMs: 600 }),
    ]);
    expect([text(slow.stdout), slow.exitCode]).toEqual(["slow\n", 0]);
    expect([text(fast.stdout), fast.exitCode]).toEqual(["fast\n", 0]);
    expect([text(late.stdout), late.timedOut]).toEqual(["late\n", true]);
    const many = await Promise.all(
      Array.from({ length: 6 }, (_, i) => run(`echo ${i}; exit ${i}`, { user: i % 2 ? "tested" : "controller" })),
    );
    expect(many.map((result) => result.exitCode)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("killAll ends running commands of the tested user, and none of the controller's", async () => {
    const tested = run("sleep 30");
    const controller = run("sleep 1.5; echo kept", { user: "controller" });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await shared.killAll(never);
    expect((await tested).exitCode).toBe(137);
    expect(text((await controller).stdout)).toBe("kept\n");
  });

  it("tells the memory limit from a crash", async () => {
    const greedy = await run(subject.allocate(600));
    expect(greedy.oom).toBe(subject.backend.guarantees.memory !== "none");
    expect(greedy.timedOut).toBe(false);
    expect(greedy.exitCode).toBe(subject.backend.guarantees.memory !== "none" ? 137 : 0);
    expect(await run("kill -KILL $$")).toMatchObject({ exitCode: 137, oom: false });
    expect((await run("echo alive")).exitCode).toBe(0);
  });

  it("stops a command that makes processes without end", async () => {
    const bomb = "i=0; while [ $i -lt 150 ]; do sleep 20 & i=$((i + 1)); done; echo all; sleep 3";
    const result = await run(bomb);
    const said = text(result.stdout);
    if (subject.backend.guarantees.processes === "none") expect(said).toBe("all\n");
    else
      expect([said, result.exitCode === 0]).toEqual([
        subject.backend.guarantees.processes === "enforced" ? "" : said,
        false,
      ]);
    expect((await run("echo alive")).exitCode).toBe(0);
  });

  it("limits what is written to disk", async () => {
    await withSandbox(async (sandbox) => {
      const big = await run("head -c 40000000 /dev/zero >one; ls -l one", {}, sandbox);
      expect(Number(text(big.stdout).split(/\s+/)[4])).toBeLessThanOrEqual(LIMITS.diskBytes);
      const loop = "for i in 1 2 3 4 5 6; do head -c 20000000 /dev/zero >f$i; sleep 0.5; done; echo wrote all";
      const many = await run(loop, {}, sandbox);
      const watched = subject.backend.guarantees.disk === "watched";
      expect(text(many.stdout)).toBe(watched ? "" : "wrote all\n");
      if (watched) expect(text(many.stderr)).toContain("limit of disk");
    });
  });

  it("reaches no network where it promises that", async () => {
    const server = createServer((socket) => socket.end());
    try {
      const port = await listen(server);
      const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
      const hosts = ["127.0.0.1", ...addresses.filter((a) => a.family === "IPv4" && !a.internal).map((a) => a.address)];
      for (const host of hosts.slice(0, 2)) {
        const result = await run(subject.connect(host, port));
        expect([host, result.exitCode === 0]).toEqual([host, !subject.backend.guarantees.isolatedNetwork]);
      }
    } finally {
      server.close();
    }
  });

  it("sees no file of the host where it promises that", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bestk-host-"));
    try {
      await writeFile(join(folder, "secret"), "of the host");
      const { exitCode } = await run(`cat ${join(folder, "secret")}`);
      expect(exitCode === 0).toBe(!subject.backend.guarantees.isolatedFiles);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("has a clean environment: nothing of bestk's own", async () => {
    process.env.BESTK_TEST_SECRET = "sesame";
    try {
      expect(text((await run("env")).stdout)).not.toContain("sesame");
      expect(text((await run("env", { user: "controller" })).stdout)).not.toContain("sesame");
    } finally {
      delete process.env.BESTK_TEST_SECRET;
    }
  });

  it("writes files into new folders with their mode, and replaces what is there", async () => {
    await withSandbox(async (sandbox) => {
      const files = [
        { path: "new/deep/test_it.py", content: "it's = 'ü'\n" },
        { path: `${sandbox.workdir}/run.sh`, content: "#!/bin/sh\necho ran\n", mode: 0o755 },
        { path: "raw.bin", content: new Uint8Array([0, 1, 254, 255, 37, 92, 39, 10]) },
        { path: "empty", content: "" },
        { path: "tests/test_old.py", content: "NEW = 1\n" },
      ];
      await sandbox.writeFiles(files, never);
      expect(text((await run("cat new/deep/test_it.py tests/test_old.py", {}, sandbox)).stdout)).toBe(
        "it's = 'ü'\nNEW = 1\n",
      );
      expect(text((await run("./run.sh", {}, sandbox)).stdout)).toBe("ran\n");
      for (const { path, content } of files) {
        const back = await sandbox.readFile(path, 1000, never);
        expect(back && Buffer.from(back)).toEqual(
          typeof content === "string" ? Buffer.from(content) : Buffer.from(content),
        );
      }
      const long = "0123456789abcde\n".repeat(80_000);
      await sandbox.writeFiles([{ path: "long.txt", content: long }], never);
      expect(text((await sandbox.readFile("long.txt", 1 << 24, never)) as Uint8Array)).toBe(long);
      expect(text((await sandbox.readFile("long.txt", 7, never)) as Uint8Array)).toBe("0123456");
    });
  });

  it("keeps the controller's files from a tested user of its own", async () => {
    await withSandbox(async (sandbox) => {
      await sandbox.writeFiles([{ path: "tests/deep/test_new.py", content: "SAFE\n" }], never);
      const attempts = [
        "echo bad >tests/deep/test_new.py",
        "rm -f tests/deep/test_new.py && echo bad >tests/deep/test_new.py",
        "mv tests/deep tests/away && mkdir tests/deep && echo bad >tests/deep/test_new.py",
        "mv tests away && mkdir -p tests/deep && echo bad >tests/deep/test_new.py",
        "echo bad >.git/HEAD; rm -rf .git; mv .git gone",
      ];
      for (const attempt of attempts) await run(attempt, {}, sandbox);
      const content = await sandbox.readFile("tests/deep/test_new.py", 100, never);
      const kept = content !== null && text(content) === "SAFE\n";
      const git = (await run("git rev-parse --verify HEAD", { user: "controller" }, sandbox)).exitCode === 0;
      expect([kept, git]).toEqual(subject.backend.guarantees.separateUser ? [true, true] : [false, false]);
    });
  }, 60_000);

  it("lets the tested user write beside the controller's files, as compilers and tests do", async () => {
    await withSandbox(async (sandbox) => {
      await sandbox.writeFiles([{ path: "tests/test_new.py", content: "" }], never);
      const script =
        "mkdir tests/__pycache__ && echo 1 >tests/__pycache__/x.pyc && echo 2 >tests/mine && rm tests/mine && touch top && rm top";
      expect(await run(script, {}, sandbox)).toMatchObject({ exitCode: 0, stderr: Buffer.alloc(0) });
      const replace = "echo 4 >package/new && mv -f package/new package/data.txt && cat package/data.txt";
      expect(text((await run(replace, {}, sandbox)).stdout)).toBe("4\n");
      expect((await run("echo 3 >hello.txt", {}, sandbox)).exitCode === 0).toBe(subject.ownsFiles);
    });
  });

  it("follows no link that tested code planted, neither reading nor writing", async () => {
    await withSandbox(async (sandbox) => {
      await run(
        "echo outside >/tmp/bestk-outside; mkdir real && echo inside >real/file; ln -s /tmp/bestk-outside link; ln -s /tmp folder; ln -s real alias; mkfifo pipe",
        {},
        sandbox,
      );
      for (const path of ["link", "folder/bestk-outside", "alias/file", "pipe", "real", "absent", "hello.txt/x"]) {
        expect([path, await sandbox.readFile(path, 100, never)]).toEqual([path, null]);
      }
      expect(text((await sandbox.readFile("real/../real/file", 100, never)) as Uint8Array)).toBe("inside\n");
      await sandbox.writeFiles(
        [
          { path: "link", content: "mine" },
          { path: "folder/new.txt", content: "mine" },
        ],
        never,
      );
      expect(
        text(
          (await run("cat /tmp/bestk-outside; cat link folder/new.txt; ls /tmp/new.txt 2>/dev/null", {}, sandbox))
            .stdout,
        ),
      ).toBe("outside\nminemine");
      await run("rm -f /tmp/bestk-outside", {}, sandbox);
    });
  });

  it("holds the base commit alone, and a clean tree", async () => {
    const git = async (args: string) => text((await run(`git ${args}`, { user: "controller" })).stdout).trim();
    expect(await git("rev-list --all --count")).toBe("1");
    expect(await git("remote")).toBe("");
    expect(await git("reflog")).toBe("");
    expect((await run("git log -1 --format=%H")).exitCode).toBe(0);
    await withSandbox(async (sandbox) => {
      const status = await run("git status --porcelain", { user: "controller" }, sandbox);
      expect([text(status.stdout), status.exitCode]).toEqual(["", 0]);
    });
  });

  it("runs no hook of the repository for the controller", async () => {
    await withSandbox(async (sandbox) => {
      const hook =
        "mkdir -p .git/hooks && printf '#!/bin/sh\\ntouch hooked\\n' >.git/hooks/post-checkout && chmod +x .git/hooks/post-checkout && git checkout -q -b other && ls";
      const result = await run(hook, { user: "controller" }, sandbox);
      expect(result.exitCode).toBe(0);
      expect(text(result.stdout)).not.toContain("hooked");
    });
  });

  it("carries nothing over from one sandbox to the next", async () => {
    await withSandbox(async (sandbox) => {
      await run(
        "echo left >left.txt; echo x >hello.txt; echo y >$HOME/left.txt; echo z >$TMPDIR/left.txt",
        {},
        sandbox,
      );
      await withSandbox(async (other) => {
        expect(text((await run("cat hello.txt; cat left.txt $HOME/left.txt $TMPDIR/left.txt", {}, other)).stdout)).toBe(
          "hello\n",
        );
      });
    });
  });

  it("stops at the abort signal, which is an error and no result", async () => {
    for (const user of ["tested", "controller"] as const) {
      const controller = new AbortController();
      const begun = performance.now();
      setTimeout(() => controller.abort(), 300);
      const request = { command: "sleep 6262", timeoutMs: 60_000, user };
      await expect(shared.exec(request, controller.signal)).rejects.toSatisfy(failsWith("aborted"));
      expect(performance.now() - begun).toBeLessThan(8_000);
      await expect(shared.exec(request, controller.signal)).rejects.toSatisfy(failsWith("aborted"));
    }
    expect(await alive("sleep.6262")).toBe(0);
    await expect(subject.backend.open(subject.spec, AbortSignal.abort())).rejects.toSatisfy(failsWith("aborted"));
  });

  it("can be disposed twice and while a command runs, and is of no use afterwards", async () => {
    const sandbox = await subject.backend.open(subject.spec, never);
    const running = run("sleep 60", {}, sandbox);
    const outcome = expect(running).rejects.toSatisfy(failsWith("disposed"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.all([sandbox[Symbol.asyncDispose](), sandbox[Symbol.asyncDispose]()]);
    await outcome;
    await sandbox[Symbol.asyncDispose]();
    await expect(run("true", {}, sandbox)).rejects.toSatisfy(failsWith("disposed"));
    await expect(sandbox.writeFiles([{ path: "x", content: "" }], never)).rejects.toSatisfy(failsWith("disposed"));
    await expect(sandbox.readFile("x", 1, never)).rejects.toSatisfy(failsWith("disposed"));
    await expect(sandbox.killAll(never)).rejects.toSatisfy(failsWith("disposed"));
    if (!subject.backend.guarantees.isolatedFiles) await expect(access(sandbox.workdir)).rejects.toThrow();
  });

  it("is usable on this machine, and sweeps nothing of a living run", async () => {
    await subject.backend.check(never);
    await subject.backend.sweep(never);
    expect((await run("echo still there")).exitCode).toBe(0);
  });
}

export function failsWith(failure: SandboxError["failure"]): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof SandboxError && thrown.failure === failure;
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
