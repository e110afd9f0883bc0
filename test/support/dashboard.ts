import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from "bun:test";
import type { Page } from "puppeteer-core";
import { addDays } from "../../src/production/calendar.ts";
import { chromium, type Opening, startBrowser, type TestBrowser } from "./browser.ts";
import { dayOf, type Row, row, temporaryHome, writeUpToYear } from "./files.ts";
import { type Hub, startHub } from "./hub.ts";

/** The factory's today. */
export const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Seoul" }).format(new Date());

/** The year of the archive beside Live. */
const lastYear = Number(today.slice(0, 4)) - 1;

/** The name of one item of the pages' rows, which must be shown as text. */
export const evil = "<img src=x onerror=alert(1)>";

/** Rows of twelve items on each of the last 500 days, newest first: BW000 to BW0010 and one whose code needs quoting. */
export const pageRows: readonly Row[] = Array.from({ length: 3000 }, (_, at) => {
  const item = (at * 5 + (at >> 4)) % 12;
  return row({
    id: at + 1,
    production_date: `${addDays(today, -Math.floor((at * 500) / 3000))} 오전 12:00:00`,
    item_code: item === 11 ? "A/1,5%" : `BW00${item}`,
    item_name: item === 3 ? evil : `렌즈 ${item}`,
    lot_number: `LT${at}`,
    good_quantity: ((at * 7919) % 9000) + 0.5,
  });
});

/** Those of them that stand in Live. */
export const pageLiveRows: readonly Row[] = pageRows.filter((one) => dayOf(one) > `${lastYear}-12-31`);

/** Puts the pages' rows into the Live file of a home and an archive of the years before it, and more into Live. */
export function writePageRows(home: string, more: readonly Row[] = []): void {
  writeUpToYear(home, lastYear, pageRows, more);
}

/** A hub and a browser, there while the tests of a `describeInChromium` run. */
export interface Site {
  readonly hub: Hub;
  readonly browser: TestBrowser;
  /** Opens a page of the hub in a profile of its own and waits until its chart is drawn. */
  visit(path: string, options?: Opening): Promise<Page>;
  /** Starts a hub that was stopped again, where it was before. */
  startAgain(): Promise<void>;
}

/** What the tests of a `describeInChromium` need beyond the pages' rows and a hub as every test has it. */
export interface SiteOptions {
  /** Fills the new home before the hub starts, instead of `writePageRows`. */
  readonly fill?: (home: string) => void;
  /** Settings of the hub. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the console may say, because a test has the browser do it. */
  readonly mayComplain?: RegExp;
}

/**
 * `describe` for tests of pages: skipped where there is no Chromium, otherwise with a hub whose files are ready and a browser, whose console must stay silent.
 *
 *     describeInChromium("the trends", { fill: (home) => writePageRows(home, [row({ … })]) }, (site) => {
 *       test("…", async () => {
 *         const page = await site.visit("/dashboard/trends?period=last_7");
 *         const { body } = await site.hub.json("/items");
 *       });
 *     });
 *
 * `site` has its hub and its browser in tests and hooks only; hooks of the tests' own run after both started.
 */
export function describeInChromium(
  name: string,
  { fill = writePageRows, env = {}, mayComplain }: SiteOptions,
  tests: (site: Site) => void,
): void {
  describe.skipIf(chromium === null)(name, () => {
    let hub: Hub;
    let browser: TestBrowser;
    // Chromium shares the processor with whatever else is tested: axe-core on all pages takes 25 to 60 s.
    setDefaultTimeout(180_000);
    beforeAll(async () => {
      const home = temporaryHome();
      fill(home);
      // One after the other, so that a hub that does not start leaves no browser behind.
      hub = await startHub({ home, env });
      browser = await startBrowser();
      await hub.json("/items");
    });
    afterAll(async () => {
      await browser?.close();
      await hub?.stop();
      // Nothing that the tests did may have broken the content security policy or failed in a script.
      expect(browser?.complaints.filter((complaint) => !mayComplain?.test(complaint))).toEqual([]);
    });
    tests({
      get hub() {
        return hub;
      },
      get browser() {
        return browser;
      },
      async visit(path, options) {
        const page = await browser.open(options);
        await page.goto(hub.url + path, { waitUntil: "load" });
        await drawn(page);
        return page;
      },
      async startAgain() {
        hub = await startHub({ home: hub.home, env: { ...env, API_PORT: new URL(hub.url).port } });
      },
    });
  });
}

/** Waits until a page's first chart is drawn, or the page says that there is nothing to draw. */
export const drawn = (page: Page) => page.waitForSelector(".plot canvas, .empty");

/** What the first element says. */
export const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => (element.textContent ?? "").trim());

/** What each element says. */
export const values = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(selector, (elements) => elements.map((element) => (element.textContent ?? "").trim()));

/** What the cells of each of the rows say. */
export const cells = (page: Page, rows: string): Promise<string[][]> =>
  page.$$eval(rows, (lines) => lines.map((line) => [...line.children].map((cell) => (cell.textContent ?? "").trim())));

/** The exact figure of a card. */
export const card = (page: Page, id: string): Promise<number> =>
  page.$eval(`#card-${id} data`, (element) => Number(element.getAttribute("value")));

/**
 * Does something that replaces the page's content, and waits until the answer to what the reader did is in place; by "hub", until a page is in place that
 * was fetched because the hub has news, as an open page does at any time.
 */
export async function swapped(page: Page, act: () => Promise<unknown>, by: "reader" | "hub" = "reader"): Promise<void> {
  const swap = await page.evaluateHandle((wanted) => {
    const done = new Promise<void>((resolve) => {
      const onSwap = (event: Event) => {
        const { sourceElement, target } = (event as CustomEvent).detail.ctx;
        if (target?.id !== "page" || (sourceElement?.id === "content") !== (wanted === "hub")) return;
        document.removeEventListener("htmx:after:swap", onSwap);
        setTimeout(resolve, 30);
      };
      document.addEventListener("htmx:after:swap", onSwap);
    });
    return { done };
  }, by);
  await act();
  await swap.evaluate(({ done }) => done);
}

/** A quantity as a Korean page writes it. */
export const number = (value: number): string =>
  new Intl.NumberFormat("ko", { maximumFractionDigits: 2 }).format(value);

/** The first and last day in the filter's form. */
export const filterDays = (page: Page): Promise<[string, string]> =>
  page.$eval("#filter", (form) =>
    ["from", "to"].map((name) => (form.querySelector(`[name=${name}]`) as HTMLInputElement).value),
  ) as never;
