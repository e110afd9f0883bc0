import { beforeAll, expect, test } from "bun:test";
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { ofMachine } from "../support/alerts.ts";
import { describeInChromium, swapped, text, today } from "../support/dashboard.ts";
import { livePath, row, writeDatabase } from "../support/files.ts";
import { eventually, type Json } from "../support/hub.ts";
import { faultsOf } from "./axe.ts";

/** Alerts wait 5,000 times less than usual, and what else this machine does has nothing to do with it. */
const env = { ALERT_SPEED: "5000", ALERT_OFF: `${ofMachine},indexes-missing`, QUALITY: "false" };
const fill = (home: string): void => writeDatabase(livePath(home), [row({ production_date: today })]);

describeInChromium("alerts in a browser", { fill, env }, (site) => {
  let page: Page;
  beforeAll(async () => {
    page = await site.browser.open();
    await page.goto(`${site.hub.url}/`, { waitUntil: "load" });
  });
  const badge = "#alert-badge a";
  /** What the hub says meanwhile, for the complaint. */
  let firing: unknown;
  const untilBadge = (wanted: string) =>
    eventually(`the number in the header is '${wanted}'`, async () => {
      const shown = await page.$eval(badge, (link) => ((link as HTMLElement).hidden ? "" : link.textContent));
      if (shown === wanted) return true;
      firing = (await site.hub.json("/alerts")).body.data.map(({ rule, subject, state }: Json) => [
        rule,
        subject,
        state,
      ]);
      return undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message} ${JSON.stringify(firing)}`);
    });

  test("the number of active alerts comes into every header by itself, leads to them, and goes when somebody looks after them", async () => {
    await untilBadge("");
    const aside = join(site.hub.home, "aside.db");
    renameSync(livePath(site.hub.home), aside);
    await untilBadge("알림 1");
    expect(await page.$eval(badge, (link) => link.getAttribute("aria-label"))).toBe("알림 1, 그중 위험 1");
    await swapped(page, () => page.click(badge));
    expect(new URL(page.url()).pathname).toBe("/dashboard/alerts");
    await page.waitForSelector("#active .alert");
    expect(await text(page, "#active .alert")).toContain("production_analysis.db 파일이 없습니다");
    await untilBadge("알림 1");
    expect(await faultsOf(page)).toEqual([]);

    await swapped(page, () => page.click("#active form[action*=acknowledge] button"));
    await untilBadge("");
    expect(await text(page, "#active .alert")).toContain("확인함");
    await swapped(page, () => page.click("#active form[action*=snooze] button"));
    expect(await text(page, "#active .alert")).toContain("까지 보류");

    copyFileSync(aside, livePath(site.hub.home));
    await page.waitForFunction(() => document.querySelector("#active .alert") === null);
    expect(await text(page, "#history tbody tr")).toContain("해결");
  });
});
