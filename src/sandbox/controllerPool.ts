// Controller commands of a sandbox: run in shells that are kept open, one command a shell at a time.
import { type ControllerShell, controllerShell, type ShellAnswer } from "./controllerShell.js";
import type { Engine } from "./engine.js";
import { SandboxError } from "./sandbox.js";

/** A shell and the session that all it starts belongs to. */
interface SessionShell {
  readonly shell: ControllerShell;
  /** null: it was lost before it said. */
  readonly session: number | null;
}

export interface ControllerCommand {
  /** Well-formed lines of POSIX shell that don't read standard input. */
  readonly script: Buffer | string;
  readonly timeoutMs: number;
  readonly maxOutputBytes?: number;
}

export interface ControllerPool {
  /**
   * Throws SandboxError `aborted` or what the engine throws; an answer with `timedOut` has no exit code. One that has not
   * `ended` went with its shell, before it began or after: the caller asks why.
   */
  run(command: ControllerCommand, signal: AbortSignal): Promise<ShellAnswer & { readonly timedOut: boolean }>;
  /** Uses none of the shells that were open until now again: they were killed. */
  forget(): void;
}

/** Shells are opened when they are first needed; one that had to be killed is not used again. */
export function controllerPool(
  engine: Engine,
  container: string,
  nonce: () => string,
  kill: (session: number) => Promise<void>,
): ControllerPool {
  const idle: SessionShell[] = [];
  let killed = 0;

  const open = async (signal: AbortSignal): Promise<SessionShell> => {
    const request = { argv: ["/bin/sh"], user: "0:0", env: {}, stdin: true };
    const shell = controllerShell((await engine.exec(container, request, signal)).stream, nonce);
    const answer = await shell.run("echo $$");
    return { shell, session: answer.ended ? Number(answer.stdout.toString("latin1")) : null };
  };

  return {
    forget() {
      killed += 1;
      for (const { shell } of idle.splice(0)) shell.close();
    },
    async run(command, signal) {
      let taken = idle.pop();
      while (taken?.shell.closed) taken = idle.pop();
      const { shell, session } = taken ?? (await open(signal));
      let timedOut = false;
      const stop = (): void => {
        if (session !== null) kill(session).catch(() => shell.close());
      };
      const timer = setTimeout(() => {
        timedOut = true;
        stop();
      }, command.timeoutMs);
      signal.addEventListener("abort", stop, { once: true });
      try {
        const before = killed;
        const answer = await shell.run(command.script, command.maxOutputBytes);
        if (!shell.closed && killed === before) idle.push({ shell, session });
        if (signal.aborted && !answer.ended)
          throw new SandboxError("aborted", "aborted while the controller was at work");
        return { ...answer, timedOut: timedOut && !answer.ended };
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
