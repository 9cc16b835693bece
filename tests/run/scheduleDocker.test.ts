// Throughput against a real engine: what is opened ahead leaves nothing behind under SIGKILL, images go by the rules.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dockerEnvironments } from "../../src/run/environments.js";
import { readyEnvironment } from "../../src/run/scheduleEnvironment.js";
import { RunDirectory } from "../../src/run/store.js";
import { connect, dockerBackend } from "../../src/sandbox/docker.js";
import type { Engine } from "../../src/sandbox/engine.js";
import { imageStore } from "../../src/sandbox/imageStore.js";
import { ownerWord, thisOwner } from "../../src/sandbox/owner.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { describeWithEngine, TEST_IMAGE } from "../support/engine.js";
import { fakeTask } from "../support/fakeRun.js";

const never = new AbortController().signal;
const silent = (): void => {};
const TEST_MS = 120_000;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-schedule-"));
  await mkdir(join(folder, "repository"));
  await writeFile(join(folder, "repository/answer.py"), "ANSWER = 42\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithEngine("a schedule", () => {
  const engine = connect();
  const backend = dockerBackend({ now: () => performance.now() });
  const repository = () => join(folder, "repository");
  const task = (instanceId: string, setup: readonly string[]) => ({
    ...fakeTask(instanceId),
    baseCommit: null,
    environment: { image: null, baseImage: TEST_IMAGE, repository: repository(), setup, workdir: "/testbed", env: {} },
  });
  const removeMade = async (name: string): Promise<void> => {
    for (const { names } of (await engine.storedImages(never)).images) {
      for (const one of names) if (one.startsWith(`bestk/${name}:`)) await engine.untag(one, never);
    }
  };

  it("leaves no container of those opened ahead when bestk is killed", { timeout: TEST_MS }, async () => {
    const made = await backend.ensureImage({ ...task("Ahead__1", []), pull: false }, never, silent);
    const script = fileURLToPath(new URL("../support/openAheadAndWait.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, made.id], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const label = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data).trim())),
    );
    const ofChild = () => engine.list(`bestk.test=${label}`, never);
    expect(await ofChild()).toHaveLength(3);
    await backend.sweep(never);
    expect(await ofChild()).toHaveLength(3);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    // Their guards end with the connection: none runs on, and the next start removes them.
    const running = async (): Promise<number> => {
      const states = await Promise.all((await ofChild()).map(({ id }) => engine.inspect(id, false, never)));
      return states.filter((state) => state?.running === true).length;
    };
    await expect.poll(running, { timeout: 20_000 }).toBe(0);
    await backend.sweep(never);
    expect(await ofChild()).toHaveLength(0);
    await removeMade("ahead__1");
  });

  it("removes an image that is let go, never one that is held or that a container uses", {
    timeout: TEST_MS,
  }, async () => {
    const made = await backend.ensureImage({ ...task("Budget__1", ["true"]), pull: false }, never, silent);
    // The other images of this engine are nobody's business here.
    const only: Engine = {
      ...engine,
      storedImages: async (signal) => {
        const { images } = await engine.storedImages(signal);
        const own = images.filter(({ id }) => id === made.id);
        return { bytes: own.length, images: own };
      },
    };
    const store = imageStore(only, thisOwner);
    await store.hold(made.id, never);
    // The mark of a run that was killed while it held the image goes with the next sweep, that of a living one stays.
    const dead = { repo: "bestk/used-0123456789ab", tag: ownerWord({ ...(await thisOwner()), started: "1" }) };
    await engine.tag(made.id, dead, never);
    await backend.sweep(never);
    expect((await engine.storedImages(never)).images.find(({ id }) => id === made.id)?.names).toHaveLength(2);
    expect(await store.trim(0, never)).toBe(0);
    const spec = { ...task("Budget__1", []), repository: null, image: made.id, workdir: "/testbed", env: {} };
    const sandbox = await backend.open({ ...spec, limits: DEFAULT_LIMITS, labels: {} }, never);
    await store.letGo(made.id, never);
    expect(await store.trim(0, never)).toBe(0);
    await sandbox[Symbol.asyncDispose]();
    expect(await store.trim(0, never)).toBe(1);
    expect(await engine.image(made.id, never)).toBeNull();
  });

  it("brings an image back only when a test has to run, and says where it is another one", {
    timeout: TEST_MS,
  }, async () => {
    const subject = task("Again__1", ["date +%s%N >/opt/when"]);
    const environments = dockerEnvironments(backend, DEFAULT_LIMITS, false);
    await using directory = await RunDirectory.open(join(folder, "run"));
    const machine = { policy: { retries: 0, minDelayMs: 1, maxDelayMs: 1 }, clocks: CLOCKS, down: false };
    const options = { directory, environments, machine, nonce: () => "n", emit: silent, stop: never };
    const prepare = () => readyEnvironment(subject, options, (job) => job());
    const first = await prepare();
    await first[Symbol.asyncDispose]();
    await removeMade("again__1");
    const second = await prepare();
    expect(second.key).toBe(first.key);
    expect(await engine.image(first.key, never)).toBeNull();
    await expect(second.open(never)).rejects.toMatchObject({ failure: "other" });
    await second[Symbol.asyncDispose]();
    const third = await prepare();
    expect(third.key).not.toBe(first.key);
    await (await third.open(never))[Symbol.asyncDispose]();
    await third[Symbol.asyncDispose]();
    await removeMade("again__1");
  });

  it("has Python compiled in the images that it makes, and an edited file counts", { timeout: TEST_MS }, async () => {
    const made = await backend.ensureImage({ ...task("Compiled__1", []), pull: false }, never, silent);
    const spec = { ...task("Compiled__1", []), repository: null, image: made.id, workdir: "/testbed", env: {} };
    const sandbox = await backend.open({ ...spec, limits: DEFAULT_LIMITS, labels: {} }, never);
    const run = async (command: string): Promise<string> => {
      const { stdout } = await sandbox.exec({ command, timeoutMs: 30_000, user: "tested" }, never);
      return Buffer.from(stdout).toString("utf8").trim();
    };
    expect(await run("ls __pycache__ | wc -l")).toBe("1");
    expect(await run("git status --porcelain --ignored | grep -v pycache")).toBe("");
    expect(await run("python3 -v -c 'import answer' 2>&1 | grep -c 'matches .*answer.py'")).toBe("1");
    // As long as before, so that only its time tells it from what was compiled.
    await sandbox.writeFiles([{ path: "answer.py", content: "ANSWER = 43\n" }], never);
    expect(await run("python3 -c 'import answer; print(answer.ANSWER)'")).toBe("43");
    await sandbox[Symbol.asyncDispose]();
    await removeMade("compiled__1");
  });
});

const CLOCKS = { wall: () => Date.now(), steady: () => performance.now() };
