// A root shell kept open inside a container: a command through it costs a millisecond, a new exec sixty.
import type { Duplex } from "node:stream";
import { demultiplexer } from "./demux.js";
import { collectOutput, type OutputCollector, type OutputStream } from "./output.js";

/** What a script answered; `ended` is false if the shell or its connection went away before it did. */
export interface ShellAnswer {
  readonly ended: boolean;
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
}

export interface ControllerShell {
  /** Runs lines of POSIX shell, one caller at a time. They must be well-formed and must not read standard input. */
  run(script: Buffer | string, maxOutputBytes?: number): Promise<ShellAnswer>;
  /** True once the shell has ended: it can't be used any more. */
  readonly closed: boolean;
  close(): void;
}

/**
 * Takes the stream of a `/bin/sh` that reads its script from standard input. The end of an answer is a line with a nonce,
 * on both outputs since they arrive apart. The tested user can't learn it: it is in no command line and no environment,
 * and another user's memory can't be read.
 */
export function controllerShell(stream: Duplex, nonce: () => string): ControllerShell {
  let current: Conversation | null = null;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  const lost = (): void => {
    closed = true;
    current?.lost();
  };
  stream.on(
    "data",
    demultiplexer((output, chunk) => current?.receive(output, chunk)),
  );
  stream.once("end", lost);
  stream.once("close", lost);

  const converse = async (script: Buffer | string, maxOutputBytes?: number): Promise<ShellAnswer> => {
    const word = nonce();
    const collector = collectOutput(maxOutputBytes);
    const answer = await new Promise<ShellAnswer>((resolve) => {
      current = conversation(word, collector, resolve);
      if (closed) return current.lost();
      stream.write(
        Buffer.concat([
          Buffer.from(script),
          Buffer.from(`\nprintf '\\n${word} %s\\n' "$?"\nprintf '\\n${word} \\n' >&2\n`),
        ]),
      );
    });
    current = null;
    return answer;
  };

  return {
    run(script, maxOutputBytes) {
      const next = last.then(() => converse(script, maxOutputBytes));
      last = next;
      return next;
    },
    get closed() {
      return closed;
    },
    close: () => void stream.destroy(),
  };
}

interface Conversation {
  receive(stream: OutputStream, chunk: Buffer): void;
  lost(): void;
}

function conversation(word: string, collector: OutputCollector, done: (answer: ShellAnswer) => void): Conversation {
  const start = Buffer.from(`\n${word} `);
  const held: Record<OutputStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const endings: Partial<Record<OutputStream, string>> = {};
  const finish = (ended: boolean): void => {
    const exitCode = Number(endings.stdout ?? "-1");
    done({ ended, exitCode, ...collector.result() });
  };
  return {
    receive(stream, chunk) {
      if (endings[stream] !== undefined) return;
      const bytes = Buffer.concat([held[stream], chunk]);
      const at = bytes.indexOf(start);
      // A line that has only begun to arrive might be the last one: hold back as much as could be its start.
      const sure = at === -1 ? Math.max(0, bytes.length - start.length + 1) : at;
      collector.push(stream, bytes.subarray(0, sure));
      held[stream] = bytes.subarray(sure);
      const end = held[stream].indexOf(10, start.length);
      if (at === -1 || end === -1) return;
      endings[stream] = held[stream].subarray(start.length, end).toString("latin1").trim();
      if (endings.stdout !== undefined && endings.stderr !== undefined) finish(true);
    },
    lost() {
      for (const stream of ["stdout", "stderr"] as const) {
        if (endings[stream] === undefined) collector.push(stream, held[stream]);
      }
      finish(false);
    },
  };
}
