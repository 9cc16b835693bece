// The life of a sandbox: fresh when opened, stopped by a signal, of no use once disposed.
import { access } from "node:fs/promises";
import { expect, it } from "vitest";
import { failsWith, never, text, type World } from "./conformanceWorld.js";

export function lifeCases(world: World): void {
  const { run, withSandbox, alive } = world;

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
      await expect(world.shared.exec(request, controller.signal)).rejects.toSatisfy(failsWith("aborted"));
      expect(performance.now() - begun).toBeLessThan(8_000);
      await expect(world.shared.exec(request, controller.signal)).rejects.toSatisfy(failsWith("aborted"));
    }
    expect(await alive("sleep 6262")).toBe(0);
    await expect(world.subject.backend.open(world.subject.spec, AbortSignal.abort())).rejects.toSatisfy(
      failsWith("aborted"),
    );
  });

  it("can be disposed twice and while a command runs, and is of no use afterwards", async () => {
    const sandbox = await world.subject.backend.open(world.subject.spec, never);
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
    if (!world.subject.backend.guarantees.isolatedFiles) await expect(access(sandbox.workdir)).rejects.toThrow();
  });

  it("is usable on this machine, and sweeps nothing of a living run", async () => {
    await world.subject.backend.check(never);
    await world.subject.backend.sweep(never);
    expect((await run("echo still there")).exitCode).toBe(0);
  });
}
