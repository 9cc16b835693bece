// Logs and reports that runners wrote for small projects of ours, by their place below tests/fixtures/parsers.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../fixtures/parsers/", import.meta.url);

export function parserLog(path: string): string {
  return readFileSync(new URL(path, FOLDER), "utf8");
}
