// The version that the package says it has, for `--version` and the run card.
import { createRequire } from "node:module";

export function bestkVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("../../package.json") as { version: string }).version;
}
