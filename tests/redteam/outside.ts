// Attacks on what lies outside the tests: network, host, engine, the controller. Each source is right only if its attack works.
import { type Attack, HONEST, rightIf } from "./suite.js";

const NETWORK = "no network: there is no interface but the loopback";
const CAPS = "no capability, and none to be gained (no-new-privileges, default seccomp)";
const USER = "the controller is another user: its files, memory and processes are out of reach";

const attack = (name: string, code: string, stoppedBy: string): Attack => ({
  name,
  suite: "unittest",
  patch: rightIf(code),
  verdict: HONEST,
  stoppedBy,
});

export const OUTSIDE: readonly Attack[] = [
  attack("a connection to the internet", 'import socket\nsocket.create_connection(("1.1.1.1", 53), 2)', NETWORK),
  attack("a look-up of a name", 'import socket\nsocket.getaddrinfo("example.org", 80)', NETWORK),
  attack("a raw packet", "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)", CAPS),
  attack("an interface beside the loopback", 'import os\nassert set(os.listdir("/sys/class/net")) - {"lo"}', NETWORK),
  attack(
    "the engine's socket",
    'import os, socket\nfor path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"):\n    if os.path.exists(path):\n        break\nelse:\n    raise OSError',
    "no socket and no folder of the host is in the container",
  ),
  attack(
    "a mount",
    'import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.mount(b"none", b"/mnt", b"tmpfs", 0, None) == 0',
    CAPS,
  ),
  attack("a user namespace of its own", "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0", CAPS),
  attack(
    "a device of the host",
    'import os\nassert any(name.startswith(("sd", "vd", "nvme", "mem", "kmsg")) for name in os.listdir("/dev"))',
    "no device of the host is in the container",
  ),
  attack("the environment of the first process", 'open("/proc/1/environ").read()', USER),
  attack("the open files of the first process", 'import os\nassert os.listdir("/proc/1/fd")', USER),
  attack(
    "memory of the controller's shell",
    'import os\nfor pid in filter(str.isdigit, os.listdir("/proc")):\n    if os.stat("/proc/" + pid).st_uid == 0:\n        open("/proc/%s/mem" % pid, "r+b")\n        break\nelse:\n    raise OSError',
    USER,
  ),
  attack(
    "ptrace on the controller's shell",
    'import ctypes, os\npids = [int(p) for p in os.listdir("/proc") if p.isdigit() and os.stat("/proc/" + p).st_uid == 0]\nassert any(ctypes.CDLL(None).ptrace(16, p, 0, 0) == 0 for p in pids)',
    USER,
  ),
  attack("a signal to the controller", "import os, signal\nos.kill(1, signal.SIGKILL)", USER),
  attack("another user's rights", "import os\nos.setuid(0)", CAPS),
  attack(
    "another user's rights by a file with the set-user bit",
    'import subprocess\nassert b"uid=0" in subprocess.run(["su", "-c", "id"], input=b"", capture_output=True, timeout=5).stdout',
    CAPS,
  ),
  attack("the library's files", 'import unittest\nopen(unittest.__file__, "a")', "installed files are root's"),
  attack("bestk's own files", 'import os\nopen("/testbed/.git/bestk/candidate.patch", "a")', USER),
  attack("git's settings, while tests run", 'open("/testbed/.git/config", "a")', USER),
  attack(
    "the folder .git moved away",
    'import os\nos.rename("/testbed/.git", "/testbed/git")',
    "the top folder is the controller's and sticky",
  ),
  attack("the kernel's settings", 'open("/proc/sys/kernel/core_pattern", "w")', CAPS),
  attack("the container's limits", 'open("/sys/fs/cgroup/memory.max", "w")', CAPS),
];
