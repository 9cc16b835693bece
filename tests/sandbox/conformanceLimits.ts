// What a sandbox takes from the code in it: each case holds the backend to what it promises, no more and no less.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LIMITS, text, type World } from "./conformanceWorld.js";

export function limitCases(world: World): void {
  const { run, withSandbox } = world;

  it("tells the memory limit from a crash", async () => {
    const greedy = await run(world.subject.allocate(600));
    expect(greedy.oom).toBe(world.subject.backend.guarantees.memory !== "none");
    expect(greedy.timedOut).toBe(false);
    expect(greedy.exitCode).toBe(world.subject.backend.guarantees.memory !== "none" ? 137 : 0);
    expect(await run("kill -KILL $$")).toMatchObject({ exitCode: 137, oom: false });
    expect((await run("echo alive")).exitCode).toBe(0);
  });

  it("stops a command that makes processes without end", async () => {
    const bomb = "i=0; while [ $i -lt 150 ]; do sleep 20 & i=$((i + 1)); done; echo all; sleep 3";
    const result = await run(bomb);
    const said = text(result.stdout);
    if (world.subject.backend.guarantees.processes === "none") expect(said).toBe("all\n");
    else
      expect([said, result.exitCode === 0]).toEqual([
        world.subject.backend.guarantees.processes === "enforced" ? "" : said,
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
      const watched = world.subject.backend.guarantees.disk === "watched";
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
        const result = await run(world.subject.connect(host, port));
        expect([host, result.exitCode === 0]).toEqual([host, !world.subject.backend.guarantees.isolatedNetwork]);
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
      expect(exitCode === 0).toBe(!world.subject.backend.guarantees.isolatedFiles);
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
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
