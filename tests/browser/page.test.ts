// A report is read in a real browser as a reader would: nothing is fetched, nothing goes wrong, and every view has a link.
import { expect, it } from "vitest";
import { describeInBrowser, keepPicture, type Noise, testBrowser } from "./browser.js";
import { builtPage, fixtureHtml } from "./fixture/html.js";
import { fixturePage, SMALL } from "./fixture/page.js";

function quiet({ messages, requests, dialogs }: Noise): void {
  expect({ messages, requests, dialogs }).toEqual({ messages: [], requests: [], dialogs: [] });
}

describeInBrowser("a report in a browser", () => {
  const browser = testBrowser();
  const html = () => fixtureHtml(fixturePage(SMALL), builtPage());

  it("shows what the choice is worth, reads the curves by keys and switches one off", async () => {
    const { page, noise } = await browser.open(html());
    await page.getByRole("heading", { name: "What the choice is worth" }).waitFor();
    const selection = page.getByRole("table", { name: /Share of labelled instances/ });
    expect(await selection.getByRole("rowheader").allTextContents()).toEqual([
      expect.stringContaining("Oracle"),
      expect.stringContaining("Chosen"),
      expect.stringContaining("Best single"),
      expect.stringContaining("Random"),
    ]);
    await page.getByRole("slider", { name: "K" }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.getByText("best@5, % of instances").waitFor();
    const legend = page.getByRole("button", { name: "hybrid" });
    await legend.click();
    await expect.poll(() => legend.getAttribute("aria-pressed")).toBe("false");
    expect(await page.locator(".drawing .label").allTextContents()).not.toContain("hybrid");
    await keepPicture(page, "overview");
    quiet(noise);
  });

  it("sorts, filters and searches instances, keeps that in the address, and goes back", async () => {
    const { page, noise } = await browser.open(html());
    await page.getByRole("link", { name: /^Instances/ }).click();
    const rows = page.locator("table.instances tbody tr");
    await expect.poll(() => rows.count()).toBe(SMALL.instances);
    await page.getByRole("link", { name: "Tampered", exact: true }).click();
    const tampered = async () =>
      (await page.locator("table.instances tbody td.figure:nth-of-type(5)").allTextContents()).map((text) =>
        Number(text.replace("·", "0")),
      );
    await expect.poll(async () => (await tampered())[0]).toBeGreaterThan(0);
    const sorted = await tampered();
    expect(sorted).toEqual(sorted.toSorted((left, right) => right - left));
    await page.getByRole("link", { name: /^missed/ }).click();
    await expect.poll(() => rows.count()).toBeLessThan(SMALL.instances);
    const missed = await rows.count();
    expect(missed).toBeGreaterThan(0);
    await page.keyboard.press("/");
    await page.keyboard.type("sympy");
    await expect.poll(() => rows.count()).toBeLessThan(missed);
    for (const id of await rows.getByRole("rowheader").allTextContents()) expect(id).toContain("sympy");
    expect(page.url()).toMatch(/#\/first-run\/instances\?.*sort=-tampered/);
    expect(page.url()).toContain("show=missed");
    expect(page.url()).toContain("q=sympy");
    await keepPicture(page, "instances");
    const address = page.url();
    const again = await browser.open(html(), { hash: address.slice(address.indexOf("#")) });
    expect(await again.page.locator("table.instances tbody tr").count()).toBe(await rows.count());
    // The search replaced the address of the filter in place, so that one step back undoes both.
    await page.goBack();
    await expect.poll(() => rows.count()).toBe(SMALL.instances);
    await page.goForward();
    await expect.poll(() => rows.count()).toBeLessThan(missed);
    quiet(noise);
    quiet(again.noise);
  });

  it("opens an instance, a cell's log and searches it, and says what is left out", async () => {
    const { page, noise } = await browser.open(html(), { hash: "#/first-run/instances" });
    await page.getByRole("link", { name: "astropy__astropy-1000" }).click();
    await page.getByText("fewest new failures").waitFor();
    await expect.poll(() => page.locator("table.candidates tbody tr").count()).toBe(SMALL.rollouts);
    await keepPicture(page, "instance");
    await page.getByRole("link", { name: "Tests", exact: true }).click();
    await page
      .getByRole("link", { name: /^P1: .*open its log/ })
      .first()
      .click();
    const log = page.getByRole("region", { name: "Raw log" });
    await log.getByText("test session starts").first().waitFor();
    const search = page.getByRole("searchbox", { name: /Search in/ });
    await search.fill("FAILED tests/");
    await page.getByText("line 1 of 1").waitFor();
    await expect.poll(() => log.locator("mark").first().isVisible()).toBe(true);
    expect(await log.locator(".ansi-red").first().textContent()).toBe("FAILED");
    await keepPicture(page, "log");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await expect.poll(() => log.count()).toBe(0);
    await page
      .getByRole("link", { name: /^P2: .*open its log/ })
      .first()
      .click();
    expect(await page.locator(".dock").textContent()).toContain("bestk view first-run");
    quiet(noise);
  });

  it("goes through the matrix by arrow keys", async () => {
    const { page, noise } = await browser.open(html(), {
      hash: "#/first-run/instance/astropy__astropy-1000?tab=tests",
    });
    await page.locator('[data-cell="0.-1"]').focus();
    for (const key of ["ArrowRight", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    await expect.poll(() => page.locator(":focus").getAttribute("data-cell")).toBe("2.0");
    for (let at = 0; at < 3; at++) await page.keyboard.press("PageDown");
    await expect.poll(() => page.locator(":focus").getAttribute("data-cell")).toBe("47.0");
    expect(await page.locator(".matrix tbody tr").count()).toBeLessThan(SMALL.tests + 2);
    quiet(noise);
  });

  it("draws patches in both layouts, as given, and two against each other", async () => {
    const { page, noise } = await browser.open(html(), {
      hash: "#/first-run/instance/astropy__astropy-1000?tab=patches",
    });
    await page.locator("table.diff.split").waitFor();
    expect(await page.locator(".code.added").first().textContent()).toMatch(/or None/);
    expect(await page.locator(".changed").first().textContent()).toContain("or None");
    await keepPicture(page, "patch");
    await page.getByRole("link", { name: "unified" }).click();
    await page.locator("table.diff.unified").waitFor();
    expect(await page.getByText("reproduce.py").first().isVisible()).toBe(false);
    await page.getByText("Normalising dropped 1 file").click();
    await page.getByText("a script of the agent's own").waitFor();
    await page.getByRole("link", { name: "as given" }).click();
    await page.getByRole("heading", { name: /reproduce\.py/ }).waitFor();
    await page.getByRole("combobox", { name: "against" }).selectOption("P3");
    await page.getByText("Changed lines of P1 on the left").waitFor();
    await keepPicture(page, "two-patches");
    quiet(noise);
  });

  it("reads a trajectory, unfolds a long observation, jumps and searches, and shows what the model read", async () => {
    const { page, noise } = await browser.open(html(), {
      hash: "#/first-run/instance/astropy__astropy-1000?tab=trajectory",
    });
    const steps = page.getByRole("article");
    await steps.first().waitFor();
    await expect.poll(() => steps.count()).toBe(12);
    const long = steps.nth(3);
    const before = (await long.textContent())?.length ?? 0;
    await long.getByRole("button", { name: /more lines/ }).click();
    expect((await long.textContent())?.length ?? 0).toBeGreaterThan(2 * before);
    await page.getByRole("searchbox", { name: "Search in the steps" }).fill("Step 7:");
    await page.getByText("1 of 12 steps").waitFor();
    await page.getByRole("searchbox", { name: "Search in the steps" }).press("Enter");
    await expect.poll(() => page.url()).toContain("step=7");
    await expect.poll(() => steps.nth(6).getByRole("heading").isVisible()).toBe(true);
    await keepPicture(page, "trajectory");
    await page.getByRole("link", { name: "what the reward model read" }).click();
    await page.getByText("[ISSUE]").waitFor();
    await page.getByRole("combobox", { name: "Rollout" }).selectOption(`run-${SMALL.rollouts}`);
    await page.getByRole("link", { name: "transcript" }).click();
    await page.getByText("came without a trajectory").waitFor();
    quiet(noise);
  });

  it("switches runs on the same instance, compares them and links to both", async () => {
    const { page, noise } = await browser.open(html(), { hash: "#/first-run/instance/astropy__astropy-1000" });
    await page.getByRole("combobox", { name: "Run" }).selectOption("second-run");
    await expect.poll(() => page.url()).toContain("#/second-run/instance/astropy__astropy-1000");
    await expect.poll(() => page.getByRole("heading", { name: "astropy__astropy-1000" }).count()).toBe(1);
    await page.getByRole("link", { name: "Comparisons" }).click();
    await page.getByRole("heading", { name: /second-run against first-run/ }).waitFor();
    await expect.poll(() => page.getByText("p = 0.34").count()).toBe(1);
    await keepPicture(page, "comparison");
    await page.getByRole("link", { name: "Tables" }).click();
    await page.getByRole("cell", { name: /62\.0/ }).waitFor();
    quiet(noise);
  });

  it("is driven by keys", async () => {
    const { page, noise } = await browser.open(html());
    await page.keyboard.press("i");
    await page.locator("table.instances").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator(":focus").textContent()).toBe("astropy__astropy-1017");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "astropy__astropy-1017" }).waitFor();
    await page.keyboard.press("]");
    await page.getByRole("heading", { name: "astropy__astropy-1034" }).waitFor();
    await page.keyboard.press("[");
    await page.getByRole("heading", { name: "astropy__astropy-1017" }).waitFor();
    await page.keyboard.press("4");
    await page.getByRole("article").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("table.instances").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("d");
    await expect.poll(() => page.locator("html").getAttribute("data-theme")).toBe("light");
    quiet(noise);
  });

  it("is what an unlabelled run without tests and without rollouts needs too", async () => {
    const bare = { instances: 2, rollouts: 3, tests: 0, runs: 1, labelled: false } as const;
    const { page, noise } = await browser.open(fixtureHtml(fixturePage(bare), builtPage()));
    await page.getByText("No instance of this run is labelled in full").waitFor();
    await page.keyboard.press("i");
    await page.getByRole("rowheader").first().getByRole("link").click();
    await page.getByRole("link", { name: "Tests", exact: true }).click();
    await page.getByText("No other test was run").waitFor();
    expect(await page.getByRole("link", { name: "Comparisons" }).count()).toBe(0);
    quiet(noise);
  });
});
