// A program for tests to kill: opens a sandbox of an image, says its label, and waits.
import { dockerBackend } from "../../src/sandbox/docker.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";

const label = `killed-${process.pid}`;
const never = new AbortController().signal;
await dockerBackend({ now: () => performance.now() }).open(
  {
    instanceId: "killed",
    image: process.argv[2] ?? "",
    repository: null,
    baseCommit: null,
    workdir: "/testbed",
    env: {},
    limits: DEFAULT_LIMITS,
    labels: { "bestk.test": label },
  },
  never,
);
console.log(label);
setInterval(() => {}, 1_000);
