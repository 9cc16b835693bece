// Attacks on the machine: processes, memory, disk, output, time, and what outlives the test.
import { type Attack, brokenCore, HONEST, NOTHING_RAN } from "./suite.js";

const before = (code: string): string => brokenCore(`${code}\n\n`);
const LATE = { regression: "timeout", reproduction: "timeout" } as const;

export const RESOURCES: readonly Attack[] = [
  {
    name: "a fork bomb",
    suite: "pytest",
    timeoutSeconds: 6,
    patch: before("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"),
    verdict: LATE,
    stoppedBy: "the limit of processes, then the time limit; all of them are killed",
  },
  {
    name: "a memory flood",
    suite: "pytest",
    patch: before("held = []\nwhile True:\n    held.append(bytearray(50_000_000))"),
    verdict: { regression: "oom", reproduction: "oom" },
    stoppedBy: "the limit of memory, without swap",
  },
  {
    name: "a disk flood in many files",
    suite: "pytest",
    patch: before(
      'n = 0\nwhile True:\n    n += 1\n    try:\n        open("/tmp/flood%d" % n, "wb").write(b"x" * 20_000_000)\n    except OSError:\n        pass',
    ),
    timeoutSeconds: 30,
    verdict: NOTHING_RAN,
    stoppedBy: "the container's written bytes are watched; at the limit it is killed",
  },
  {
    name: "one file larger than the limit",
    suite: "pytest",
    patch: before(
      'import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ntry:\n    with open("/tmp/flood", "wb") as file:\n        file.seek(1 << 40)\n        file.write(b"x")\nexcept OSError:\n    pass',
    ),
    verdict: HONEST,
    stoppedBy: "the size of a file is limited",
  },
  {
    name: "an output flood",
    suite: "pytest",
    patch: before('import os\nfor _ in range(2_000):\n    os.write(1, b"x" * 100_000)'),
    verdict: HONEST,
    stoppedBy: "output beyond 10 MiB is dropped from the middle, and bestk holds no more",
  },
  {
    name: "a busy loop that ignores TERM",
    suite: "pytest",
    timeoutSeconds: 5,
    patch: before(
      "import signal\nfor n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nwhile True:\n    pass",
    ),
    verdict: LATE,
    stoppedBy: "the time limit, which kills and doesn't ask",
  },
  {
    name: "a process that outlives the test and forges the next report",
    suite: "pytest",
    patch: before(
      'import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        for fd in range(3):\n            os.close(fd)\n        while True:\n            for name in os.listdir("/testbed"):\n                if name.startswith(".bestk-report-"):\n                    try:\n                        text = open("/testbed/" + name).read()\n                        if text.endswith("</testsuites>"):\n                            open("/testbed/" + name, "w").write(text.replace("<failure", "<system-out").replace("</failure", "</system-out"))\n                    except OSError:\n                        pass\n            time.sleep(0.001)\n    os._exit(0)',
    ),
    races: true,
    verdict: { regression: "tampered", reproduction: "tampered" },
    stoppedBy:
      "processes of the tested user are killed before the report is read; what was changed until then shows in counts and canaries",
  },
  {
    name: "a process that holds the output open",
    suite: "pytest",
    patch: before("import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        time.sleep(1)"),
    verdict: HONEST,
    stoppedBy: "when a command's first process ends, what it left running is killed",
  },
];
