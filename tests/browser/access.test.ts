// The page is for everybody: axe finds nothing to object to, in light and in dark, on a desk and on a phone.
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { describeInBrowser, keepPicture, testBrowser } from "./browser.js";
import { builtPage, fixtureHtml } from "./fixture/html.js";
import { fixturePage, SMALL } from "./fixture/page.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Runs axe; each violation with the first elements that it is about. */
const FOUND = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 160) + failureSummary)]))`;

const VIEWS = [
  "overview",
  "instances?show=missed",
  "compare",
  "tables",
  "instance/astropy__astropy-1000",
  "instance/astropy__astropy-1000?tab=tests&cell=0.0",
  "instance/astropy__astropy-1000?tab=patches&spaces=shown",
  "instance/astropy__astropy-1000?tab=patches&with=P3",
  "instance/astropy__astropy-1000?tab=trajectory",
  "instance/astropy__astropy-1000?tab=trajectory&read=model",
  "instance/astropy__astropy-1000?tab=issue",
  "instance/nothing",
] as const;

describeInBrowser("accessibility of a report", () => {
  const browser = testBrowser();
  const screens = [
    ["light", 1440, 900],
    ["dark", 390, 844],
    ["dark", 1440, 900],
    ["light", 390, 844],
  ] as const;

  it.each(screens)("holds in %s at %d pixels", { timeout: 120_000 }, async (colorScheme, width, height) => {
    const { page, noise } = await browser.open(fixtureHtml(fixturePage(SMALL), builtPage()), {
      colorScheme,
      viewport: { width, height },
      // The page's policy allows no script but its own; axe comes from outside of it.
      bypassCSP: true,
    });
    await page.addScriptTag({ path: AXE });
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/first-run/${view}`)}`);
      await page.waitForTimeout(200);
      const found = await page.evaluate(FOUND);
      expect.soft(found, `${view} in ${colorScheme} at ${width}`).toEqual([]);
      expect(
        await page.evaluate("document.documentElement.scrollWidth"),
        `${view} is no wider than the screen`,
      ).toBeLessThanOrEqual(width);
      await keepPicture(page, `${view.replace(/\W+/g, "-")}-${colorScheme}-${width}`);
    }
    await page.keyboard.press("?");
    expect
      .soft(await page.evaluate("axe.run('dialog').then(({ violations }) => violations.map(({ id }) => id))"))
      .toEqual([]);
    expect(noise.messages).toEqual([]);
  });

  it("leaves colours alone that the reader's system forces, and needs no motion", async () => {
    const { page, noise } = await browser.open(fixtureHtml(fixturePage(SMALL), builtPage()), {
      forcedColors: "active",
      reducedMotion: "reduce",
      hash: "#/first-run/instance/astropy__astropy-1000?tab=tests",
    });
    expect(await page.locator("a.outcome").first().isVisible()).toBe(true);
    await keepPicture(page, "forced-colours");
    expect(noise.messages).toEqual([]);
  });

  it("prints every instance, in ink on white", async () => {
    const { page } = await browser.open(
      fixtureHtml(fixturePage({ ...SMALL, instances: 400, runs: 1, rollouts: 2, tests: 1 }), builtPage()),
      {
        hash: "#/first-run/instances?theme=dark",
      },
    );
    expect(await page.locator("table.instances tbody tr").count()).toBeLessThan(400);
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await expect.poll(() => page.locator("table.instances tbody tr").count()).toBe(400);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
  });
});
