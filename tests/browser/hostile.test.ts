// Nothing in a text of a rollout runs, fetches, changes the page or makes it slow; and what hides in it is named.
import { expect, it } from "vitest";
import { describeInBrowser, keepPicture, type OpenPage, testBrowser } from "./browser.js";
import { ATTACKS, hostilePage } from "./fixture/hostile.js";
import { builtPage, fixtureHtml } from "./fixture/html.js";
import { type FixturePage, fixturePage, SMALL } from "./fixture/page.js";

async function nothingHappened({ page, noise }: OpenPage): Promise<void> {
  expect(noise).toEqual({ messages: [], requests: [], dialogs: [] });
  expect(await page.evaluate("window.escaped ?? null")).toBeNull();
  // Elements that text could have become: the page itself has one script and one style sheet, and no frame or picture.
  const foreign = "#bestk-app :is(script, style, link, meta, base, iframe, img, object, embed, form[action])";
  expect(await page.locator(foreign).count()).toBe(0);
  const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  for (const link of links) expect(link).toMatch(/^#\//);
  const handlers = "//*[@*[starts-with(name(), 'on')]]";
  expect(await page.locator(`xpath=${handlers}`).count()).toBe(0);
}

describeInBrowser("a report on hostile rollouts", () => {
  const browser = testBrowser();
  let made: { readonly hostile: FixturePage; readonly html: string } | null = null;
  const page = () => {
    if (made !== null) return made;
    const hostile = hostilePage();
    made = { hostile, html: fixtureHtml(hostile, builtPage()) };
    return made;
  };
  const views = [
    "overview",
    "instances",
    "compare",
    "tables",
    ...["candidates", "tests", "tests&cell=0.0", "patches", "patches&form=raw", "patches&with=P3", "issue"].map(
      (tab) => `instance/@?tab=${tab}`,
    ),
    "instance/@?tab=trajectory",
    "instance/@?tab=trajectory&read=model",
  ];

  it.each(views)("shows %s as text", async (view) => {
    const { hostile, html } = page();
    const run = hostile.data.runs[0];
    const instanceId = run?.instances[0]?.instanceId ?? "";
    const hash = `#/${encodeURIComponent(run?.id ?? "")}/${view.replace("@", encodeURIComponent(instanceId))}`;
    const opened = await browser.open(html, { hash });
    await opened.page.locator("main h1, main .toolbar, main table").first().waitFor({ state: "attached" });
    await opened.page.waitForTimeout(300);
    expect(await opened.page.locator("main [aria-busy=true]").count()).toBe(0);
    expect(await opened.page.locator("main .warning").count()).toBe(0);
    for (const button of await opened.page.locator("main button.more").all())
      await button.click({ timeout: 5_000 }).catch(() => undefined);
    expect(((await opened.page.locator("main").textContent()) ?? "").length).toBeGreaterThan(100);
    await keepPicture(opened.page, `hostile-${view.replace(/\W+/g, "-")}`);
    await nothingHappened(opened);
  });

  it("names characters that hide, and draws terminal codes as colours or not at all", async () => {
    const { data, parts } = fixturePage(SMALL);
    const spoiled = new Map(
      [...parts].map(([ref, text]) => [ref, ref.endsWith("-l0") ? ATTACKS.join("\n") : text] as const),
    );
    const opened = await browser.open(fixtureHtml({ data, parts: spoiled }, builtPage()), {
      hash: "#/first-run/instance/astropy__astropy-1000?tab=tests&cell=0.0",
    });
    const log = opened.page.getByRole("region", { name: "Raw log" });
    await log.getByText("terminal link").waitFor();
    const text = (await log.textContent()) ?? "";
    expect(text).toContain("userU+202Egpj.exe");
    expect(text).toContain("U+200B");
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("fetched.invalid/\u0007");
    expect(await log.locator(".ansi-red").textContent()).toBe("red");
    await nothingHappened(opened);
  });

  it("cuts a line of a megabyte, and shows the whole of it a page at a time", async () => {
    const opened = await browser.open(page().html, { hash: "#//instances" });
    await opened.page.getByRole("rowheader").first().getByRole("link").click();
    await opened.page.getByRole("link", { name: "Tests", exact: true }).click();
    await opened.page.locator("a.outcome").first().click();
    const log = opened.page.locator(".lines");
    await log.waitFor();
    await log.evaluate((frame) => {
      frame.scrollTop = frame.scrollHeight;
    });
    await log
      .getByRole("button", { name: /999,600 more characters/ })
      .first()
      .click();
    const whole = opened.page.locator(".whole-line");
    expect((await whole.locator("pre").textContent())?.length).toBe(20_000);
    await whole.getByRole("button", { name: "on", exact: true }).click();
    await whole.getByText("2 / 50").waitFor();
    await nothingHappened(opened);
  });

  it("is refused by its own policy if a script does get in", async () => {
    const html = fixtureHtml(fixturePage(SMALL), builtPage()).replace(
      "<noscript>",
      "<script>window.escaped = 1</script><noscript>",
    );
    const { page, noise } = await browser.open(html);
    await page.getByRole("heading", { name: "Best@K" }).waitFor();
    expect(await page.evaluate("window.escaped ?? null")).toBeNull();
    expect(noise.messages.join()).toMatch(/Content Security Policy/);
  });

  it("holds nothing by which it could be broken out of", () => {
    const { script, style } = builtPage();
    expect(script).not.toMatch(/<\/script|<!--|\beval\(|new Function\(|dangerouslySetInnerHTML"?\s*:\s*\{/);
    expect(style).not.toMatch(/@import|url\(/);
  });
});
