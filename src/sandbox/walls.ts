// Which walls a backend really puts up on this machine, found out by running into them as the tested user would.
import { type Sandbox, type SandboxBackend, SandboxError, type SandboxLimits } from "./sandbox.js";
import { TESTED_UID } from "./shellText.js";

/** One promise of the sandbox, and what came of trying to break it. */
export interface Wall {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
}

/** So small that running into them costs little. */
const LIMITS: SandboxLimits = { memoryBytes: 96 * 1024 ** 2, cpus: 0.5, pids: 48, diskBytes: 24 * 1024 ** 2 };
const TIMEOUT_MS = 20_000;

interface Try {
  readonly name: string;
  /** POSIX shell, as the tested user. */
  readonly command: string;
  readonly timeoutMs?: number;
  judge(said: Said): { readonly holds: boolean; readonly found: string };
}

interface Said {
  readonly text: string;
  readonly oom: boolean;
  readonly timedOut: boolean;
}

const field = (name: string): string =>
  `while read -r k v x; do [ "$k" = ${name}: ] && echo "$v"; done </proc/self/status`;

const TRIES: readonly Try[] = [
  {
    name: "user of its own",
    command: field("Uid"),
    judge: ({ text }) => ({ holds: text === String(TESTED_UID), found: `uid ${text}` }),
  },
  {
    name: "no capabilities",
    command: `${field("CapEff")}; ${field("CapPrm")}; ${field("CapAmb")}`,
    judge: ({ text }) => ({ holds: text !== "" && /^[0\s]*$/.test(text), found: `effective ${text.split("\n")[0]}` }),
  },
  {
    name: "no new privileges",
    command: field("NoNewPrivs"),
    judge: ({ text }) => ({ holds: text === "1", found: text === "1" ? "set" : "not set" }),
  },
  {
    name: "system call filter",
    command: field("Seccomp"),
    judge: ({ text }) => ({
      holds: text === "2",
      found: text === "2" ? "seccomp" : "none: the engine runs without its profile",
    }),
  },
  {
    name: "no network",
    command: "cd /sys/class/net && for i in *; do echo $i; done",
    judge: ({ text }) => ({ holds: text === "lo", found: `interfaces: ${text.split("\n").join(", ")}` }),
  },
  {
    name: "no engine socket",
    command:
      "for s in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock; do [ -e $s ] && echo $s; done; echo looked",
    judge: ({ text }) => ({ holds: text === "looked", found: text === "looked" ? "none" : text }),
  },
  {
    name: "controller out of reach",
    command:
      "cat /proc/1/environ >/dev/null 2>&1 && echo environment; kill -0 1 2>/dev/null && echo signals; ( : >>/etc/passwd ) 2>/dev/null && echo files; echo tried",
    judge: ({ text }) => ({
      holds: text === "tried",
      found: text === "tried" ? "no file, memory or signal got there" : `reached: ${text}`,
    }),
  },
  {
    name: "time limit",
    command: "trap '' TERM INT HUP; while :; do :; done",
    timeoutMs: 1_000,
    judge: ({ timedOut }) => ({
      holds: timedOut,
      found: timedOut ? "a loop that ignores TERM was killed" : "not kept",
    }),
  },
  {
    name: "processor limit",
    command: `burn() { n=0; while [ $n -lt 120000 ]; do n=$((n + 1)); done; }
burn & burn; wait
for f in /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat; do [ -r $f ] && cat $f; done
for f in /sys/fs/cgroup/cpu.max; do [ -r $f ] && echo "quota $(cat $f)"; done
cd /sys/fs/cgroup/cpu 2>/dev/null && echo "quota $(cat cpu.cfs_quota_us) $(cat cpu.cfs_period_us)"`,
    judge: ({ text }) => {
      const throttled = /nr_throttled (\d+)/.exec(text)?.[1];
      if (throttled === undefined) return { holds: false, found: "the container doesn't see its limit" };
      if (throttled !== "0") return { holds: true, found: `slowed down ${throttled} times` };
      // On a busy machine two loops never get as much as they may.
      const [, quota, period] = /quota (\d+) (\d+)/.exec(text) ?? [];
      const isSet = Number(quota) / Number(period) === LIMITS.cpus;
      return { holds: isSet, found: isSet ? "set; the machine is too busy to run into it" : "never slowed down" };
    },
  },
  {
    name: "process limit",
    command: `n=0; while [ $n -lt ${2 * LIMITS.pids} ]; do n=$((n + 1)); echo $n; sleep 2 & done`,
    judge: ({ text }) => {
      const started = Math.max(
        0,
        ...text
          .split("\n")
          .filter((line) => /^\d+$/.test(line))
          .map(Number),
      );
      return { holds: started > 0 && started < LIMITS.pids, found: `stopped at ${started} of ${2 * LIMITS.pids}` };
    },
  },
  {
    name: "memory limit",
    command: `x=$(head -c ${2 * LIMITS.memoryBytes} /dev/zero | tr '\\0' x); echo "\${#x}"`,
    judge: ({ oom }) => ({ holds: oom, found: oom ? "a process beyond it was killed" : "not kept" }),
  },
  {
    name: "disk limit",
    command:
      "n=0; while [ $n -lt 20 ]; do n=$((n + 1)); head -c 16000000 /dev/zero >/tmp/bestk-$n; sleep 0.4; echo $n; done",
    judge: ({ text }) => {
      const killed = text.includes("killed at the limit of disk");
      return { holds: killed, found: killed ? "a command beyond it was killed" : "not kept" };
    },
  },
];

/** Tries each in one small sandbox of an image that the machine has. Throws what `open` throws. */
export async function tryWalls(backend: SandboxBackend, image: string, signal: AbortSignal): Promise<readonly Wall[]> {
  const place = {
    instanceId: "doctor",
    image,
    repository: null,
    baseCommit: null,
    workdir: "/tmp",
    env: {},
    labels: {},
  };
  await using sandbox = await backend.open({ ...place, limits: LIMITS }, signal);
  const walls: Wall[] = [];
  for (const { name, command, timeoutMs, judge } of TRIES) {
    const said = await run(sandbox, command, timeoutMs ?? TIMEOUT_MS, signal);
    walls.push({ name, ...(typeof said === "string" ? { holds: false, found: said } : judge(said)) });
  }
  return walls;
}

/** What was said, or why nothing was: a sandbox that breaks holds nothing. */
async function run(sandbox: Sandbox, command: string, timeoutMs: number, signal: AbortSignal): Promise<Said | string> {
  try {
    const { stdout, stderr, oom, timedOut } = await sandbox.exec({ command, timeoutMs, user: "tested" }, signal);
    const text = [stdout, stderr]
      .map((bytes) => Buffer.from(bytes).toString("utf8").trim())
      .join("\n")
      .trim();
    return { text, oom, timedOut };
  } catch (thrown) {
    if (thrown instanceof SandboxError && thrown.failure !== "aborted") return thrown.message;
    throw thrown;
  }
}
