// How texts of the page are compressed: the same bytes for the same text, whatever machine and clock.
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { SourceText } from "./source.js";

const compress = promisify(gzip);

/** In a gzip header: the system that wrote it, which nobody needs to know. */
const SYSTEM_BYTE = 9;
const UNKNOWN_SYSTEM = 255;

/** gzip without time and system in its header. A lone surrogate in a text becomes U+FFFD, as in any UTF-8. */
export async function packed(content: string | Uint8Array): Promise<Buffer> {
  const bytes = await compress(content, { level: 6 });
  bytes[SYSTEM_BYTE] = UNKNOWN_SYSTEM;
  return bytes;
}

/** A text that is at hand. */
export function textAtHand(text: string): SourceText {
  return { bytes: Buffer.byteLength(text), packed: () => packed(text) };
}

/** Length of so many bytes in base64. */
export function encodedLength(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}
