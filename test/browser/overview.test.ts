import { expect, test } from "bun:test";
import { addDays } from "../../src/production/calendar.ts";
import {
  card,
  cells,
  describeInChromium,
  drawn,
  evil,
  filterDays,
  number,
  pageLiveRows,
  swapped,
  text,
  today,
  values,
} from "../support/dashboard.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";
import type { Json } from "../support/hub.ts";

describeInChromium("the overview in Chromium", {}, (site) => {
  test("shows the figures that REST answers with for the same filter, and every value as text", async () => {
    const page = await site.visit("/?period=last_90&items=BW003,BW004,A/1%252C5%25");
    const [from, to] = await filterDays(page);
    const query = `date_from=${from}&date_to=${to}&limit=1000`;
    const { body } = await site.hub.json(`/summary/by_item?${query}`);
    const wanted = (body.data as Json[]).filter(({ item_code }) => ["BW003", "BW004", "A/1,5%"].includes(item_code));
    expect(wanted).toHaveLength(3);
    const total = wanted.reduce((sum, one) => sum + one.total_production, 0);
    const batches = wanted.reduce((sum, one) => sum + one.batch_count, 0);
    expect([await card(page, "total"), await card(page, "batches"), await card(page, "items")]).toEqual([
      total,
      batches,
      3,
    ]);
    expect(await card(page, "average")).toBeCloseTo(total / batches, 9);
    expect(await values(page, "#top tbody .code")).toEqual(wanted.map(({ item_code }) => item_code));
    expect(await values(page, "#top tbody td:nth-child(2)")).toEqual(
      wanted.map(({ total_production }) => number(total_production)),
    );
    expect(await values(page, "#top .name")).toContain(evil);
    const latest = await site.hub.json(`/records?date_from=${from}&date_to=${to}&limit=5000`);
    const lots = (latest.body.data as Json[]).filter(({ item_code }) =>
      wanted.some((one) => one.item_code === item_code),
    );
    expect(await values(page, "#latest td:nth-child(3)")).toEqual(
      lots.slice(0, 10).map(({ lot_number }) => lot_number),
    );
    const daily: Json[][] = await Promise.all(
      wanted.map(
        async ({ item_code }) =>
          (await site.hub.json(`/summary/daily?${query}&item_code=${encodeURIComponent(item_code)}`)).body,
      ),
    );
    const byDay = new Map<string, number>();
    for (const { day, total_production } of daily.flat()) byDay.set(day, (byDay.get(day) ?? 0) + total_production);
    const shown = await cells(page, "#chart-series tbody tr");
    expect(shown.map(([day]) => day)).toEqual(Array.from({ length: 90 }, (_, at) => addDays(from, at)));
    for (const [day, quantity] of shown) expect([day, quantity]).toEqual([day, number(byDay.get(day!) ?? 0)]);
    await page.close();
  });

  test("sends the filter when something is chosen, into the address, and goes back and forward", async () => {
    const page = await site.visit("/");
    const month = await card(page, "total");
    await swapped(page, () => page.select('#filter [name="period"]', "last_7"));
    expect(new URL(page.url()).search).toBe("?period=last_7");
    const week = await card(page, "total");
    expect(week).toBeLessThan(month);
    const code = await text(page, "#top tbody .code");
    await swapped(page, () => page.click("#top tbody a"));
    expect(new URL(page.url()).pathname).toBe(`/dashboard/items/${encodeURIComponent(code)}`);
    await swapped(page, () => page.click('#facts a[href^="/?"]'));
    expect(await card(page, "items")).toBe(1);
    expect(new URL(page.url()).search).toBe(`?period=last_7&items=${code}`);
    await swapped(page, () => page.click('.choices a[href*="unit=week"]'));
    expect((await values(page, "#chart-series tbody th")).length).toBeLessThan(4);
    for (const [step, search, period, items] of [
      [-1, `?period=last_7&items=${code}`, "last_7", "1"],
      [-2, "?period=last_7", "last_7", "12"],
      [-1, "", "last_30", "12"],
      [1, "?period=last_7", "last_7", "12"],
    ] as const) {
      await page.evaluate((steps) => history.go(steps), step);
      await page.waitForFunction(
        (wanted, count, address) =>
          location.search === address &&
          document.querySelector<HTMLSelectElement>("#filter [name=period]")?.value === wanted &&
          document.querySelector("#card-items data")?.getAttribute("value") === count,
        {},
        period,
        items,
        search,
      );
    }
    await page.waitForFunction(
      (total: number) => Number(document.querySelector("#card-total data")?.getAttribute("value")) === total,
      {},
      week,
    );
    await drawn(page);
    const other = await site.visit("/?period=last_7");
    expect(await card(other, "total")).toBe(week);
    await other.close();
    await page.close();
  });

  test("takes items out of a list that can be searched, and a keyword", async () => {
    const page = await site.visit("/");
    await page.click("#item-picker summary");
    await page.waitForSelector("#item-options input");
    expect((await values(page, "#item-options .code")).length).toBe(12);
    await page.type("#item-search", "A/1");
    await page.waitForFunction(() => document.querySelectorAll("#item-options input").length === 1);
    await swapped(page, () => page.click("#item-options input"));
    expect(await values(page, "#top tbody .code")).toEqual(["A/1,5%"]);
    expect(await page.$eval("#item-picker", (picker) => picker.hasAttribute("open"))).toBe(true);
    await swapped(page, () => page.click(".chips a"));
    expect(await card(page, "items")).toBe(12);
    await page.keyboard.press("Escape");
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press("/");
    await page.keyboard.type("렌즈 7");
    await swapped(page, () => page.keyboard.press("Enter"));
    expect(await values(page, "#top tbody .code")).toEqual(["BW007"]);
    await page.close();
  });

  test("takes over what the ERP writes, in place: what is open stays open and the page does not move", async () => {
    const page = await site.visit("/?period=today");
    const before = await card(page, "batches");
    await page.click("#chart-series details summary");
    await page.evaluate(() => {
      document.querySelector("canvas")?.setAttribute("data-same", "yes");
      window.scrollTo(0, 300);
    });
    const scrolled = await page.evaluate(() => window.scrollY);
    expect(scrolled).toBeGreaterThan(0);
    const more = [1, 2, 3].map((at) =>
      row({ id: 9000 + at, production_date: today, item_code: "BW001", good_quantity: 10 }),
    );
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, ...more]);
    await page.waitForFunction(
      (count: number) => Number(document.querySelector("#card-batches data")?.getAttribute("value")) === count,
      {},
      before + 3,
    );
    expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
    expect(await page.$eval("#chart-series details", (details) => details.hasAttribute("open"))).toBe(true);
    expect(await page.$("canvas[data-same]")).not.toBeNull();
    expect(await text(page, "#updated")).toMatch(/갱신$/);
    expect(await page.$eval("#live", (element) => element.getAttribute("data-state"))).toBe("live");
    await page.close();
  });

  test("speaks the language that was chosen, else the browser's, and keeps the address", async () => {
    const page = await site.visit("/?period=last_7", { language: "en-GB" });
    expect(await text(page, "h1")).toBe("Overview");
    await Promise.all([page.waitForNavigation(), page.click('.bar a[hreflang="ko"]')]);
    expect([await text(page, "h1"), new URL(page.url()).search]).toEqual(["종합 현황", "?period=last_7"]);
    await page.reload();
    expect(await text(page, "h1")).toBe("종합 현황");
    await page.close();
  });

  test("says what of an address it could not use, and what to do where nothing is found", async () => {
    const page = await site.visit("/?period=soon&from=2026-02-30");
    expect(await values(page, ".faults li")).toEqual([
      "기간 'soon'을(를) 알 수 없어 기본 기간을 보여 줍니다.",
      "시작일 '2026-02-30'은(는) 날짜가 아닙니다(예: 2026-01-15). 기본 기간을 보여 줍니다.",
    ]);
    await page.goto(`${site.hub.url}/?from=2001-01-01&to=2001-01-31`);
    expect(await text(page, ".empty h2")).toBe("이 조건에 맞는 생산 실적이 없습니다");
    await swapped(page, () => page.click(".empty a"));
    const { body: months } = await site.hub.json("/summary/monthly_total");
    const rows = months.reduce((all: number, { batch_count }: { batch_count: number }) => all + batch_count, 0);
    expect(await card(page, "batches")).toBe(rows);
    await page.close();
  });

  test("has keys, a chart that zooms, and room on a phone", async () => {
    const page = await site.visit("/?period=last_90", { width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.keyboard.press("?");
    expect(await page.$eval("#keys", (dialog) => (dialog as HTMLDialogElement).open)).toBe(true);
    await page.keyboard.press("Escape");
    await page.$eval(".u-over", (over) => over.scrollIntoView({ block: "center" }));
    const { x, y, width, height } = (await (await page.$(".u-over"))!.boundingBox())!;
    await page.mouse.move(x + width * 0.3, y + height / 2);
    expect((await text(page, ".plot-tip")).length).toBeGreaterThan(10);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector("[data-reset]:not([hidden])");
    await page.click("[data-reset]");
    await page.waitForSelector("[data-reset][hidden]");
    await page.close();
  });

  test("prints on one page of A4", async () => {
    const page = await site.visit("/");
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await page.close();
  });
});
