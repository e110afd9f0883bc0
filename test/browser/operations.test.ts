import { beforeAll, expect } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { describeInChromium, evil, swapped, text, today, values, writePageRows } from "../support/dashboard.ts";
import { row } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { story } from "../support/story.ts";

const key = "admin-key-0123456789";
const lastYear = Number(today.slice(0, 4)) - 1;

/** Rows of a year that an archive owns are in Live, and there is a log already. */
function fill(home: string): void {
  const late = [1, 2, 3].map((id) =>
    row({ id: 900_000 + id, production_date: `${lastYear}-12-30`, good_quantity: 10 }),
  );
  writePageRows(home, late);
  mkdirSync(join(home, "logs"));
  const lines = [
    "[2026-01-13 02:00:00] [INFO ] Healed archive",
    `[2026-01-13 02:00:01] [WARN ] item ${evil} is odd`,
    `[2026-01-13 02:00:02] [ERROR] began with ${key}`,
  ];
  writeFileSync(join(home, "logs", "watcher.log"), lines.map((line) => `${line}\n`).join(""));
}

const env = { ADMIN_KEY: key, BACKUP_CRON: "30 1 * * *" };

describeInChromium("the operations page in a browser", { fill, env, mayComplain: /status of 40[39]/ }, (site) => {
  const step = story("serves an administrator's visit");
  let page: Page;
  beforeAll(async () => {
    page = await site.browser.open();
  });
  const open = async (at: Page, path = "/dashboard/operations") => {
    await at.goto(site.hub.url + path, { waitUntil: "load" });
    await at.waitForSelector("#jobs");
  };
  const press = (selector: string) => swapped(page, () => page.click(selector));
  const until = (selector: string, wanted: string, at = page) =>
    at.waitForFunction(
      (where, what) => document.querySelector(where)?.textContent?.includes(what),
      {},
      selector,
      wanted,
    );
  const backups = () => join(site.hub.home, "database", "backups");
  const audits = () =>
    site.hub
      .log()
      .split("\n")
      .filter((line) => line.includes("AUDIT"))
      .map((line) => line.split("AUDIT ")[1]);
  const audited = (line: string) =>
    eventually(`the log says: ${line}`, () => (audits().includes(line) ? true : undefined));

  step("shows without the key how everything is, says who may act, and has no dead buttons", async () => {
    // A page does not wait long for the names of the indexes, which a worker looks up first.
    await eventually("the page names missing indexes", async () => {
      await open(page, "/dashboard/operations?period=last_7");
      return (await text(page, "#file-live")).includes("idx_item_code") || undefined;
    });
    expect(await values(page, "#files h3")).toEqual(["production_analysis.db", `archive_${lastYear}.db`]);
    const live = await text(page, "#file-live");
    const { body } = await site.hub.json("/healthz");
    expect(live).toContain(new Intl.NumberFormat("ko").format(body.files[0].rows));
    expect(await text(page, "#hub")).toContain(body.cache.db_version);
    expect(await text(page, "#job-backup")).toContain("매일 01:30");
    expect(await text(page, "#access")).toContain("ADMIN_KEY");
    expect((await page.$$("#jobs button, #rollover button, #logs, #settings, #filter")).length).toBe(0);
    expect(await page.$eval(".menu-bar a", (link) => link.getAttribute("href"))).toBe("/?period=last_7");
    const statuses = await page.evaluate(async () => {
      const ask = async (path: string, method: string) => (await fetch(path, { method })).status;
      return [
        await ask("/dashboard/operations/jobs/backup/run", "POST"),
        await ask("/dashboard/operations/log/lines", "GET"),
        await ask("/dashboard/operations/log/live", "GET"),
      ];
    });
    expect(statuses).toEqual([403, 403, 403]);
    expect(existsSync(backups())).toBe(false);
  });

  step("lets whoever knows the key in, and nobody else", async () => {
    await page.type('#access input[name="key"]', "guessed");
    await press("#access button");
    expect(await text(page, "#told")).toContain("관리자 키가 맞지 않습니다");
    await page.$eval('#access input[name="key"]', (field) => {
      (field as HTMLInputElement).value = "";
    });
    await page.type('#access input[name="key"]', key);
    await press("#access button");
    expect(await page.$("#told")).toBeNull();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/dashboard/operations?period=last_7");
    expect((await page.$$("#job-backup button")).length).toBe(2);
    const [cookie] = await page.browserContext().cookies();
    expect(cookie).toMatchObject({ name: "hub_session", httpOnly: true, sameSite: "Strict" });
    expect(cookie!.value).not.toContain(key);
  });

  step("runs a backup and shows its result and its proof without a reload", async () => {
    await press("#job-backup button");
    await page.waitForSelector('#job-backup [data-result="ok"]');
    expect(await text(page, "#job-backup .message")).toContain("Backed up 3 files");
    expect(await values(page, "#backups tbody th")).toEqual(
      expect.arrayContaining(["production_analysis.db", `archive_${lastYear}.db`]),
    );
    expect(readdirSync(backups())).toHaveLength(3);
    await audited("job backup: run by 127.0.0.1");
    expect(new URL(page.url()).pathname).toBe("/dashboard/operations");
  });

  step("pauses and resumes a job, which who else has the page open sees", async () => {
    const other = await site.browser.open();
    await open(other);
    await press('#job-checkpoint form[action*="pause"] button');
    await until("#job-checkpoint .pill", "일시 중지");
    await until("#job-checkpoint .pill", "일시 중지", other);
    expect(await text(other, "#alerts")).toContain("WAL 정리");
    await press('#job-checkpoint form[action*="resume"] button');
    await until("#job-checkpoint .pill", "대기", other);
    await other.close();
  });

  step("does not show again how it was before somebody acted, when an earlier refresh comes late", async () => {
    const pill = "#job-checkpoint .pill";
    await page.evaluate((where) => {
      const { fetch } = window;
      const held = Promise.withResolvers<void>();
      const shown: (string | undefined)[] = [];
      let refreshes = 0;
      const late = async (...asked: Parameters<typeof fetch>): Promise<Response> => {
        const answer = await fetch(...asked);
        if (asked[1]?.method !== "POST" && ++refreshes === 1) await held.promise;
        return answer;
      };
      window.fetch = Object.assign(late, { preconnect: fetch.preconnect });
      document.addEventListener("htmx:after:swap", () =>
        shown.push(document.querySelector(where)?.textContent?.trim()),
      );
      Object.assign(globalThis, { late: { release: held.resolve, shown, refreshes: () => refreshes } });
    }, pill);
    const waiting = page.waitForFunction(() => Reflect.get(globalThis, "late").refreshes() > 0);
    await site.hub.fetch("/operations/jobs/check/run", { method: "POST", headers: { "X-API-Key": key } });
    await waiting;
    await press('#job-checkpoint form[action*="pause"] button');
    await swapped(page, () => page.evaluate(() => Reflect.get(globalThis, "late").release()), "hub");
    const shown = await page.evaluate(() => Reflect.get(globalThis, "late").shown as string[]);
    // A refresh that was under way already may have come before.
    const since = shown.slice(shown.indexOf("일시 중지"));
    expect(new Set(since)).toEqual(new Set(["일시 중지"]));
    await press('#job-checkpoint form[action*="resume"] button');
    await page.reload({ waitUntil: "load" });
  });

  step("makes the plan of a rollover when asked to, and runs it once somebody confirmed rows and years", async () => {
    // Without a plan that was seen there is nothing to confirm.
    const early = await page.evaluate(async () => {
      const refused = await fetch("/dashboard/operations/jobs/rollover/run", { method: "POST" });
      return [refused.status, (await refused.text()).includes("계획")];
    });
    expect(early).toEqual([409, true]);
    await press("#rollover button");
    await page.waitForSelector("[data-dialog]");
    expect(await values(page, "#rollover tbody td")).toEqual([
      "production_analysis.db",
      `archive_${lastYear}.db`,
      "3",
      "30",
    ]);
    await page.click("[data-dialog]");
    await page.waitForSelector("dialog[open]");
    const sentence = await text(page, "#confirm-rollover");
    expect(sentence).toContain("3행");
    expect(sentence).toContain(`${lastYear}년`);
    await page.click("#confirm-rollover [data-close]");
    expect(await page.$("dialog[open]")).toBeNull();
    await page.click("[data-dialog]");
    const seen = until("#job-rollover .pill", "실행 중");
    await press("#confirm-rollover .danger");
    expect(await page.$("dialog[open]")).toBeNull();
    await seen;
    await audited("job rollover: run by 127.0.0.1");
  });

  step("shows a log by level and search, as text, and what is added while it is open", async () => {
    await page.click("#logs summary");
    await page.select('#log-form [name="log"]', "watcher.log");
    await until("#log-lines", "is odd");
    const lines = await values(page, "#log-lines li");
    expect(lines[1]).toBe(`[2026-01-13 02:00:01] [WARN ] item ${evil} is odd`);
    expect(lines[2]).toEndWith("began with ***");
    expect(await page.$("#log-lines img")).toBeNull();
    await page.select('#log-form [name="level"]', "error");
    await page.waitForFunction(() => document.querySelectorAll("#log-lines li").length === 1);
    await page.select('#log-form [name="level"]', "all");
    await page.type('#log-form [name="search"]', "HEALED");
    await page.waitForFunction(() => document.querySelector("#log-lines")?.textContent?.includes("Healed archive"));
    await page.waitForFunction(() => !document.querySelector("#log-lines")?.textContent?.includes("is odd"));
    appendFileSync(
      join(site.hub.home, "logs", "watcher.log"),
      `[2026-01-13 02:00:03] [INFO ] Nothing\n[2026-01-13 02:00:04] [INFO ] Healed ${evil}\n`,
    );
    await until("#log-lines", `Healed ${evil}`);
    expect(await text(page, "#log-lines")).not.toContain("Nothing");
    // A page that is fetched anew keeps what was opened and typed.
    await press('#job-checkpoint form[action*="pause"] button');
    expect(await text(page, "#log-lines")).toContain(`Healed ${evil}`);
    expect(await page.$eval('#log-form [name="search"]', (field) => (field as HTMLInputElement).value)).toBe("HEALED");
    await page.click('#log-form [name="live"]');
    await eventually("the log is fetched once", async () =>
      site.hub.log().includes("GET /dashboard/operations/log/lines?log=watcher.log") ? true : undefined,
    );
  });

  step("shows settings and no secret", async () => {
    await page.click("#settings summary");
    const rows = await page.$$eval("#settings tbody tr", (lines) =>
      lines.map((line) => [...line.children].slice(0, 3).map((cell) => cell.textContent)),
    );
    expect(rows).toContainEqual(["ADMIN_KEY", "설정됨", "변경됨"]);
    expect(rows).toContainEqual(["API_KEYS", "설정 안 됨", "기본값"]);
    expect(rows).toContainEqual(["BACKUP_CRON", "30 1 * * *", "변경됨"]);
    expect(await page.content()).not.toContain(key);
  });

  step("refuses what another site's page sends, though the browser has the session", async () => {
    const stranger = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () =>
        new Response(
          `<form method="post" action="${site.hub.url}/dashboard/operations/jobs/drill/run"><button>win</button></form>`,
          { headers: { "Content-Type": "text/html" } },
        ),
    });
    const tab = await page.browserContext().newPage();
    await tab.goto(`http://127.0.0.1:${stranger.port}`);
    const [answer] = await Promise.all([tab.waitForNavigation(), tab.click("button")]);
    expect(answer!.status()).toBe(403);
    expect(audits().filter((line) => line!.includes("drill"))).toEqual([]);
    await tab.close();
    await stranger.stop(true);
  });

  step("lets an administrator leave", async () => {
    await press('#access form[action*="sign-out"] button');
    // The live refresh may swap the page just before.
    await page.waitForFunction(() => document.querySelector("#jobs button") === null);
    expect(audits().filter((line) => line!.startsWith("sign-in"))).toEqual([
      "sign-in as administrator refused to 127.0.0.1",
      "sign-in as administrator by 127.0.0.1",
    ]);
  });
});
