// Where the built page lies: beside the compiled program, or in `dist/` where the sources are run as they are.
import { readFile } from "node:fs/promises";
import { BestkError } from "../core/errors.js";
import type { PageAssets } from "../report/page/html.js";

const FOLDERS = ["../report/app/", "../../dist/report/app/"] as const;

/** Throws BestkError `prerequisite` where the page is not built. */
export async function pageAssets(): Promise<PageAssets> {
  for (const folder of FOLDERS) {
    const read = (name: string) => readFile(new URL(`${folder}${name}`, import.meta.url), "utf8").catch(() => null);
    const [script, style] = await Promise.all([read("page.js"), read("page.css")]);
    if (script !== null && style !== null) return { script, style };
  }
  throw new BestkError("prerequisite", "the report's page is not built: dist/report/app holds no page.js", {
    hint: "npm run build",
  });
}
