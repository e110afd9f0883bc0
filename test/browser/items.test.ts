import { beforeAll, expect, test } from "bun:test";
import type { Page } from "puppeteer-core";
import { addDays, addMonths, startOf, weekday } from "../../src/production/calendar.ts";
import {
  card,
  cells,
  describeInChromium,
  drawn,
  evil,
  filterDays,
  number,
  pageLiveRows,
  pageRows,
  swapped,
  text,
  today,
  values,
  writePageRows,
} from "../support/dashboard.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";
import type { Json } from "../support/hub.ts";

/** Items of one batch each, made today; two have codes that an address could misread. */
const codes = ["50%2F ?#&+", "a\\b/../c", ...Array.from({ length: 118 }, (_, at) => `Z${String(at).padStart(3, "0")}`)];
const small = codes.map((item_code, at) =>
  row({ id: 5000 + at, production_date: `${today} 오전 12:00:00`, item_code, item_name: null, good_quantity: 1 + at }),
);

const pathOf = (code: string): string => `/dashboard/items/${encodeURIComponent(code)}`;
const sum = (some: Json[]): number => some.reduce((total, { total_production }) => total + total_production, 0);
const percent = (share: number): string =>
  new Intl.NumberFormat("ko", { style: "percent", maximumFractionDigits: 1 }).format(share);
/** The last day of an item, among all rows. */
const lastDayOf = (code: string): string =>
  [...pageRows, ...small]
    .filter(({ item_code }) => item_code === code)
    .map(({ production_date }) => production_date.slice(0, 10))
    .sort()
    .at(-1)!;

describeInChromium(
  "the pages of items in Chromium",
  { fill: (home) => writePageRows(home, small), mayComplain: /404 \(Not Found\)/ },
  (site) => {
    /** One for all tests, because a profile of its own takes a third of a second. */
    let page: Page;
    beforeAll(async () => {
      page = await site.browser.open();
    });
    /** What REST says of a range, greatest item first. */
    const byItem = async (from: string, to: string): Promise<Json[]> =>
      (await site.hub.json(`/summary/by_item?date_from=${from}&date_to=${to}&limit=1000`)).body.data;
    /** Opens a page of the hub, and waits for its chart where it has one. */
    async function go(path: string): Promise<number> {
      const response = await page.goto(site.hub.url + path, { waitUntil: "load" });
      if (await page.$(".plot")) await drawn(page);
      return response!.status();
    }
    const totalLine = "#items tfoot tr";

    test("list the figures that REST answers with, in its order, and a total over all however many are shown", async () => {
      await go(`/dashboard/items?period=last_90`);
      const [from, to] = await filterDays(page);
      const now = await byItem(from, to);
      const before = await byItem(addDays(from, -90), addDays(from, -1));
      const [total, past] = [sum(now), sum(before)];
      const batches = now.reduce((count, { batch_count }) => count + batch_count, 0);
      expect(now).toHaveLength(132);
      const shown = await cells(page, "#items tbody tr");
      expect(shown).toHaveLength(100);
      let cumulative = 0;
      for (const [at, { item_code, item_name, total_production, batch_count }] of now.slice(0, 100).entries()) {
        cumulative += total_production;
        const earlier = before.find((one) => one.item_code === item_code)?.total_production ?? 0;
        const [rank, name, quantity, share, together, , count, average, difference, change, , last] = shown[at]!;
        expect([rank, name, quantity, share, together, count, average, difference]).toEqual([
          String(at + 1),
          `${item_code}${item_name ?? ""}`,
          number(total_production),
          percent(total_production / total),
          percent(cumulative / total),
          number(batch_count),
          number(total_production / batch_count),
          `${total_production > earlier ? "+" : ""}${number(total_production - earlier)}`,
        ]);
        if (earlier === 0) expect(change).toContain("새로 생산");
        expect(last).toBe(lastDayOf(item_code));
      }
      const line = [
        number(total),
        "100%",
        "",
        "",
        number(batches),
        number(total / batches),
        `${total > past ? "+" : ""}${number(total - past)}`,
      ];
      expect((await cells(page, totalLine))[0]!.slice(2, 9)).toEqual(line);
      await swapped(page, () => page.click("#more"));
      expect(new URL(page.url()).search).toBe("?period=last_90&show=200");
      expect(await values(page, "#items tbody .code")).toEqual(now.map(({ item_code }) => item_code));
      expect((await cells(page, totalLine))[0]!.slice(2, 9)).toEqual(line);
      expect(await page.$("#more")).toBeNull();
    });

    test("are sorted by a click on a column, in the address, back and forward, and the filter keeps the order", async () => {
      await go(`/dashboard/items`);
      const [from, to] = await filterDays(page);
      const now = await byItem(from, to);
      const head = async (): Promise<(string | null)[]> =>
        page.$$eval("#items [aria-sort]", (heads) => heads.map((one) => one.getAttribute("aria-sort")));
      const ordered = (least: (one: Json) => number | string, sign: 1 | -1): string[] =>
        [...now]
          .sort((a, b) => (least(a) < least(b) ? -sign : least(a) > least(b) ? sign : now.indexOf(a) - now.indexOf(b)))
          .slice(0, 100)
          .map(({ item_code }) => item_code);
      expect(await head()).toEqual(["descending"]);
      await swapped(page, () => page.click('#items thead a[href*="-batches"]'));
      expect(new URL(page.url()).search).toBe("?sort=-batches");
      expect(await values(page, "#items tbody .code")).toEqual(ordered(({ batch_count }) => batch_count, -1));
      await swapped(page, () => page.click('#items thead a[href*="sort=batches"]'));
      expect(await values(page, "#items tbody .code")).toEqual(ordered(({ batch_count }) => batch_count, 1));
      expect(await head()).toEqual(["ascending"]);
      await swapped(page, () => page.click('#items thead a[href*="sort=code"]'));
      expect(await values(page, "#items tbody .code")).toEqual(ordered(({ item_code }) => item_code, 1));
      await page.goBack();
      await page.waitForFunction(() => document.querySelector("#items [aria-sort] a")?.textContent?.startsWith("배치"));
      expect(new URL(page.url()).search).toBe("?sort=batches");
      await swapped(page, () => page.select('#filter [name="period"]', "last_7"));
      expect(new URL(page.url()).search).toBe("?period=last_7&sort=batches");
      expect(await head()).toEqual(["ascending"]);
      await go(`/dashboard/items?sort=luck&q=렌즈 7`);
      expect(await values(page, ".faults li")).toEqual([
        "정렬 'luck'을(를) 알 수 없어 양품 수량이 많은 순서로 보여 줍니다.",
      ]);
      expect(await values(page, "#items tbody .code")).toEqual(["BW007"]);
      expect((await cells(page, totalLine))[0]![2]).toBe(
        number(now.find(({ item_code }) => item_code === "BW007")!.total_production),
      );
    });

    test("lead to the page of an item, whose figures are REST's for it, and back", async () => {
      const code = "A/1,5%";
      await go(`/dashboard/items?period=last_90`);
      const [from, to] = await filterDays(page);
      await swapped(page, () => page.click(`#items a[href^="${pathOf(code)}"]`));
      await drawn(page);
      expect([new URL(page.url()).pathname, new URL(page.url()).search]).toEqual([pathOf(code), "?period=last_90"]);
      expect(await text(page, "h1")).toBe(`${code} 렌즈 11`);
      expect(await page.title()).toStartWith(`${code} 렌즈 11 · `);
      const now = await byItem(from, to);
      const own = now.find(({ item_code }) => item_code === code)!;
      expect([await card(page, "total"), await card(page, "batches")]).toEqual([own.total_production, own.batch_count]);
      expect(await card(page, "average")).toBeCloseTo(own.total_production / own.batch_count, 9);
      expect(await card(page, "share")).toBeCloseTo(own.total_production / sum(now), 9);
      expect(await text(page, "#card-share .change")).toStartWith(`132종 중 ${now.indexOf(own) + 1}위`);
      const past = (await byItem(addDays(from, -90), addDays(from, -1))).find(({ item_code }) => item_code === code)!;
      expect(await text(page, "#card-total .change")).toContain(number(past.total_production));

      const escaped = encodeURIComponent(code);
      const all: Json[] = (await site.hub.json(`/records/${escaped}?limit=50000`)).body;
      expect(await values(page, "#facts dd")).toEqual([
        all.at(-1)!.production_date,
        all[0]!.production_date,
        `${all.length}건`,
      ]);
      expect(await values(page, "#latest td:nth-child(2)")).toEqual(
        all.slice(0, 10).map(({ lot_number }) => lot_number),
      );

      const monthly: Json[] = (await site.hub.json(`/summary/monthly_total?item_code=${escaped}`)).body;
      const inMonth = (month: string): string =>
        number(monthly.find(({ year_month }) => year_month === month)?.total_production ?? 0);
      const months = Array.from({ length: 12 }, (_, at) => addMonths(startOf(to, "month"), at - 11).slice(0, 7));
      expect(
        (await cells(page, "#chart-months tbody tr")).map(([month, now, , before]) => [month, now, before]),
      ).toEqual(months.map((month) => [month, inMonth(month), inMonth(addMonths(`${month}-01`, -12).slice(0, 7))]));

      const daily: Json[] = (await site.hub.json(`/summary/daily?date_from=${from}&date_to=${to}&item_code=${escaped}`))
        .body;
      const week = Array.from({ length: 7 }, (_, at) => daily.filter(({ day }) => weekday(day) === at));
      expect((await cells(page, "#weekdays tbody tr")).map((line) => line.slice(1, 4))).toEqual(
        week.map((days) => [
          days.length === 0 ? "–" : number(sum(days) / days.length),
          String(days.length),
          number(sum(days)),
        ]),
      );
      await swapped(page, () => page.select('#filter [name="period"]', "last_30"));
      expect([new URL(page.url()).pathname, new URL(page.url()).search]).toEqual([pathOf(code), ""]);
      await page.evaluate(() => history.go(-2));
      await page.waitForSelector("#items tbody");
      expect(new URL(page.url()).pathname).toBe("/dashboard/items");
    });

    test("show an item among those of the filter alone, and say so where it is none of them", async () => {
      await go(`${pathOf("BW003")}?items=BW003,BW004`);
      const [from, to] = await filterDays(page);
      const [first, second] = (await byItem(from, to)).filter(({ item_code }) =>
        ["BW003", "BW004"].includes(item_code),
      );
      const own = first!.item_code === "BW003" ? first! : second!;
      expect(await card(page, "share")).toBeCloseTo(own.total_production / sum([first!, second!]), 9);
      expect(await text(page, "#card-share .change")).toStartWith(`2종 중 ${own === first ? 1 : 2}위`);
      await go(`${pathOf("BW003")}?items=BW004`);
      expect(await text(page, "#card-share .change")).toStartWith("조회 조건의 제품에 들지 않아");
      expect(await card(page, "total")).toBe(own.total_production);
    });

    test("show names as text and find items whatever their code holds, on a phone as well", async () => {
      await page.setViewport({ width: 360, height: 740 });
      await go(pathOf("BW003"));
      expect(await text(page, "h1")).toBe(`BW003 ${evil}`);
      for (const code of codes.slice(0, 2)) {
        await go(`/dashboard/items?items=${encodeURIComponent(code.replaceAll("%", "%25"))}`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        await swapped(page, () => page.click("#items tbody a"));
        expect([await text(page, "h1"), await card(page, "batches")]).toEqual([code, 1]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        expect(await go(new URL(page.url()).pathname)).toBe(200);
        expect(await text(page, "h1")).toBe(code);
      }
      await page.setViewport({ width: 1280, height: 900 });
    });

    test("say of a code that no row has that it is not there, and help to find another", async () => {
      expect(await go(pathOf("BW00<b>/%"))).toBe(404);
      expect(await text(page, "#unknown p")).toContain("'BW00<b>/%'");
      expect(await go(pathOf("W001"))).toBe(404);
      expect(await values(page, "#unknown .similar .code")).toEqual(["BW001", "BW0010"]);
      await page.$eval("#unknown input", (input) => ((input as HTMLInputElement).value = "렌즈 2"));
      await swapped(page, () => page.click("#unknown button"));
      expect(new URL(page.url()).pathname).toBe("/dashboard/items");
      expect(await values(page, "#items tbody .code")).toEqual(["BW002"]);
    });

    test("say when an item was made last where the period has none of it, and lead there", async () => {
      await go(`${pathOf("Z000")}?from=2001-01-01&to=2001-01-31`);
      expect(await text(page, "#none")).toContain(`마지막으로 생산한 날은 ${today}입니다.`);
      await swapped(page, () => page.click("#none a"));
      expect(await filterDays(page)).toEqual([addDays(today, -29), today]);
      expect([await card(page, "batches"), await page.$("#none")]).toEqual([1, null]);
    });

    test("take over what the ERP writes, in place", async () => {
      await go(pathOf("Z001"));
      await page.click("#chart-months summary");
      const more = [1, 2].map((at) =>
        row({ id: 9000 + at, production_date: today, item_code: "Z001", good_quantity: 5 }),
      );
      writeDatabase(livePath(site.hub.home), [...pageLiveRows, ...small, ...more]);
      await page.waitForFunction(() => document.querySelector("#card-batches data")?.getAttribute("value") === "3");
      expect(await card(page, "total")).toBe(14);
      expect(await page.$eval("#chart-months details", (details) => details.hasAttribute("open"))).toBe(true);
    });
  },
);
