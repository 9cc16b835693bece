// A program for tests to kill: uses one sandbox of an image while others are opened ahead, says its label, and waits.
import { openAhead } from "../../src/run/scheduleOpener.js";
import { openPace } from "../../src/run/schedulePace.js";
import { connect, dockerBackend } from "../../src/sandbox/docker.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";

const label = `ahead-${process.pid}`;
const never = new AbortController().signal;
const engine = connect();
const backend = dockerBackend({ now: () => performance.now() });
const spec = {
  instanceId: "ahead",
  image: process.argv[2] ?? "",
  repository: null,
  baseCommit: null,
  workdir: "/testbed",
  env: {},
  limits: DEFAULT_LIMITS,
  labels: { "bestk.test": label },
};
const pace = openPace({ jobs: 4, freeMemory: () => 2 ** 40 });
const opener = openAhead((signal) => backend.open(spec, signal), { pace, stop: never });
opener.expect(8);
await opener.open(never);
for (;;) {
  if ((await engine.list(`bestk.test=${label}`, never)).length === 3) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.log(label);
setInterval(() => {}, 1_000);
