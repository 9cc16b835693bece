// Lines of a log without their colours, one at a time: a log of 50 MB is never held twice, nor is its text split whole.
import { stripVTControlCharacters } from "node:util";

const ESCAPE = "\u001b";

/** Lines in order, without \r and without terminal escape sequences. */
export function* plainLines(log: string): Generator<string> {
  let start = 0;
  while (start <= log.length) {
    const found = log.indexOf("\n", start);
    const end = found === -1 ? log.length : found;
    const line = log.slice(start, log.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end);
    yield line.includes(ESCAPE) ? stripVTControlCharacters(line) : line;
    start = end + 1;
  }
}
