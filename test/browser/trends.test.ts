import { expect, test } from "bun:test";
import { addDays, addMonths, daysBetween } from "../../src/production/calendar.ts";
import type { Opening } from "../support/browser.ts";
import {
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

describeInChromium("the trends in Chromium", {}, (site) => {
  const visit = (query: string, options?: Opening) => site.visit(`/dashboard/trends${query}`, options);
  const rest = async (path: string): Promise<Json[]> => {
    const { body } = await site.hub.json(path);
    return (body.data ?? body) as Json[];
  };
  const sum = (rows: readonly Json[]): number => rows.reduce((total, one) => total + one.total_production, 0);
  /** What cells say first, before the averages and comparisons below. */
  const firstNumbers = (row: string[]): string[] => row.map((cell) => /^[\d.,-]+/.exec(cell)?.[0] ?? cell);

  test("shows the greatest five items by day with all others and totals both ways, as REST has them", async () => {
    const page = await visit("");
    const [from, to] = await filterDays(page);
    const query = `date_from=${from}&date_to=${to}`;
    const items = await rest(`/summary/by_item?${query}`);
    const five = items.slice(0, 5);
    const codes = await values(page, "#trends-table thead .code");
    expect(codes).toEqual(five.map(({ item_code }) => item_code));
    expect(await values(page, "#trends-table thead th")).toContain(`그 밖의 ${items.length - 5}종`);
    const body = (await cells(page, "#trends-table tbody tr")).map(firstNumbers);
    const lines = await Promise.all(
      [...five.map(({ item_code }) => `&item_code=${encodeURIComponent(item_code)}`), ""].map(async (item) => {
        const days = await rest(`/summary/daily?${query}${item}`);
        return new Map(days.map(({ day, total_production }) => [day as string, total_production as number]));
      }),
    );
    expect(body).toEqual(
      Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => {
        const day = addDays(from, at);
        const own = lines.map((line) => line.get(day) ?? 0);
        const whole = own.pop()!;
        const others = whole - own.reduce((total, one) => total + one, 0);
        return [day, ...[...own, others, whole].map(number)];
      }),
    );
    const totals = [...five.map((one) => one.total_production), sum(items.slice(5)), sum(items)];
    expect((await cells(page, "#trends-table tfoot tr"))[0]!.slice(1)).toEqual(totals.map(number));
    const before = { from: addDays(from, -30), to: addDays(from, -1) };
    const past = await rest(`/summary/by_item?date_from=${before.from}&date_to=${before.to}`);
    expect((await cells(page, "#trends-table tfoot tr"))[1]!.at(-1)).toBe(number(sum(past)));
    expect(await text(page, "#shown")).toContain("생산량이 많은 5개 제품을 보여 줍니다.");
    expect((await page.$$(".plot canvas")).length).toBe(2);
    const week = await rest(`/summary/by_weekday?${query}`);
    expect((await cells(page, "#weekdays tbody tr")).map((line) => line.slice(1))).toEqual(
      week.map(({ avg_per_day, production_days, total_production, batch_count }) =>
        [avg_per_day, production_days, total_production, batch_count].map(number),
      ),
    );
    await page.close();
  });

  test("lays chosen items side by side by month, each with its months of the year before, and shows names as text", async () => {
    const page = await visit("?period=this_year&unit=month&compare=last_year&items=BW003,A/1%252C5%25");
    const [from, to] = await filterDays(page);
    const codes = await values(page, "#trends-table thead .code");
    expect(codes.toSorted()).toEqual(["A/1,5%", "BW003"]);
    expect(await values(page, "#trends-table thead .name")).toContain(evil);
    const body = await cells(page, "#trends-table tbody tr");
    const months = await Promise.all(
      codes.map((code) =>
        rest(`/summary/monthly_total?date_from=${from}&date_to=${to}&item_code=${encodeURIComponent(code)}`),
      ),
    );
    expect(body.map(([month]) => month)).toEqual(
      Array.from({ length: Number(to.slice(5, 7)) }, (_, at) => `${to.slice(0, 4)}-${String(at + 1).padStart(2, "0")}`),
    );
    for (const [month, ...line] of body) {
      const own = months.map((some) => some.find(({ year_month }) => year_month === month)?.total_production ?? 0);
      expect(firstNumbers(line)).toEqual([...own, own[0] + own[1]].map(number));
    }
    const january = [addMonths(from, -12), [addMonths(from, -12).replace(/01$/, "31"), addMonths(to, -12)].sort()[0]];
    const past = await rest(`/summary/monthly_total?date_from=${january[0]}&date_to=${january[1]}&item_code=BW003`);
    expect(body[0]![codes.indexOf("BW003") + 1]).toContain(`비교 ${number(past[0]?.total_production ?? 0)}`);
    // Two lines for each, in the colour that the table's swatch has.
    const drawnSeries = await page.$eval("#chart-items script", (script) => JSON.parse(script.textContent ?? ""));
    expect(drawnSeries.series.map(({ form }: Json) => form).filter((form: string) => form === "dashed")).toHaveLength(
      2,
    );
    const swatches = await page.$$eval("#trends-table thead .swatch", (all) =>
      all.map(({ className }) => className.replace("swatch colour-", "--item-")),
    );
    expect(drawnSeries.series.map(({ colour }: Json) => colour)).toEqual(swatches.flatMap((one) => [one, one]));
    await page.close();
  });

  test("says which items are shown where more are chosen", async () => {
    const page = await visit("?items=BW000,BW001,BW002,BW003,BW004,BW005,BW006&compare=none");
    const codes = await values(page, "#trends-table thead .code");
    expect(codes).toHaveLength(5);
    expect(await text(page, "#shown")).toContain(
      `고른 7개 제품 가운데 생산량이 많은 5개만 따로 보여 줍니다: ${codes.join(", ")}.`,
    );
    expect(await values(page, "#trends-table tfoot th")).toEqual(["합계"]);
    expect((await values(page, "#trends-table thead th")).slice(-2)).toEqual(["그 밖의 2종", "합계"]);
    await page.close();
  });

  test("keeps a moving average in the address, whose first value counts the days before, and goes back", async () => {
    const page = await visit("?period=last_7&items=BW001");
    await swapped(page, () => page.click('#trend-choices a[href*="average=short"]'));
    expect(new URL(page.url()).search).toBe("?period=last_7&items=BW001&average=short");
    expect(await text(page, "#trend-choices nav:last-of-type [aria-current]")).toBe("7일");
    const [from] = await filterDays(page);
    const days = await rest(`/summary/daily?date_from=${addDays(from, -6)}&date_to=${from}&item_code=BW001`);
    const first = (await cells(page, "#trends-table tbody tr"))[0]![1]!;
    expect(first).toContain(`평균 ${number(sum(days) / 7)}`);
    // The filter keeps it, and another unit has another window.
    await swapped(page, () => page.select('#filter [name="period"]', "last_90"));
    expect(new URL(page.url()).search).toBe("?period=last_90&items=BW001&average=short");
    await swapped(page, () => page.click('#trend-choices a[href*="unit=week"]'));
    expect(await text(page, "#trend-choices nav:last-of-type [aria-current]")).toBe("4주");
    await page.goBack();
    await page.waitForFunction(
      () => document.querySelector("#trend-choices nav:last-of-type [aria-current]")?.textContent === "7일",
    );
    const other = await visit("?average=often");
    expect(await text(other, ".faults li")).toBe("이동 평균 'often'을(를) 알 수 없어 표시하지 않습니다.");
    await other.close();
    await page.close();
  });

  test("takes over what the ERP writes while the chart stays zoomed", async () => {
    const page = await visit("?period=last_90&items=BW002");
    const over = (await page.$("#chart-items .u-over"))!;
    await over.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const { x, y, width, height } = (await over.boundingBox())!;
    await page.mouse.move(x + width * 0.5, y + height / 2);
    expect(await text(page, "#chart-items .plot-tip")).toContain("BW002 렌즈 2");
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector("#chart-items [data-reset]:not([hidden])");
    const total = () => text(page, "#trends-table tfoot tr:first-child td:last-child");
    const before = Number((await total()).replaceAll(",", ""));
    const more = row({
      id: 9001,
      production_date: today,
      item_code: "BW002",
      item_name: "렌즈 2",
      good_quantity: 1000,
    });
    writeDatabase(livePath(site.hub.home), [...pageLiveRows, more]);
    await page.waitForFunction(
      (wanted: string) =>
        document.querySelector("#trends-table tfoot tr:first-child td:last-child")?.textContent === wanted,
      {},
      number(before + 1000),
    );
    await page.waitForSelector("#chart-items [data-reset]:not([hidden])");
    await page.close();
  });

  test("has its key, speaks English, fits a phone, and says what to do where nothing is found", async () => {
    const page = await site.visit("/", { language: "en", width: 360, height: 740 });
    await swapped(page, () => page.keyboard.type("gt"));
    await drawn(page);
    expect([await text(page, "h1"), new URL(page.url()).pathname]).toEqual(["Trends", "/dashboard/trends"]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.goto(`${site.hub.url}/dashboard/trends?from=2001-01-01&to=2001-01-31`);
    expect(await text(page, ".empty h2")).toBe("No production matches this filter");
    await page.close();
  });

  test("prints on one page of A4, with the comparison on one as well", async () => {
    const page = await visit("");
    for (const path of ["/dashboard/trends", "/dashboard/compare"]) {
      await page.goto(site.hub.url + path, { waitUntil: "load" });
      const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
      expect([path, pdf.match(/\/Type\s*\/Page\b/g)?.length]).toEqual([path, 1]);
    }
    await page.close();
  });
});
