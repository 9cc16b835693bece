// Keeps a command's output within a limit: its beginning and its end, because logs say who failed at the end.

export type OutputStream = "stdout" | "stderr";

/** Collects what a process writes, in order of arrival. */
export interface OutputCollector {
  push(stream: OutputStream, chunk: Buffer): void;
  result(): { readonly stdout: Buffer; readonly stderr: Buffer; readonly truncated: boolean };
}

export const DEFAULT_MAX_OUTPUT_BYTES = 10 * 1024 ** 2;

interface Piece {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
}

/** Keeps the first and the last half of `maxBytes`, of both streams together; each cut stream says how much is missing. */
export function collectOutput(maxBytes: number = DEFAULT_MAX_OUTPUT_BYTES): OutputCollector {
  const head: Piece[] = [];
  const tail: Piece[] = [];
  const dropped = { stdout: 0, stderr: 0 };
  let headRoom = Math.ceil(maxBytes / 2);
  let tailRoom = maxBytes - headRoom;
  let oldest = 0;

  const shrinkTail = (): void => {
    while (tailRoom < 0) {
      const { stream, bytes } = tail[oldest] as Piece;
      const cut = Math.min(bytes.length, -tailRoom);
      tail[oldest] = { stream, bytes: bytes.subarray(cut) };
      if (cut === bytes.length) oldest += 1;
      dropped[stream] += cut;
      tailRoom += cut;
    }
    if (oldest > 1024) tail.splice(0, oldest);
    if (oldest > 1024) oldest = 0;
  };

  return {
    push(stream, chunk) {
      const kept = chunk.subarray(0, headRoom);
      if (kept.length > 0) head.push({ stream, bytes: kept });
      headRoom -= kept.length;
      const rest = chunk.subarray(kept.length);
      if (rest.length === 0) return;
      tail.push({ stream, bytes: rest });
      tailRoom -= rest.length;
      shrinkTail();
    },
    result() {
      const kept = tail.slice(oldest);
      return {
        stdout: join("stdout", head, kept, dropped.stdout),
        stderr: join("stderr", head, kept, dropped.stderr),
        truncated: dropped.stdout + dropped.stderr > 0,
      };
    },
  };
}

function join(stream: OutputStream, head: readonly Piece[], tail: readonly Piece[], dropped: number): Buffer {
  const of = (pieces: readonly Piece[]): Buffer[] => pieces.filter((p) => p.stream === stream).map((p) => p.bytes);
  const mark = dropped > 0 ? [Buffer.from(`\n[bestk: ${dropped} bytes of ${stream} cut here]\n`)] : [];
  return Buffer.concat([...of(head), ...mark, ...of(tail)]);
}
