import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { addMonths } from "../../src/production/calendar.ts";
import { periodOf } from "../../src/reports/period.ts";
import { describeInChromium, text, today, values } from "../support/dashboard.ts";
import { faultsOf } from "./axe.ts";

const lastMonth = addMonths(today, -1);

/** Width and height of each page of a PDF, in points. */
function pagesOf(pdf: Uint8Array): number[][] {
  const boxes = Buffer.from(pdf)
    .toString("latin1")
    .matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g);
  return [...boxes].map(([, width, height]) => [Math.round(Number(width)), Math.round(Number(height))]);
}

describeInChromium("reports in a browser", {}, (site) => {
  const open = async (path: string): Promise<Page> => {
    const page = await site.browser.open();
    await page.setCookie({ name: "hub_lang", value: "ko", url: site.hub.url });
    await page.goto(site.hub.url + path, { waitUntil: "load" });
    return page;
  };

  test("the form makes a report, which fits a phone and prints on one or two A4 pages", async () => {
    const page = await open("/dashboard/reports");
    await page.select("#make select", "monthly");
    // A date field is typed into as its language writes dates, which differs from machine to machine.
    await page.$eval("#make input[type=date]", (field, day) => ((field as HTMLInputElement).value = day), lastMonth);
    await Promise.all([page.waitForNavigation(), page.click("#make button")]);
    expect(await text(page, "#told")).toContain("보고서를 만들었습니다");
    const month = periodOf("monthly", lastMonth).from.slice(0, 7);
    expect(existsSync(join(site.hub.home, "reports", `monthly_${month}.xlsx`))).toBe(true);
    expect(await values(page, "#made-reports tbody th")).toEqual([
      `월간 보고서 ${month.slice(0, 4)}년 ${Number(month.slice(5))}월`,
    ]);
    await Promise.all([page.waitForNavigation(), page.click("#told a")]);
    expect(await text(page, "h1")).toContain("월간 생산 보고서");
    await page.setViewport({ width: 390, height: 900 });
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    // A column of two characters made six thousand pixels of a month.
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(3_500);
    const broken = `[...document.querySelectorAll("main .whole")].filter((cell) => {
      const text = document.createRange();
      text.selectNodeContents(cell);
      return cell.checkVisibility() && cell.closest("tbody") && text.getBoundingClientRect().height > 30;
    }).map((cell) => cell.textContent)`;
    expect(await page.evaluate(broken)).toEqual([]);
    expect(await page.evaluate("document.querySelectorAll('svg.days rect').length")).toBeGreaterThanOrEqual(28);
    expect(await page.evaluate("document.querySelector('[data-print]').hidden")).toBe(false);
    expect(await faultsOf(page)).toEqual([]);
    const sheets = pagesOf(await page.pdf({ preferCSSPageSize: true }));
    expect(sheets.length).toBeWithin(1, 3);
    expect(new Set(sheets.map(String))).toEqual(new Set(["595,842"]));
    await page.close();
  });
});
