// The container that hostile code runs in: what the engine is told to take away from it (design, contract 6).
import type { ContainerBody } from "./engine.js";
import { OWNER_LABEL, type Owner, ownerWord } from "./owner.js";
import type { SandboxSpec } from "./sandbox.js";

/**
 * The controller is root with four capabilities: to hand over and take back files (CHOWN, DAC_OVERRIDE, FOWNER) and to end
 * processes of the tested user (KILL). The tested user has none and can gain none. The main process is a shell on an
 * attached standard input: when bestk dies, however it dies, the input closes and the container ends. Ground truth is another
 * matter: its script installs as root, so it gets what installing takes (SETUID, SETGID; a network if asked), and no KILL.
 */
export function hardenedBody(image: string, spec: SandboxSpec, owner: Owner): ContainerBody {
  const { limits, groundTruth } = spec;
  return {
    Image: image,
    Entrypoint: [],
    Cmd: ["/bin/sh"],
    User: "0:0",
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels, [OWNER_LABEL]: ownerWord(owner), "bestk.instance": spec.instanceId },
    WorkingDir: "/",
    Hostname: "sandbox",
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: groundTruth?.network === true ? "bridge" : "none",
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", ...(groundTruth === undefined ? ["KILL"] : ["SETUID", "SETGID"])],
      // Seccomp is the engine's default profile, which applies where no other is named.
      SecurityOpt: ["no-new-privileges"],
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * 1e9),
      PidsLimit: limits.pids,
      Init: true,
      LogConfig: { Type: "none", Config: {} },
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "fsize", Soft: limits.diskBytes, Hard: limits.diskBytes },
        { Name: "nofile", Soft: 16_384, Hard: 16_384 },
      ],
      IpcMode: "private",
      ShmSize: 64 * 1024 ** 2,
      AutoRemove: false,
    },
  };
}
