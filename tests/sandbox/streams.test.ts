// The streams of a sandbox: framing and limits must hold whatever the pieces in which bytes arrive.
import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controllerShell } from "../../src/sandbox/controllerShell.js";
import { demultiplexer } from "../../src/sandbox/demux.js";
import { collectOutput, type OutputStream } from "../../src/sandbox/output.js";

const streams = fc.constantFrom<OutputStream>("stdout", "stderr");
const pieces = fc.array(fc.tuple(streams, fc.uint8Array({ minLength: 1, maxLength: 40 })), { maxLength: 30 });

describe("the demultiplexer", () => {
  it("gives back what was framed, however the bytes are cut", () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1 }), (sent, cuts) => {
        const wire = Buffer.concat(sent.map(([stream, bytes]) => frame(stream, bytes)));
        const got = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
        const feed = demultiplexer((stream, chunk) => {
          got[stream] = Buffer.concat([got[stream], chunk]);
        });
        for (let at = 0, i = 0; at < wire.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          feed(wire.subarray(at, at + size));
          at += size;
        }
        for (const name of ["stdout", "stderr"] as const) expect(got[name]).toEqual(only(name, sent));
      }),
    );
  });
});

describe("collected output", () => {
  it("is whole within the limit, and within the limit when it is cut, with its beginning and its end", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 300 }), (sent, limit) => {
        const collector = collectOutput(limit);
        for (const [stream, bytes] of sent) collector.push(stream, Buffer.from(bytes));
        const result = collector.result();
        const total = sent.reduce((sum, [, bytes]) => sum + bytes.length, 0);
        expect(result.truncated).toBe(total > limit);
        let kept = 0;
        for (const name of ["stdout", "stderr"] as const) {
          const all = only(name, sent).toString("latin1");
          const got = result[name].toString("latin1");
          const mark = new RegExp(`\n\\[bestk: (\\d+) bytes of ${name} cut here\\]\n`).exec(got);
          if (mark === null) {
            expect(got).toBe(all);
            kept += got.length;
            continue;
          }
          const [head, tail] = [got.slice(0, mark.index), got.slice(mark.index + mark[0].length)];
          expect(all.startsWith(head) && all.endsWith(tail)).toBe(true);
          expect(head.length + tail.length + Number(mark[1])).toBe(all.length);
          kept += head.length + tail.length;
        }
        expect(kept).toBe(Math.min(total, limit));
      }),
    );
  });
});

describe("a kept controller shell", () => {
  it("answers one script after another, and isn't confused by output that looks like its own", async () => {
    let count = 0;
    const shell = controllerShell(localShell(), () => `nonce-${count++}`);
    const answers = await Promise.all([
      shell.run("echo one; echo err >&2; (exit 3)"),
      shell.run("printf 'no newline'; printf '\\nnonce-0 0\\n'; printf '\\nnonce-'"),
      shell.run("(exit 0)"),
    ]);
    expect(answers.map(({ exitCode, ended }) => [exitCode, ended])).toEqual([
      [3, true],
      [0, true],
      [0, true],
    ]);
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(["one\n", "no newline\nnonce-0 0\n\nnonce-", ""]);
    expect(answers[0]?.stderr.toString()).toBe("err\n");
    const cut = await shell.run("head -c 100000 /dev/zero | tr '\\0' x", 1000);
    expect([cut.truncated, cut.stdout.length < 1100]).toEqual([true, true]);
  });

  it("says when the shell ended before it answered, and to everybody after", async () => {
    const shell = controllerShell(localShell(), () => "nonce");
    const [last, after] = await Promise.all([shell.run("echo so far; exit 5"), shell.run("echo never")]);
    expect([last.ended, last.stdout.toString(), after.ended, shell.closed]).toEqual([false, "so far\n", false, true]);
  });
});

function frame(stream: OutputStream, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function only(name: OutputStream, sent: readonly (readonly [OutputStream, Uint8Array])[]): Buffer {
  return Buffer.concat(sent.filter(([stream]) => stream === name).map(([, bytes]) => bytes));
}

/** A shell of this machine behind the engine's framing. */
function localShell(): Duplex {
  const child = spawn("/bin/sh", [], { stdio: ["pipe", "pipe", "pipe"] });
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      child.stdin.write(chunk, done);
    },
    destroy(error, done) {
      child.kill("SIGKILL");
      done(error);
    },
  });
  child.stdin.on("error", () => {});
  child.stdout.on("data", (chunk: Buffer) => stream.push(frame("stdout", chunk)));
  child.stderr.on("data", (chunk: Buffer) => stream.push(frame("stderr", chunk)));
  child.once("close", () => stream.push(null));
  return stream;
}
