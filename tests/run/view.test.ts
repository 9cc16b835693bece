// `bestk view` serves what a run directory holds, to its own address alone, finds parts by name, and follows a run.
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InstanceDetail, PageData } from "../../src/core/page.js";
import { writeReport } from "../../src/run/pageFile.js";
import { keepRollout } from "../../src/run/pageInputs.js";
import { openView, type RunningView } from "../../src/run/view.js";
import { isOwnHost } from "../../src/run/viewApp.js";
import { fakeEnvironments } from "../support/fakeEnvironments.js";
import { fakePatch, fakeTask, runFake } from "../support/fakeRun.js";
import { readPage } from "../support/pageSource.js";

const ASSETS = { script: "page()", style: "body{}" };

let made: string;
let folder: string;
let run: string;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "bestk-view-"));
  await runFake({
    runPath: join(made, "run"),
    tasks: [fakeTask("x__y-1"), fakeTask("x__y-2")],
    patches: { r1: fakePatch("WRONG"), r2: fakePatch("RIGHT"), r3: fakePatch("RIGHT"), r4: fakePatch("REFUSED") },
    environments: fakeEnvironments(),
  });
  const kept = await keepRollout(
    join(made, "run"),
    { issue: null, exitStatus: "submitted", steps: [{ thought: "t", action: "a", observation: "o" }] },
    "steps 1\n",
  );
  const line = { schema: "bestk.kept-rollout/1", instanceId: "x__y-1", rolloutId: "r2", ...kept };
  await writeFile(join(made, "run/rollouts.jsonl"), `${JSON.stringify(line)}\n`);
});

afterAll(() => rm(made, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-view-"));
  run = join(folder, "run");
  await cp(join(made, "run"), run, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const EVIDENCE = { aggregator: "hybrid", signal: new AbortController().signal };

function open(paths: readonly string[] = [run], port = 0): Promise<RunningView> {
  return openView({ paths, evidence: EVIDENCE, assets: ASSETS, bestk: "1", host: "127.0.0.1", port, pollMs: 20 });
}

/** A request as it is written: no client tidies its path or its Host. */
function raw(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: string; headers: Readonly<Record<string, unknown>> }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString("utf8"),
          headers: answer.headers,
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function dataOf(url: string): Promise<PageData> {
  return JSON.parse((await raw(url, "/data.json")).body) as PageData;
}

async function detailOf(url: string, at = 0): Promise<InstanceDetail> {
  const ref = (await dataOf(url)).runs[0]?.instances[at]?.detail;
  return JSON.parse((await raw(url, `/part/${ref}`)).body) as InstanceDetail;
}

describe("the server", () => {
  it("gives the page, the document and every text; the file holds the same", async () => {
    await using view = await open();
    const page = await raw(view.url, "/");
    expect(page.body).toContain("<script>page()</script>");
    const output = join(folder, "report.html");
    await writeReport({
      paths: [run],
      output,
      evidence: EVIDENCE,
      assets: ASSETS,
      bestk: "1",
      signal: EVIDENCE.signal,
    });
    const file = readPage(await readFile(output, "utf8"));
    const data = await dataOf(view.url);
    const { overview: _, ...served } = data.runs[0] ?? { overview: null };
    expect(served).toEqual((({ overview: __, ...rest }) => rest)(file.data.runs[0] as PageData["runs"][number]));
    expect(data.runs[0]).toMatchObject({ id: "run", complete: true, aggregators: expect.arrayContaining(["hybrid"]) });
    expect(data.runs[0]?.aggregators[0]).toBe("execution-based");
    const detail = await detailOf(view.url);
    expect(detail).toEqual(file.detail(0, 0));
    expect(detail.issue).toBe("it is wrong");
    const refs = [
      ...detail.rows.flatMap(({ transcript, modelInput }) => [transcript?.part, modelInput?.part]),
      ...detail.candidates.flatMap(({ patch, rawPatch }) => [patch.part, rawPatch?.part]),
      ...detail.matrix.logs.map(({ part }) => part),
      ...detail.matrix.tests.map(({ baseLog }) => baseLog?.part),
    ].flatMap((part) => part ?? []);
    expect(refs.length).toBeGreaterThan(8);
    for (const ref of refs) {
      const { status, body } = await raw(view.url, `/part/${ref}`);
      expect([status, body]).toEqual([200, file.part(ref)]);
      expect(await (await fetch(`${view.url}part/${ref}`)).text()).toBe(body);
    }
    const transcript = detail.rows.find(({ rolloutId }) => rolloutId === "r2")?.transcript?.part;
    expect(JSON.parse((await raw(view.url, `/part/${transcript}`)).body)).toEqual({
      exitStatus: "submitted",
      steps: [{ thought: "t", action: "a", observation: "o" }],
    });
    const texts = await Promise.all(
      detail.matrix.logs.map(async ({ part }) => (await raw(view.url, `/part/${part}`)).body),
    );
    expect(texts.some((text) => text.includes("$ "))).toBe(true);
  });

  it("lets nothing run or be kept but its own", async () => {
    await using view = await open();
    for (const path of ["/", "/data.json", "/part/none", "/nothing"]) {
      const { headers } = await raw(view.url, path);
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; .*connect-src 'self'.*frame-ancestors 'none'$/,
      );
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("answers to its own address alone", async () => {
    await using view = await open();
    const { port } = new URL(view.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, "[::1]"]) {
      expect((await raw(view.url, "/data.json", { Host: host })).status).toBe(200);
    }
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "10.0.0.1"]) {
      const { status, body } = await raw(view.url, "/data.json", { Host: host });
      expect([host, status]).toEqual([host, 403]);
      expect(body).not.toContain("bestk.page");
    }
  });

  it("takes any address where it listens to others, and still no name", () => {
    expect(isOwnHost("192.168.1.5:80", "0.0.0.0")).toBe(true);
    expect(isOwnHost("[fe80::1]:80", "::")).toBe(true);
    expect(isOwnHost("me.example:80", "me.example")).toBe(true);
    expect(isOwnHost("evil.example", "0.0.0.0")).toBe(false);
  });

  it("knows parts by name: no path leads anywhere", async () => {
    await using view = await open();
    const prefix = (await dataOf(view.url)).runs[0]?.instances[0]?.detail.slice(0, 16);
    const asked = [
      "/part/../run.json",
      "/part/..%2frun.json",
      "/part/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
      "/run.json",
      "/logs/",
      "/part/",
      `/part/${prefix}`,
      `/part/${prefix}-${"0".repeat(24)}`,
      `/part/${"0".repeat(16)}-detail`,
      "/part/__proto__",
    ];
    for (const path of asked) expect([path, (await raw(view.url, path)).status]).toEqual([path, 404]);
  });

  it("says that a port is taken", async () => {
    await using view = await open();
    const port = Number(new URL(view.url).port);
    await expect(open([run], port)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(`port ${port} is in use`),
    });
  });

  it("refuses what is no run at the start", async () => {
    await expect(open([join(folder, "nothing")])).rejects.toMatchObject({ code: "input" });
  });
});

describe("a run that goes on", () => {
  async function nextEvent(view: RunningView, cause: () => Promise<unknown>): Promise<string> {
    const stopping = new AbortController();
    const answer = await fetch(`${view.url}events`, { signal: stopping.signal });
    let text = "";
    let caused = false;
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString("utf8");
        if (text.includes("event: change")) return text;
        if (!caused) await cause();
        caused = true;
      }
      return text;
    } finally {
      stopping.abort();
    }
  }

  it("is ranked in memory while it has no ranking, and told of at each line; a torn one is nothing", async () => {
    const lines = (await readFile(join(run, "evidence.jsonl"), "utf8")).trim().split("\n");
    const path = join(run, "evidence.jsonl");
    for (const name of await readdir(run)) {
      if (/^(?:ranking|preds)/.test(name)) await rm(join(run, name));
    }
    await writeFile(path, `${lines[0]}\n${lines[1]?.slice(0, 40)}`);
    await using view = await open();
    const [before] = (await dataOf(view.url)).runs;
    expect(before).toMatchObject({ complete: false, overview: { rollouts: 1 } });
    expect(before?.aggregators[0]).toBe("execution-based");
    expect(before?.instances[0]?.selected).not.toBeNull();
    const told = await nextEvent(view, () => appendFile(path, `${lines[1]?.slice(40)}\n${lines[2]}\n`));
    expect(told).toContain("event: change");
    expect((await dataOf(view.url)).runs[0]?.overview.rollouts).toBe(3);
  });

  it("may have no evidence yet", async () => {
    await rm(join(run, "evidence.jsonl"));
    await using view = await open();
    expect((await dataOf(view.url)).runs[0]).toMatchObject({ complete: false, instances: [] });
  });

  it("keeps showing what it was when a file is broken", async () => {
    await using view = await open();
    await appendFile(join(run, "evidence.jsonl"), '{"schema":"bestk.evidence/1"}\n');
    expect((await dataOf(view.url)).runs[0]?.overview.rollouts).toBe(8);
  });

  it("shows rankings of its evidence, not those that an earlier state left", async () => {
    const file = join(run, "ranking.execution-based.jsonl");
    const [first = "", ...others] = (await readFile(file, "utf8")).trim().split("\n");
    const stale = { ...JSON.parse(first), ranking: [["gone"]], selected: "gone" };
    await writeFile(file, [JSON.stringify(stale), ...others, ""].join("\n"));
    await using view = await open();
    expect((await dataOf(view.url)).runs[0]?.instances[0]?.selected).toMatch(/^r\d$/);
  });
});

describe("what a run keeps", () => {
  it("is written once, under the hash of its content", async () => {
    const trajectory = { issue: null, exitStatus: null, steps: [] };
    const [one, other] = [await keepRollout(folder, trajectory, null), await keepRollout(folder, trajectory, "x")];
    expect(one.trajectory).toEqual(other.trajectory);
    expect(one.modelInput).toBeNull();
    const names = await readdir(join(folder, "texts"));
    expect(names.toSorted()).toEqual([`${one.trajectory?.sha256}.gz`, `${other.modelInput?.sha256}.gz`].toSorted());
  });

  it("a text that is gone is told of, and the rest is there", async () => {
    await rm(join(run, "texts"), { recursive: true });
    await using view = await open();
    const detail = await detailOf(view.url);
    const row = detail.rows.find(({ rolloutId }) => rolloutId === "r2");
    const { status, body } = await raw(view.url, `/part/${row?.transcript?.part}`);
    expect([status, body]).toEqual([500, expect.stringContaining("can't be read")]);
  });

  it("nothing of a candidate is shown that is of another configuration", async () => {
    const text = await readFile(join(run, "evidence.jsonl"), "utf8");
    await writeFile(
      join(run, "evidence.jsonl"),
      text.replaceAll(/"verdictKey":"[0-9a-f]{64}"/g, '"verdictKey":"other"'),
    );
    await using view = await open();
    const { matrix } = await detailOf(view.url);
    expect(matrix.logs).toEqual([]);
  });
});
