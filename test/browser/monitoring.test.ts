import { expect, test } from "bun:test";
import { join } from "node:path";
import { emptySample, type Sample } from "../../src/monitoring/sample.ts";
import { SampleStore } from "../../src/monitoring/store.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { describeInChromium, number, swapped, text, values, writePageRows } from "../support/dashboard.ts";
import { eventually, type Json } from "../support/hub.ts";

const minute = 60_000;

/** The last five hours of a hub that was off from the third hour back to the second. */
function fill(home: string): void {
  writePageRows(home);
  const now = Math.floor(Date.now() / minute) * minute;
  const minutes: Sample[] = [];
  for (let ago = 300; ago > 0; ago--) {
    if (ago > 120 && ago <= 180) continue;
    const sample = emptySample(now - ago * minute);
    sample.coveredMs = minute;
    sample.sums.requests = 10 + (ago % 50);
    sample.sums.serverErrors = ago % 100 === 0 ? 1 : 0;
    sample.sums.machineBusyMs = 30 + (ago % 7);
    sample.sums.machineCpuMs = 100;
    sample.gauges.hubMemory = { sum: 200e6 + ago * 1e5, count: 1, max: 210e6 + ago * 1e5 };
    sample.gauges.machineMemory = { sum: 60, count: 1, max: 60 };
    sample.responses.counts[30 + (ago % 5)] = sample.sums.requests;
    sample.responses.count = sample.sums.requests;
    minutes.push(sample);
  }
  const db = openHubDb(join(home, "database"));
  new SampleStore(db).add(minutes);
  db.close();
}

/** The processors of a machine that runs tests may be as busy as they like. */
const env = { MONITOR_CPU_PERCENT: "99.8,99.9", MONITOR_MEMORY_PERCENT: "0.001,99.9" };

describeInChromium("the monitoring page in Chromium", { fill, env }, (site) => {
  const path = "/dashboard/monitoring";
  /** What the page shows with what REST says at the same time: the hub looks at itself every 15 s. */
  async function together(range: string) {
    const ask = async (): Promise<Json> => (await site.hub.json(`/monitoring/samples?range=${range}`)).body;
    for (;;) {
      const asked = await ask();
      const page = await site.visit(`${path}?range=${range}`);
      const shown = await page.evaluate(() => ({
        whole: [...document.querySelectorAll("#whole data")].map((one) => Number(one.getAttribute("value"))),
        rows: [...document.querySelectorAll("#monitoring-table tbody tr")].map((line) =>
          [...line.children].map((cell) => (cell.textContent ?? "").trim()),
        ),
        chart: JSON.parse(document.querySelector("#chart-response script")?.textContent ?? ""),
        canvases: document.querySelectorAll(".monitoring-charts canvas").length,
      }));
      const isSame = Bun.deepEquals(asked, await ask());
      await page.close();
      if (isSame) return { shown, asked };
    }
  }

  test("shows the figures of REST: the whole period, the table, and the lines of the charts with their gap", async () => {
    const { shown, asked } = await together("day");
    const { whole, samples } = asked;
    const times = ["p50_ms", "p95_ms", "p99_ms"];
    const wanted = ["requests", "error_rate_percent", "rate_limited", ...times, "cache_hit_rate_percent", "tokens"];
    expect(shown.whole).toEqual(wanted.map((name) => whole[name]).filter((value) => value !== null));
    const known = samples.filter(({ covered_seconds }: Json) => covered_seconds > 0).reverse();
    expect(shown.rows.map((row) => row.slice(0, 3))).toEqual(
      known.map((one: Json) => [
        one.at.slice(0, 16).replace("T", " "),
        number(one.requests),
        number(one.requests_per_hour),
      ]),
    );
    const { chart } = shown;
    expect(chart.series[1].values).toEqual(samples.map(({ p95_ms }: Json) => p95_ms));
    expect(chart.starts).toEqual(samples.map(({ at }: Json) => at.slice(0, 16)));
    // Five whole spans of ten minutes at least lie within the hour that the hub was off.
    const before = samples.findIndex(({ covered_seconds }: Json) => covered_seconds > 0);
    const gap = chart.series[1].values.slice(before, -3).filter((value: number | null) => value === null);
    expect(gap.length).toBeGreaterThanOrEqual(5);
    expect(shown.canvases).toBe(10);
  });

  test("has its range in the address, and says so when it does not know it", async () => {
    const page = await site.visit(path);
    expect(await text(page, ".choose-range [aria-current]")).toBe("하루");
    await swapped(page, () => page.click('.choices a[href*="range=week"]'));
    expect(new URL(page.url()).searchParams.get("range")).toBe("week");
    await page.reload({ waitUntil: "load" });
    expect(await text(page, ".choose-range [aria-current]")).toBe("1주");
    await page.goto(`${site.hub.url}${path}?range=decade`, { waitUntil: "load" });
    expect(await text(page, "[role=alert]")).toBe("기간 'decade'을(를) 알 수 없어 하루를 보여 줍니다.");
    await page.close();
  });

  test("says of each light in words how it is, and below them what is to be done about those that are not green", async () => {
    await eventually(
      "the hub has looked at the machine, which it does every 15 s",
      async () => {
        const { body } = await site.hub.json("/monitoring/lights");
        return body.lights.find(({ name }: Json) => name === "memory").state === "none" ? undefined : true;
      },
      90_000,
    );
    const page = await site.visit(path);
    const states = await values(page, ".light .pill");
    expect(states).toHaveLength(6);
    for (const state of states) expect(state).toMatch(/^[●▲■○] (정상|주의|위험|판단 보류)$/);
    expect(await text(page, "#light-memory .pill")).toBe("▲ 주의");
    expect(await text(page, "#advice")).toContain("작업 관리자에서 메모리를 많이 쓰는 프로그램을 닫으십시오.");
    expect(await page.$eval("#light-memory", (card) => card.textContent)).toContain("MONITOR_MEMORY_PERCENT");
    await page.close();
  }, 180_000);

  test("is refreshed in place: the charts stay, though time moved on, and so does what the reader opened", async () => {
    const page = await site.visit(`${path}?range=hour`);
    await page.click("#about-disk summary");
    const mark = () =>
      page.$$eval(".monitoring-charts canvas", (all) => {
        for (const canvas of all) canvas.setAttribute("data-kept", "");
      });
    const kept = () => page.$$eval(".monitoring-charts canvas[data-kept]", (all) => all.length);
    await mark();
    // A job that begins has the page fetched anew.
    await swapped(page, () => site.hub.fetch("/operations/jobs/check/run", { method: "POST" }), "hub");
    expect(await kept()).toBe(10);
    expect(await page.$eval("#about-disk", (details) => (details as HTMLDetailsElement).open)).toBe(true);
    // A minute later all times have moved on by one.
    await page.evaluate(() => {
      for (const script of document.querySelectorAll('.monitoring-charts script[type="application/json"]')) {
        const data = JSON.parse(script.textContent ?? "");
        data.starts.push(`${data.starts.shift().slice(0, 14)}59`);
        for (const series of data.series) series.values.push(series.values.shift());
        script.textContent = JSON.stringify(data);
      }
      const ctx = { sourceElement: document.getElementById("content") };
      document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: { ctx } }));
    });
    expect(await kept()).toBe(10);
    await page.close();
  });
});
