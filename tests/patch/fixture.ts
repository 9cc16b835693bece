// Fixtures of patches: small texts, one for each spelling that real patches have.
import { readFileSync } from "node:fs";

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/patch/${name}`, import.meta.url), "utf8");
}
