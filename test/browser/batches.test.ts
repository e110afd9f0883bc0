import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { addDays } from "../../src/production/calendar.ts";
import type { Opening } from "../support/browser.ts";
import {
  cells,
  describeInChromium,
  evil,
  filterDays,
  number,
  pageLiveRows,
  swapped,
  text,
  today,
  values,
} from "../support/dashboard.ts";
import { readXlsxCells } from "../support/exports.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";
import { eventually, type Json } from "../support/hub.ts";

describeInChromium("the page of batches in Chromium", { mayComplain: /ERR_ABORTED/ }, (site) => {
  async function visit(query: string, options?: Opening): Promise<Page> {
    const page = await site.browser.open(options);
    await page.goto(`${site.hub.url}/dashboard/batches${query}`, { waitUntil: "load" });
    await page.waitForSelector("#more, .empty");
    return page;
  }
  const rowsOn = ".batches tbody tr:not(#more)";
  const lots = (page: Page) => values(page, `${rowsOn} td:nth-child(2)`);
  const totals = (page: Page): Promise<number[]> =>
    page.$eval("#batch-totals data", (element) => element.getAttribute("value")!.split(" ").map(Number));
  const records = async (query: string): Promise<Json[]> =>
    (await site.hub.json(`/records?limit=5000&${query}`)).body.data;
  const sum = (rows: Json[]): number => rows.reduce((all, { good_quantity }) => all + good_quantity, 0);
  const lotsOf = (rows: Json[]): string[] => rows.map(({ lot_number }) => lot_number);
  /** Scrolls on until the list has so many rows, or has all. */
  async function scrolledTo(page: Page, count: number): Promise<void> {
    await eventually(`${count} rows`, async () => {
      const shown = await page.evaluate(
        (rows, wanted) => {
          const { length } = document.querySelectorAll(rows);
          // To scroll on when there are enough of them would fetch the next ones.
          if (length < wanted) window.scrollTo(0, document.body.scrollHeight);
          return length;
        },
        rowsOn,
        count,
      );
      return shown >= count || undefined;
    });
  }

  test("lists what REST lists, page after page as one scrolls, and keeps so many in the address", async () => {
    const page = await visit(`?from=${addDays(today, -59)}&to=${today}`);
    const [from, to] = await filterDays(page);
    const wanted = await records(`date_from=${from}&date_to=${to}`);
    expect(wanted.length).toBeGreaterThanOrEqual(360);
    expect(await totals(page)).toEqual([wanted.length, sum(wanted)]);
    expect((await cells(page, rowsOn)).slice(0, 100)).toEqual(
      wanted
        .slice(0, 100)
        .map((one) => [
          one.production_date,
          one.lot_number,
          `${one.item_code}${one.item_name}`,
          number(one.good_quantity),
          one.source === "live" ? "현재" : "보관",
        ]),
    );
    expect(await values(page, ".batches .name")).toContain(evil);
    await scrolledTo(page, 200);
    await page.waitForFunction(() => /^[234]00$/.test(new URLSearchParams(location.search).get("rows") ?? ""));
    await scrolledTo(page, wanted.length);
    expect(await lots(page)).toEqual(lotsOf(wanted));
    expect(await text(page, "#more")).toBe("마지막 행입니다.");
    await page.reload();
    expect(await lots(page)).toEqual(lotsOf(wanted));
    await page.close();
  });

  test("goes on without scripts by links, and with the keyboard onto the next rows", async () => {
    const wanted = await records(`date_to=${today}`);
    const page = await site.browser.open();
    await page.setJavaScriptEnabled(false);
    await page.goto(`${site.hub.url}/dashboard/batches?from=2000-01-01&to=${today}`);
    await Promise.all([page.waitForNavigation(), page.click("#more a")]);
    expect(await lots(page)).toEqual(lotsOf(wanted.slice(100, 200)));
    await page.close();
    const long = await visit(`?from=2000-01-01&to=${today}&rows=1000`);
    expect(await lots(long)).toEqual(lotsOf(wanted.slice(0, 1000)));
    await swapped(long, () => long.click("#more a"));
    expect((await lots(long)).slice(0, 100)).toEqual(lotsOf(wanted.slice(1000, 1100)));
    await swapped(long, () => long.click("#batches > .hint a"));
    expect(await lots(long)).toEqual(lotsOf(wanted.slice(0, 100)));
    await long.close();
    const phone = await visit(`?from=2000-01-01&to=${today}`, { width: 360, height: 740 });
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await phone.$eval("#more-rows", (link) => (link as HTMLElement).focus({ preventScroll: true }));
    await phone.keyboard.press("Enter");
    await phone.waitForFunction((lot) => document.activeElement?.textContent === lot, {}, wanted[100].lot_number);
    await phone.close();
  });

  test("filters by the beginning of a lot and by quantity, into the address, back and by a link", async () => {
    const page = await visit("?period=last_90");
    const [from, to] = await filterDays(page);
    await page.type('#filter [name="lot"]', "LT3");
    await swapped(page, () => page.keyboard.press("Enter"));
    await page.type('#filter [name="min"]', "2500");
    await swapped(page, () => page.keyboard.press("Enter"));
    await page.type('#filter [name="max"]', "6000.5");
    await swapped(page, () => page.keyboard.press("Enter"));
    expect(new URL(page.url()).search).toBe("?period=last_90&lot=LT3&min=2500&max=6000.5");
    const api = `date_from=${from}&date_to=${to}&lot_number=LT3`;
    const wanted = await records(`${api}&min_quantity=2500&max_quantity=6000.5`);
    expect(wanted.length).toBeGreaterThan(10);
    expect(await lots(page)).toEqual(lotsOf(wanted));
    expect(await totals(page)).toEqual([wanted.length, sum(wanted)]);
    const other = await visit(new URL(page.url()).search);
    expect(await lots(other)).toEqual(lotsOf(wanted));
    await other.close();
    await page.evaluate(() => history.go(-2));
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>("[name=min]")?.value === "");
    expect(await lots(page)).toEqual(lotsOf(await records(api)).slice(0, 100));
    await page.goto(`${site.hub.url}/dashboard/batches?lot=LT1&min=many&max=-`);
    expect(await values(page, ".faults li")).toEqual([
      "최소 수량 'many'은(는) 수가 아니어서 쓰지 않았습니다.",
      "최대 수량 '-'은(는) 수가 아니거나 최소 수량보다 작아 쓰지 않았습니다.",
    ]);
    await page.goto(`${site.hub.url}/dashboard/batches?lot=none`);
    expect(await text(page, ".empty h2")).toBe("이 조건에 맞는 생산 실적이 없습니다");
    await page.close();
  });

  test("opens the history of a lot and of an item beside the list: by key, by a link, closed by Escape and by going back", async () => {
    const page = await visit("?period=last_90");
    await scrolledTo(page, 200);
    const shown = (await lots(page)).length;
    const link = `#${await page.$eval(`${rowsOn}:nth-child(150)`, ({ id }) => CSS.escape(id))} td:nth-child(2) a`;
    const lot = await text(page, link);
    await page.$eval(link, (element) => (element as HTMLElement).focus());
    await swapped(page, () => page.keyboard.press("Enter"));
    expect(await page.$eval("#drawer", (drawer) => drawer.matches(":modal"))).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("drawer-title");
    expect(new URL(page.url()).searchParams.get("show")).toBe(`lot:${lot}`);
    const ofLot = (await records(`lot_number=${lot}`)).filter(({ lot_number }) => lot_number === lot);
    expect((await cells(page, "#lot-history tbody tr")).map(([day, , quantity]) => [day, quantity])).toEqual(
      ofLot.map((one) => [one.production_date, number(one.good_quantity)]),
    );
    await swapped(page, () => page.keyboard.press("Escape"));
    expect(await page.$("#drawer")).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(lot);
    expect((await lots(page)).length).toBe(shown);
    await swapped(page, () => page.click(link));
    await page.goBack();
    await page.waitForSelector("#drawer", { hidden: true });
    await page.close();

    const item = await visit("?show=item:A/1,5%25");
    expect(await text(item, "#drawer h2")).toBe("제품 A/1,5%");
    const months: Json[] = (await site.hub.json("/summary/monthly_total?item_code=A%2F1%2C5%25")).body;
    expect(await cells(item, "#item-months tbody tr")).toEqual(
      months
        .slice(-12)
        .reverse()
        .map((one) => [one.year_month, number(one.total_production), number(one.batch_count)]),
    );
    const newest = await records("item_code=A%2F1%2C5%25");
    expect(await values(item, "#item-batches td:nth-child(2)")).toEqual(lotsOf(newest).slice(0, 20));
    expect(await values(item, "#drawer dd")).toEqual([
      newest.at(-1)!.production_date,
      newest[0]!.production_date,
      number(newest.length),
    ]);
    await swapped(item, () => item.click("#drawer-close"));
    expect(new URL(item.url()).search).toBe("");
    await item.close();
  });

  test("gives what is filtered as files, with progress, under the right name, and can be cancelled", async () => {
    const page = await visit(`?from=2000-01-01&to=${today}&items=BW003,BW004&lot=LT1`);
    const folder = mkdtempSync(join(tmpdir(), "hub-downloads-"));
    const session = await page.createCDPSession();
    await session.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: folder,
      browserContextId: page.browserContext().id!,
    });
    await page.click('[data-download="csv"]');
    await page.waitForSelector('#download[data-state="done"]');
    const name = `records_20000101_${today.replaceAll("-", "")}.csv`;
    expect(await text(page, "#download [role=status]")).toContain(name);
    const file = await eventually("the file", () => {
      try {
        return readFileSync(join(folder, name), "utf8") || undefined;
      } catch {
        return undefined;
      }
    });
    const whole = await (
      await site.hub.fetch(`/records.csv?date_from=2000-01-01&date_to=${today}&lot_number=LT1`)
    ).text();
    const wanted = whole.split("\r\n").filter((line) => /^구분|,BW00[34],|^$/.test(line));
    expect(wanted.length).toBeGreaterThan(100);
    expect(file.replace(/^\uFEFF/, "")).toBe(wanted.join("\r\n"));

    const excel = await page.$eval('[data-download="xlsx"]', (link) => link.getAttribute("href")!);
    const workbook = await site.hub.fetch(excel);
    expect(workbook.headers.get("Content-Disposition")).toBe(`attachment; filename="${name.replace("csv", "xlsx")}"`);
    const lotsInFile = (await readXlsxCells(await workbook.bytes())).slice(1).map((line) => line[3]);
    expect(lotsInFile).toEqual(
      wanted
        .slice(1)
        .filter(Boolean)
        .map((line) => line.split(",")[3]),
    );

    await page.goto(`${site.hub.url}/dashboard/batches?from=2000-01-01&to=${today}`);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: 10_000,
      uploadThroughput: 10_000,
    });
    await page.click('[data-download="csv"]');
    await page.waitForFunction(() => Number(document.querySelector("#download progress")?.getAttribute("value")) > 0);
    const { body: counted } = await site.hub.json(`/summary/monthly_total?date_from=2000-01-01&date_to=${today}`);
    const rows = counted.reduce((sum: number, { batch_count }: { batch_count: number }) => sum + batch_count, 0);
    const of = `${new Intl.NumberFormat("ko").format(rows)}행 중 `;
    expect(await text(page, "#download [role=status]")).toMatch(new RegExp(`^${of}[\\d,]+행 · [\\d.]+ MB 받음$`));
    await page.click("#download button");
    await page.waitForSelector('#download[data-state="cancelled"]');
    await page.close();
  });

  test("takes over what the ERP writes and loses neither the place nor a row", async () => {
    const page = await visit("?period=last_30");
    await scrolledTo(page, 180);
    const [before] = await totals(page);
    await page.evaluate((rows) => document.querySelectorAll(rows)[120]?.scrollIntoView({ block: "center" }), rowsOn);
    const place = (lot: string) =>
      page.evaluate(
        (wanted, rows) => {
          const found = [...document.querySelectorAll(rows)].find((one) => one.children[1]?.textContent === wanted);
          return Math.round(found!.getBoundingClientRect().top);
        },
        lot,
        rowsOn,
      );
    const watched = (await lots(page))[120]!;
    const top = await place(watched);
    const more = [1, 2, 3].map((at) =>
      row({ id: 9000 + at, production_date: today, item_code: "BW001", lot_number: `NEW${at}`, good_quantity: 10 }),
    );
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, ...more]);
    await page.waitForFunction(
      (wanted: number) => document.querySelector("#batch-totals data")?.getAttribute("value")?.startsWith(`${wanted} `),
      {},
      before! + 3,
    );
    expect(Math.abs((await place(watched)) - top)).toBeLessThan(4);
    expect((await lots(page)).length).toBe(183);
    await scrolledTo(page, 183);
    const [from, to] = await filterDays(page);
    expect(await lots(page)).toEqual(lotsOf(await records(`date_from=${from}&date_to=${to}`)));

    await swapped(page, () => page.click(`${rowsOn} td:nth-child(2) a[href*="NEW3"]`));
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, ...more, { ...more[2]!, id: 9004 }]);
    await page.waitForFunction(() => document.querySelectorAll("#lot-history tbody tr").length === 2);
    expect(await page.$eval("#drawer", (drawer) => drawer.matches(":modal"))).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("drawer-title");
    await page.close();
  });
});
