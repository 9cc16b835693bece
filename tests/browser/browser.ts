// A real browser for tests: Debian's Chromium, and the name of what is skipped where there is none.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { BROWSER_MARK } from "../support/browserMark.js";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"] as const;

const executablePath = process.env.BESTK_BROWSER ?? PATHS.find((path) => existsSync(path));

/** As `describe`; skipped without a browser, unless BESTK_REQUIRE_BROWSER says that one has to be there: then it fails. */
export const describeInBrowser: (name: string, body: () => void) => void = (name, body) =>
  describe.skipIf(executablePath === undefined && process.env.BESTK_REQUIRE_BROWSER !== "1")(
    `${name} ${BROWSER_MARK}`,
    body,
  );

/** What a page did besides showing itself. All of it is wrong in a file that fetches nothing. */
export interface Noise {
  /** Messages of the console, exceptions, and what the content security policy refused. */
  readonly messages: string[];
  /** Addresses asked for, other than the file itself. */
  readonly requests: string[];
  readonly dialogs: string[];
}

export interface OpenPage {
  readonly page: Page;
  readonly noise: Noise;
}

export interface TestBrowser {
  /** Writes the page's HTML to a file and opens it, from disk as a reader would. */
  readonly open: (html: string, options?: BrowserContextOptions & { readonly hash?: string }) => Promise<OpenPage>;
  /** Opens an address of a server. */
  readonly visit: (url: string, options?: BrowserContextOptions) => Promise<OpenPage>;
}

/** One browser for the tests of a file, closed after them. */
export function testBrowser(): TestBrowser {
  let browser: Browser | null = null;
  let folder = "";
  let files = 0;
  beforeAll(async () => {
    if (executablePath === undefined) throw new Error("no browser: install chromium or name one by BESTK_BROWSER");
    folder = mkdtempSync(join(tmpdir(), "bestk-browser-"));
    // Containers run tests as root, where Chromium has no sandbox of its own.
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });
  const visit = async (url: string, options: BrowserContextOptions = {}): Promise<OpenPage> => {
    if (browser === null) throw new Error("the browser is not started");
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const noise: Noise = { messages: [], requests: [], dialogs: [] };
    page.on("console", (message) => noise.messages.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => noise.messages.push(String(error)));
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== url.split("#")[0]) noise.requests.push(request.url());
    });
    page.on("dialog", (dialog) => {
      noise.dialogs.push(dialog.message());
      dialog.dismiss().catch(() => undefined);
    });
    await page.goto(url);
    await page.locator("#main").waitFor({ state: "attached" });
    return { page, noise };
  };
  return {
    visit,
    open: (html, { hash = "", ...options } = {}) => {
      files += 1;
      const file = join(folder, `page-${files}.html`);
      writeFileSync(file, html);
      return visit(pathToFileURL(file).href + hash, options);
    },
  };
}

/** Keeps a picture where BESTK_SCREENSHOTS names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.BESTK_SCREENSHOTS;
  if (folder === undefined || folder === "") return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
