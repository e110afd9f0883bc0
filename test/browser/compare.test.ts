import { expect, test } from "bun:test";
import { readXlsx } from "hucre/xlsx";
import type { Page } from "puppeteer-core";
import { addDays, addMonths } from "../../src/production/calendar.ts";
import type { Opening } from "../support/browser.ts";
import {
  cells,
  describeInChromium,
  evil,
  filterDays,
  pageLiveRows,
  swapped,
  text,
  today,
  values,
  writePageRows,
} from "../support/dashboard.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";
import type { Json } from "../support/hub.ts";

/** One item that is made today alone, and one that was made yesterday alone. */
const changed = [
  row({ id: 9001, production_date: today, item_code: "NEW", item_name: "신제품", good_quantity: 700.25 }),
  row({ id: 9002, production_date: addDays(today, -1), item_code: "OLD", item_name: null, good_quantity: 300 }),
];

describeInChromium("the comparison in Chromium", { fill: (home) => writePageRows(home, changed) }, (site) => {
  async function visit(query: string, options?: Opening): Promise<Page> {
    const page = await site.browser.open(options);
    await page.goto(`${site.hub.url}/dashboard/compare${query}`, { waitUntil: "load" });
    return page;
  }
  const figure = (cell: string): number => Number(/[-+]?[\d,.]+/.exec(cell)?.[0].replace(/[+,]/g, ""));
  const total = async (page: Page, id: string): Promise<string[]> => (await cells(page, `#compare-${id}`))[0]!.slice(1);
  const byItem = async (from: string, to: string): Promise<Map<string, number>> => {
    const { body } = await site.hub.json(`/summary/by_item?date_from=${from}&date_to=${to}&limit=1000`);
    return new Map((body.data as Json[]).map((one) => [one.item_code, one.total_production]));
  };

  test("has the totals of /summary/compare, and contributions that add up to the difference", async () => {
    for (const [query, items] of [
      ["?period=last_month&compare=last_year", null],
      ["?period=last_90", null],
      ["?period=last_30&items=BW003,BW004", ["BW003", "BW004"]],
    ] as const) {
      const page = await visit(query);
      const [from, to] = await filterDays(page);
      const [past, pastTo] = (await values(page, "#totals thead th:nth-child(2) .day")).map((day) =>
        day.replace("~ ", ""),
      );
      const [now, before] = [await byItem(from, to), await byItem(past!, pastTo!)];
      const compared = [...new Set([...now.keys(), ...before.keys()])].filter(
        (code) => items?.includes(code as never) ?? true,
      );
      const change = (code: string): number => (now.get(code) ?? 0) - (before.get(code) ?? 0);
      const shown = await cells(page, "#contributions tbody tr");
      const codes = await values(page, "#contributions tbody .code");
      expect(codes).toEqual(
        compared.sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)) || (a < b ? -1 : 1)).slice(0, 20),
      );
      const whole = compared.reduce((sum, code) => sum + change(code), 0);
      shown.forEach((line, at) => {
        const code = codes[at]!;
        expect(line.slice(1, 4).map(figure)).toEqual([before.get(code) ?? 0, now.get(code) ?? 0, change(code)]);
        expect(figure(line[4]!)).toBeCloseTo((change(code) / whole) * 100, 0);
      });
      // In hundredths, so that the sum is exact.
      const foot = await cells(page, "#contributions tfoot tr");
      const hundredths = (line: string[]): number => Math.round(figure(line[3]!) * 100);
      const parts = [...shown, ...foot.slice(0, -1)].map(hundredths);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(hundredths(foot.at(-1)!));
      expect(hundredths(foot.at(-1)!)).toBe(Math.round(whole * 100));
      if (items === null) {
        const { body } = await site.hub.json(
          `/summary/compare?period1_from=${from}&period1_to=${to}&period2_from=${past}&period2_to=${pastTo}`,
        );
        const { period1, period2, comparison } = body as Json;
        const [was, is, difference] = await total(page, "total");
        expect([was, is, difference].map((cell) => figure(cell!))).toEqual([
          period2.total_quantity,
          period1.total_quantity,
          comparison.quantity_diff,
        ]);
        expect(difference).toContain(`${comparison.change_rate_pct}%`);
        expect((await total(page, "batches")).slice(0, 2).map(figure)).toEqual([
          period2.production_count,
          period1.production_count,
        ]);
        expect((await total(page, "average")).slice(0, 2).map(figure)).toEqual([
          period2.average_quantity,
          period1.average_quantity,
        ]);
      }
      await page.close();
    }
  });

  test("compares the usual periods in one click, each with a link that a colleague opens alike, and goes back", async () => {
    const page = await visit("?unit=week");
    await swapped(page, () => page.click("#presets a:nth-of-type(3)"));
    expect(await text(page, "#presets [aria-current]")).toBe("이번 분기와 작년 같은 분기");
    const { search } = new URL(page.url());
    expect(search).toBe("?period=this_quarter&compare=last_year&unit=week");
    const [from, to] = await filterDays(page);
    expect(from).toMatch(/-(01|04|07|10)-01$/);
    const [past, pastTo] = [addMonths(from, -12), addMonths(to, -12)];
    const days = from === to ? [past] : [past, `~ ${pastTo}`];
    expect(await values(page, "#totals thead th:nth-child(2) .day")).toEqual(days);
    const shown = await total(page, "total");
    const colleague = await visit(search);
    expect(await total(colleague, "total")).toEqual(shown);
    await colleague.close();
    await swapped(page, () => page.goBack());
    expect(new URL(page.url()).search).toBe("?unit=week");
    expect(await page.$("#presets [aria-current]")).toBeNull();
    await page.close();
  });

  test("is a file with all items, as are the table of items and the days of the trends, which are dates in Excel", async () => {
    const sheetOf = async (path: string) => {
      const response = await fetch(site.hub.url + path, { headers: { "Accept-Language": "ko" } });
      const { sheets } = await readXlsx(new Uint8Array(await response.arrayBuffer()));
      const [head, ...rows] = sheets[0]!.rows as unknown[][];
      const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
      return { tab: sheets[0]!.name, file: decodeURIComponent(name), head: head!, rows };
    };
    const [from, to] = [addDays(today, -9), today];
    const totals = await byItem(from, to);
    const days = await sheetOf(`/dashboard/trends.xlsx?from=${from}&to=${to}&unit=day`);
    expect([days.tab, days.file]).toEqual([`생산 추세 ${from}~${to}`, `생산 추세 ${from}~${to}.xlsx`]);
    expect(days.head.slice(0, 2)).toEqual(["날짜", "합계"]);
    expect(days.head.length).toBe(2 + totals.size);
    const { body } = await site.hub.json(`/summary/daily?date_from=${from}&date_to=${to}`);
    expect(days.rows.map(([day, whole]) => [(day as Date).toISOString().slice(0, 10), whole])).toEqual(
      (body as unknown as Json[]).map(({ day, total_production }) => [day, total_production]),
    );
    const items = await sheetOf(`/dashboard/items.xlsx?from=${from}&to=${to}&sort=code`);
    expect(items.rows.map(([, code, , quantity]) => [code, quantity])).toEqual(
      [...totals].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const compared = await sheetOf(`/dashboard/compare.xlsx?from=${from}&to=${to}`);
    const codes = new Set([...totals.keys(), ...(await byItem(addDays(from, -10), addDays(from, -1))).keys()]);
    expect(compared.rows.length).toBe(codes.size);
    const page = await visit("");
    for (const [path, files] of [
      ["/", "/dashboard/trends"],
      ["/dashboard/compare", "/dashboard/compare"],
      ["/dashboard/items", "/dashboard/items"],
    ]) {
      await page.goto(`${site.hub.url}${path}?period=last_7`, { waitUntil: "load" });
      const links = await page.$$eval("a[download]", (all) => all.map((link) => link.getAttribute("href")));
      expect(links).toEqual([`${files}.xlsx?period=last_7`, `${files}.csv?period=last_7`]);
    }
    await page.close();
  });

  test("names what is new and what stopped, and shows names as text", async () => {
    const page = await visit("?period=today");
    const lines = new Map(
      (await cells(page, "#contributions tbody tr")).map((line) => [line[0]!.split(" ")[0]!, line]),
    );
    const state = (code: string) =>
      [...lines].find(([first]) => first.startsWith(code))?.[1][0]?.match(/신규|중단/)?.[0] ?? null;
    expect([state("NEW"), state("OLD")]).toEqual(["신규", "중단"]);
    const month = await visit("?period=last_90");
    expect(await values(month, "#contributions .name")).toContain(evil);
    expect(await month.$eval("#contributions", (panel) => panel.querySelector("img"))).toBeNull();
    await month.close();
    await page.close();
  });

  test("compares with any second range, which stays in the address on other pages, and goes back", async () => {
    const page = await visit("?period=last_7");
    const previous = await total(page, "total");
    await swapped(page, () => page.select('#filter [name="compare"]', "custom"));
    // It begins with the days of the previous period.
    expect(await total(page, "total")).toEqual(previous);
    const [from, to] = [addDays(today, -60), addDays(today, -31)];
    for (const [name, day] of [
      ["compare_from", from],
      ["compare_to", to],
    ] as const) {
      await swapped(page, () =>
        page.$eval(
          `#filter [name="${name}"]`,
          (input, value) => {
            (input as HTMLInputElement).value = value;
            input.dispatchEvent(new Event("change", { bubbles: true }));
          },
          day,
        ),
      );
    }
    expect(new URL(page.url()).search).toBe(`?period=last_7&compare_from=${from}&compare_to=${to}`);
    const past = [...(await byItem(from, to)).values()].reduce((sum, one) => sum + one, 0);
    expect(figure((await total(page, "total"))[0]!)).toBeCloseTo(past, 6);
    expect(await text(page, "#totals .head")).toContain("두 기간의 길이가 다르므로");
    expect(figure((await total(page, "daily"))[0]!)).toBeCloseTo(past / 30, 1);
    await swapped(page, () => page.click('.menu-bar a[data-go="o"]'));
    expect(new URL(page.url()).search).toBe(`?period=last_7&compare_from=${from}&compare_to=${to}`);
    await page.goBack();
    await page.waitForSelector("#contributions");
    const shared = await visit(new URL(page.url()).search);
    expect(await total(shared, "total")).toEqual(await total(page, "total"));
    await shared.close();
    await page.close();
  });

  test("says what to choose where nothing is compared, and what to do where nothing is found", async () => {
    const page = await visit("?compare=none");
    expect(await text(page, "#nothing-compared h2")).toBe("비교할 기간을 골라 주십시오");
    await swapped(page, () => page.click('#nothing-compared a[href*="last_year"]'));
    expect(new URL(page.url()).search).toBe("?compare=last_year");
    expect(await page.$("#contributions")).not.toBeNull();
    await page.goto(`${site.hub.url}/dashboard/compare?from=2001-01-01&to=2001-01-31`);
    expect(await text(page, ".empty h2")).toBe("이 조건에 맞는 생산 실적이 없습니다");
    await page.close();
  });

  test("takes over what the ERP writes, has its key, speaks English and fits a phone", async () => {
    const page = await visit("?period=today", { language: "en", width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await text(page, "h1")).toBe("Compare");
    const before = figure((await total(page, "total"))[1]!);
    const more = row({ id: 9100, production_date: today, item_code: "BW001", good_quantity: 50 });
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, ...changed, more]);
    await page.waitForFunction(
      (wanted: string) => document.querySelector("#compare-total td:nth-child(3)")?.textContent === wanted,
      {},
      new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(before + 50),
    );
    await swapped(page, () => page.keyboard.type("gt"));
    await swapped(page, () => page.keyboard.type("gc"));
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/dashboard/compare?period=today");
    await page.close();
  });
});
