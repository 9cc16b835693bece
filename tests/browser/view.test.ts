// `bestk view` in a browser: data comes from its server, changes are taken over in place, and the end of the server is said.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { serve } from "@hono/node-server";
import { expect, it } from "vitest";
import { viewApp } from "../../src/run/viewApp.js";
import type { ViewState } from "../../src/run/viewState.js";
import { describeInBrowser, keepPicture, testBrowser } from "./browser.js";
import { builtPage } from "./fixture/html.js";
import { type FixturePage, fixturePage, SMALL } from "./fixture/page.js";

/** A run that is going on, then one that is done: the same instances and more. */
function going(instances: number, complete: boolean): FixturePage {
  const page = fixturePage({ ...SMALL, instances, runs: 1 });
  return { ...page, data: { ...page.data, runs: page.data.runs.map((run) => ({ ...run, complete })) } };
}

async function served(first: FixturePage) {
  let now = first;
  const listeners = new Set<() => void>();
  const state = {
    data: async () => JSON.stringify(now.data),
    part: async (ref: string) => {
      const text = now.parts.get(ref);
      if (text === undefined) return null;
      if (ref.endsWith("-detail")) return { kind: "detail", json: text };
      return { kind: text.startsWith("{") ? "trajectory" : "log", text: { packed: async () => gzipSync(text) } };
    },
    changed: async () => false,
  } as unknown as ViewState;
  const subscribe = (tell: () => void) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  };
  const app = viewApp({ state, assets: builtPage(), host: "127.0.0.1", subscribe });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    change: (page: FixturePage) => {
      now = page;
      for (const tell of listeners) tell();
    },
    close: () => {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

describeInBrowser("the page of bestk view", () => {
  const browser = testBrowser();

  it("reads parts when they are opened, follows the run without losing the reader's place, and says when it ends", async () => {
    const view = await served(going(30, false));
    const { page, noise } = await browser.visit(`${view.url}#/first-run/instances`);
    const rows = page.locator("table.instances tbody tr");
    await rows.first().waitFor();
    await expect.poll(() => rows.count()).toBe(30);
    expect(await page.getByText("run going on").isVisible()).toBe(true);
    expect(noise.requests.filter((url) => url.includes("/part/"))).toEqual([]);

    await page.getByRole("link", { name: "astropy__astropy-1017" }).click();
    await page.getByRole("link", { name: "Trajectory", exact: true }).click();
    await page.getByRole("article").first().waitFor();
    const long = page.getByRole("article").nth(3);
    await long.getByRole("button", { name: /more lines/ }).click();
    await page.evaluate("scrollTo(0, 700)");
    await keepPicture(page, "view-going-on");

    view.change(going(40, true));
    await expect
      .poll(() =>
        page
          .getByRole("link", { name: /^Instances/ })
          .first()
          .textContent(),
      )
      .toContain("40");
    await expect.poll(() => page.getByText("run going on").count()).toBe(0);
    expect(page.url()).toContain("tab=trajectory");
    await expect.poll(() => long.getByRole("button", { name: "fold" }).count()).toBe(1);
    expect(await page.evaluate("scrollY")).toBe(700);

    expect(noise.messages).toEqual([]);
    const own = noise.requests.filter((url) => !url.startsWith(view.url));
    expect(own).toEqual([]);
    view.close();
    await page.getByText("bestk view has stopped answering").waitFor();
    await expect.poll(() => page.getByRole("article").count()).toBe(12);
  });

  it("says what it can't read, and goes on", async () => {
    const whole = going(3, true);
    const parts = new Map([...whole.parts].filter(([ref]) => !ref.endsWith("-t0")));
    const view = await served({ ...whole, parts });
    const { page } = await browser.visit(`${view.url}#//instances`);
    await page.getByRole("rowheader").first().getByRole("link").click();
    await page.getByRole("link", { name: "Trajectory", exact: true }).click();
    await page.getByText(/This trajectory can't be read: .*404/).waitFor();
    await page.getByRole("combobox", { name: "Rollout" }).selectOption("run-2");
    await page.getByRole("article").first().waitFor();
    view.close();
  });
});
