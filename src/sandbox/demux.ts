// Splits the engine's multiplexed stream into stdout and stderr, whatever the pieces in which it arrives.
import type { Duplex } from "node:stream";
import type { OutputStream } from "./output.js";

const HEADER_BYTES = 8;

/**
 * A function that takes the next bytes of a multiplexed stream and passes payload on as it comes. A frame is one byte of
 * stream (1 stdout, 2 stderr), three of zero, four of length (big endian), then the payload.
 */
export function demultiplexer(sink: (stream: OutputStream, chunk: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let stream: OutputStream = "stdout";
  let left = 0;
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const payload = rest.subarray(0, left);
        left -= payload.length;
        rest = rest.subarray(payload.length);
        sink(stream, payload);
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) return;
      stream = header[0] === 2 ? "stderr" : "stdout";
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  };
}

/** Reads a stream of the engine to its end, which may be a broken connection: ask the engine which it was. */
export function drain(stream: Duplex, sink: (stream: OutputStream, chunk: Buffer) => void): Promise<void> {
  stream.on("data", demultiplexer(sink));
  return new Promise((resolve) => {
    stream.once("end", resolve);
    stream.once("close", resolve);
  });
}
