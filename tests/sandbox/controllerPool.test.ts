// The controller's shells, on streams that answer as a shell in a container does.
import { Duplex } from "node:stream";
import { expect, it } from "vitest";
import { controllerPool } from "../../src/sandbox/controllerPool.js";
import type { Engine } from "../../src/sandbox/engine.js";

const never = new AbortController().signal;

/** Ends each script at once with code 0, until it is killed: its connection tells of that later, or never. */
class FakeShell extends Duplex {
  killed = false;
  readonly #session: number;

  constructor(session: number) {
    super();
    this.#session = session;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const script = chunk.toString();
    const word = /printf '\\n(\S+) %s/.exec(script)?.[1];
    if (!this.killed) {
      const said = script.startsWith("echo $$") ? `${this.#session}` : "";
      this.push(frame(1, `${said}\n${word} 0\n`));
      this.push(frame(2, `\n${word} \n`));
    }
    done();
  }
}

/** As the engine tells the two outputs apart. */
function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function poolOf(shells: FakeShell[], isLost = false): ReturnType<typeof controllerPool> {
  const engine = {
    exec: async () => {
      const shell = new FakeShell(shells.length + 100);
      if (isLost) {
        shell.killed = true;
        shell.push(null);
      }
      shells.push(shell);
      return { stream: shell };
    },
  } as unknown as Engine;
  let words = 0;
  return controllerPool(
    engine,
    "container",
    () => `word-${words++}`,
    async () => {},
  );
}

it("keeps a shell for the next command", async () => {
  const shells: FakeShell[] = [];
  const pool = poolOf(shells);
  for (let i = 0; i < 3; i++) {
    expect(await pool.run({ script: "true", timeoutMs: 1_000 }, never)).toMatchObject({ ended: true, exitCode: 0 });
  }
  expect(shells).toHaveLength(1);
});

it("asks none that was killed, though its connection still stands", async () => {
  const shells: FakeShell[] = [];
  const pool = poolOf(shells);
  await Promise.all([1, 2].map(() => pool.run({ script: "true", timeoutMs: 1_000 }, never)));
  expect(shells).toHaveLength(2);
  for (const shell of shells) shell.killed = true;
  pool.forget();
  expect(await pool.run({ script: "true", timeoutMs: 1_000 }, never)).toMatchObject({ ended: true, exitCode: 0 });
  expect(shells.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
});

it("leaves it to the caller to ask why a shell was lost as it began", async () => {
  const pool = poolOf([], true);
  expect(await pool.run({ script: "true", timeoutMs: 1_000 }, never)).toMatchObject({ ended: false, timedOut: false });
});
