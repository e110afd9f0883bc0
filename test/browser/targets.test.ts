import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { addMonths } from "../../src/production/calendar.ts";
import { cells, describeInChromium, text, today, values } from "../support/dashboard.ts";
import { temporaryHome } from "../support/files.ts";
import { faultsOf } from "./axe.ts";

const month = today.slice(0, 7);
const folder = temporaryHome();

describeInChromium("the targets in Chromium", {}, (site) => {
  const address = () => `${site.hub.url}/dashboard/targets`;

  async function upload(page: Page, name: string, content: string): Promise<void> {
    const path = join(folder, name);
    writeFileSync(path, content);
    const input = await page.$("input[type=file]");
    await input!.uploadFile(path);
    await press(page, "#upload button[type=submit]");
  }
  const press = (page: Page, selector: string) =>
    Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);

  test("are uploaded, looked through, confirmed, shown on three pages and put back", async () => {
    const page = await site.browser.open();
    await page.goto(address(), { waitUntil: "load" });
    expect(await text(page, "#no-targets h2")).toBe("아직 등록된 목표가 없습니다");

    await upload(page, "wrong.csv", `월,품목코드,목표수량\n${month},BW00Z,10\n${month},BW001,=1+1\n`);
    expect(await cells(page, "#problems tbody tr")).toEqual([
      ["B2", "품목코드 'BW00Z'의 생산 기록이 없습니다. 'BW000'을(를) 쓰려던 것입니까?"],
      ["C3", "'=1+1'은(는) 숫자가 아닙니다."],
    ]);
    expect(await page.$("#preview form")).toBeNull();

    await upload(
      page,
      "새 목표.csv",
      `월,품목코드,목표수량\n${month},BW001,"1,000"\n${month},BW002,900000000\n${month},<b>N</b>,5\n`,
    );
    expect(await text(page, "#preview-summary")).toContain("새 목표 3건, 변경 0건, 삭제 0건");
    expect(await cells(page, "#preview .changes tbody tr")).toContainEqual([
      month,
      "BW001",
      "새 목표",
      "–",
      "1,000",
      "+1,000",
    ]);
    expect(await values(page, "#preview .changes tbody th")).toContain("<b>N</b>");
    await page.click("#preview [name=accept]");
    await page.type("#preview [name=note]", "시험 계획");
    await press(page, "#preview button.main");
    expect(await text(page, "#told")).toBe("버전 1으로 적용했습니다.");
    const [line] = await cells(page, "#versions tbody tr");
    expect(line!.slice(2, 4)).toEqual(["새 목표.csv", "시험 계획"]);
    const rows = await cells(page, "#target-items tbody tr");
    expect(rows.length).toBe(3);
    expect(rows[0]![0]).toContain("BW002");
    const { body } = await site.hub.json(`/targets/achievement?month=${month}`);
    expect(await page.$eval("#card-achievement data", (one) => Number(one.getAttribute("value")))).toBe(
      body.total.achievement,
    );

    await page.goto(site.hub.url, { waitUntil: "load" });
    expect(await text(page, "#target h2")).toBe(`${month} 목표 달성률`);
    await page.goto(`${site.hub.url}/dashboard/items/BW002`, { waitUntil: "load" });
    expect(await text(page, "#target h2")).toBe(`${month} 목표`);
    await page.goto(`${site.hub.url}/dashboard/items/BW005`, { waitUntil: "load" });
    expect(await page.$("#target")).toBeNull();

    await page.goto(address(), { waitUntil: "load" });
    await upload(page, "less.csv", `품목코드,${month}\nBW001,500\n`);
    expect(await text(page, "#preview-summary")).toContain("새 목표 0건, 변경 1건, 삭제 2건");
    // The page as it is with everything on it; without targets it is tried with all pages.
    expect(await faultsOf(page)).toEqual([]);
    await press(page, "#preview button.main");
    await press(page, "#versions form button");
    expect(await text(page, "#told")).toBe("버전 3으로 적용했습니다.");
    expect((await cells(page, "#target-items tbody tr")).length).toBe(3);
    await page.goto(`${address()}?version=2`, { waitUntil: "load" });
    expect((await cells(page, "#version-changes tbody tr")).length).toBe(3);

    // Of the month before, the overview of that month shows the target of that month.
    const before = addMonths(`${month}-01`, -1).slice(0, 7);
    await page.goto(address(), { waitUntil: "load" });
    await upload(page, "before.csv", `품목코드,${before}\nBW001,700\n`);
    await press(page, "#preview button.main");
    await page.goto(`${site.hub.url}/?period=last_month`, { waitUntil: "load" });
    expect(await text(page, "#target h2")).toBe(`${before} 목표 달성률`);
    expect(await page.$eval("#target a", (link) => link.getAttribute("href"))).toContain(`month=${before}`);
    await page.close();
  });

  test("cannot be changed from a page of another site, nor with a preview that was never made", async () => {
    const body = new URLSearchParams({ version: "1" });
    const foreign = await site.hub.fetch("/dashboard/targets/restore", {
      method: "POST",
      headers: { Origin: "http://evil.example" },
      body,
    });
    expect(foreign.status).toBe(403);
    const own = { Origin: site.hub.url };
    const sent = {
      method: "POST",
      headers: own,
      body: new URLSearchParams({ draft: "none" }),
      redirect: "manual",
    } as const;
    const unknown = await site.hub.fetch("/dashboard/targets/save", sent);
    expect([unknown.status, unknown.headers.get("Location")]).toEqual([303, "/dashboard/targets?told=expired"]);
  });

  test("have a form to begin with that Excel opens and an upload takes, and files of what is in force", async () => {
    const empty = await site.hub.fetch("/dashboard/targets/form.csv", { headers: { "Accept-Language": "ko" } });
    const lines = (await empty.text()).split("\r\n");
    expect(lines[0]).toStartWith(`품목코드,품목명,${month},`);
    expect(lines).toContainEqual(expect.stringContaining("BW003,<img src=x onerror=alert(1)>,,"));
    const filled = lines.map((one) => (one.startsWith("BW003,") ? one.replace(/,,/, ",77,") : one)).join("\r\n");
    const { body } = await site.hub.json("/targets/preview", {
      method: "POST",
      headers: { "Content-Type": "text/csv" },
      body: filled,
    });
    expect(body).toMatchObject({ new: 1, problems: [], months: [month] });
    for (const name of ["form", "present"]) {
      const file = await site.hub.fetch(`/dashboard/targets/${name}.xlsx`);
      expect(file.headers.get("Content-Disposition")).toStartWith('attachment; filename="targets.xlsx"');
      expect((await file.bytes()).slice(0, 2)).toEqual(new TextEncoder().encode("PK"));
    }
  });
});
