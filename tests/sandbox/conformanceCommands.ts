// What a command does and how it ends, the same in every sandbox backend.
import { describe, expect, it } from "vitest";
import { never, text, type World } from "./conformanceWorld.js";

export function commandCases(world: World): void {
  const { run, alive } = world;

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
    expect(await alive("sleep 3131")).toBe(0);
    await run("setsid sleep 5151 & trap '' TERM; sleep 5151", { timeoutMs: 700 });
    expect(await alive("sleep 5151")).toBe(0);
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
    if (process.platform === "linux") expect(await alive("sleep 30")).toBeGreaterThan(0);
    await world.shared.killAll(never);
    expect((await tested).exitCode).toBe(137);
    expect(text((await controller).stdout)).toBe("kept\n");
  });
}
