import { afterEach, expect, test } from "bun:test";
import type { Page } from "puppeteer-core";
import { card, describeInChromium, drawn, pageLiveRows, swapped, text, today, values } from "../support/dashboard.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";

// Without scripts, from another computer, while the hub is away, and with a name that is taken.
const mayComplain =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|Failed to fetch|409|Cross-Origin-Opener-Policy header has been ignored/;

describeInChromium("views and walls in Chromium", { mayComplain }, (site) => {
  const openPanel = async (page: Page): Promise<void> => {
    await page.click("[popovertarget=views]");
    await page.waitForSelector("#views .save");
  };
  const panelSays = (page: Page, role: string) => page.waitForSelector(`#views [role=${role}]`);
  const search = (page: Page): string => new URL(page.url()).search;

  /** Each test begins without views, whichever comes first. */
  afterEach(async () => {
    const html = await (await site.hub.fetch("/dashboard/views?of=/")).text();
    for (const [, id] of html.matchAll(/name="id" value="(\d+)"/g)) {
      await site.hub.fetch("/dashboard/views/delete", {
        method: "POST",
        headers: { Origin: site.hub.url },
        body: new URLSearchParams({ id: id!, of: "/" }),
        redirect: "manual",
      });
    }
  });

  test("a view is saved by one and opened by another, replaced after a question, and deleted after one more step", async () => {
    const page = await site.visit("/?period=last_7");
    const week = await card(page, "batches");
    await swapped(page, () => page.select('#filter [name="compare"]', "none"));
    await openPanel(page);
    expect(await text(page, "#views .save .hint")).toBe("지금 화면: 종합 현황 · 최근 7일");
    await page.type("#views [name=name]", "주간 회의");
    await page.keyboard.press("Enter");
    await panelSays(page, "status");
    expect(await values(page, "#views li > a")).toEqual(["주간 회의"]);

    const other = await site.visit("/");
    await openPanel(other);
    await swapped(other, () => other.click("#views li > a"));
    expect([search(other), await card(other, "batches")]).toEqual(["?period=last_7&compare=none", week]);
    expect(await other.$eval("#views", (panel) => panel.matches(":popover-open"))).toBe(false);

    await swapped(other, () => other.select('#filter [name="period"]', "today"));
    await openPanel(other);
    await other.type("#views [name=name]", "주간 회의");
    await other.keyboard.press("Enter");
    await panelSays(other, "alert");
    expect(await text(other, "#views [role=alert]")).toContain("이미 있습니다");
    await other.click("#views [name=replace]");
    await panelSays(other, "status");
    await page.keyboard.press("Escape");
    await openPanel(page);
    await swapped(page, () => page.click("#views li > a"));
    expect(search(page)).toBe("?period=today&compare=none");

    await openPanel(page);
    await page.click("#views li summary");
    await page.click("#views li button");
    await panelSays(page, "status");
    expect(await values(page, "#views li")).toEqual([]);
    await other.close();
    await page.close();
  });

  test("views work without scripts, and over plain HTTP from another computer, where browsers say their Origin alone", async () => {
    const page = await site.browser.open();
    await page.setJavaScriptEnabled(false);
    await page.goto(`${site.hub.url.replace("127.0.0.1", "hub.test")}/?period=yesterday`);
    await page.click("[popovertarget=views]");
    await Promise.all([page.waitForNavigation(), page.click("#views a")]);
    await page.type("[name=name]", "plain");
    await Promise.all([page.waitForNavigation(), page.click(".save [type=submit]")]);
    await Promise.all([page.waitForNavigation(), page.click("#views li > a")]);
    expect([new URL(page.url()).hostname, search(page)]).toEqual(["hub.test", "?period=yesterday"]);
    await page.click("[popovertarget=views]");
    await Promise.all([page.waitForNavigation(), page.click("#views a")]);
    await page.click("#views li summary");
    await Promise.all([page.waitForNavigation(), page.click("#views li button")]);
    expect(await values(page, "#views li")).toEqual([]);
    await page.close();
  });

  test("a wall screen turns the pages, takes up new data and views, stays on when the hub is away, and ends with Escape", async () => {
    const page = await site.visit("/?period=today&wall=600");
    const before = await card(page, "batches");
    expect(await values(page, ".menu-bar, #filter, [popover]")).toEqual([]);
    expect(await page.evaluate(() => getComputedStyle(document.querySelector("main")!).cursor)).toBe("none");
    expect(await text(page, ".bar")).toContain(`종합 현황오늘 · ${today}`);
    const more = row({ id: 9001, production_date: today, item_code: "BW001", good_quantity: 10 });
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, more]);
    await page.waitForFunction(
      (count: number) => Number(document.querySelector("#card-batches data")?.getAttribute("value")) === count,
      {},
      before + 1,
    );

    await page.evaluateOnNewDocument(() => {
      const inTime = window.setTimeout;
      // A tenth of the time: a test cannot wait as long as a wall does.
      Object.assign(window, { setTimeout: (act: () => void, ms = 0) => inTime(act, ms / 10) });
    });
    await page.goto(`${site.hub.url}/?period=today&wall=5`, { waitUntil: "load" });
    await site.hub.stop();
    await page.waitForSelector("#connection:not([hidden])");
    // Longer than a turn.
    await Bun.sleep(800);
    expect(await page.$("#card-batches")).not.toBeNull();
    await site.startAgain();
    const name = await savedView("/?period=last_90&compare=none");
    await page.waitForFunction((wanted: string) => document.querySelector("h1")?.textContent === wanted, {}, name);
    expect(search(page)).toBe("?period=last_90&compare=none&wall=5");
    await drawn(page);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".menu-bar");
    expect(search(page)).toBe("?period=last_90&compare=none");
    await page.close();
  });

  async function savedView(of: string): Promise<string> {
    const body = new URLSearchParams({ name: "벽", of, wall: "1" });
    const { status } = await site.hub.fetch("/dashboard/views", {
      method: "POST",
      body,
      headers: { Origin: site.hub.url },
    });
    expect(status).toBe(200);
    return "벽";
  }
});
