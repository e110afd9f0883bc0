import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { addDays } from "../../src/production/calendar.ts";
import { beginJob } from "../support/alerts.ts";
import { posted } from "../support/chat.ts";
import { faketimeLibrary, movableClock } from "../support/faketime.ts";
import { archivePath, livePath, row, temporaryHome, writeFactory } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { root, tied } from "../support/processes.ts";
import { type Booked, readBooked } from "./clock-erp.ts";

/**
 * The turn of the year in a running hub: an ERP that books on both sides of midnight, people who ask all the while, and what the first night of January
 * does. With HUB_TEST_NIGHTS=1 its jobs are begun by the clock, for which a minute is waited.
 */
const byClock = process.env.HUB_TEST_NIGHTS === "1";
setDefaultTimeout(byClock ? 400_000 : 180_000);

const stopping: (() => unknown)[] = [];
afterAll(() => Promise.all(stopping.map((stop) => stop())));

const stamp = (ms: number): string => new Date(ms + 9 * 3_600_000).toISOString();
const inKorea = (text: string): number => Date.parse(`${text}+09:00`);

/** A year and a half of production, each working day one batch of 100, up to the day before the ERP begins. */
const yearOf = (year: number) =>
  Array.from({ length: 364 }, (_, at) =>
    row({ production_date: `${addDays(`${year}-01-01`, at)} 오전 12:00:00`, item_code: "C1" }),
  );

/** What a hub is asked in the days around the turn of the year; each answer is compared with what the ERP had booked before and after it. */
class Visitors {
  asked = 0;
  readonly #hub: Hub;
  readonly #now: () => number;
  readonly #counts: string;
  #open = true;
  #round: Promise<void> = Promise.resolve();

  constructor(hub: Hub, now: () => number, counts: string) {
    this.#hub = hub;
    this.#now = now;
    this.#counts = counts;
  }

  start(): void {
    this.#round = (async () => {
      for (; this.#open; await Bun.sleep(50)) await this.askAll();
    })();
  }

  /** Throws what a round found wrong. */
  async stop(): Promise<void> {
    this.#open = false;
    await this.#round;
  }

  async askAll(): Promise<void> {
    await this.#rest();
    await this.#today();
    await this.#page();
    await this.#chat("올해 생산량 알려줘", (year) => year);
    await this.#chat("작년 생산량은?", (year) => year - 1);
    await this.#lastMonth();
    this.asked++;
  }

  /** Totals of both years: each row once, none missing, at every moment. */
  async #rest(): Promise<void> {
    const { answer, bounds } = await this.#between(() => this.#hub.json("/summary/monthly_total?date_from=2026-01-01"));
    const batches = (year: string): number =>
      answer.body
        .filter(({ year_month }: Json) => year_month.startsWith(year))
        .reduce((sum: number, { batch_count }: Json) => sum + batch_count, 0);
    for (const [year, own, booked] of [
      ["2026", 364, "before"],
      ["2027", 0, "after"],
    ] as const) {
      // While a step of the rollover holds the file, the version of a moment ago answers, and says so.
      const isPresent = answer.headers.get("X-Data-State") === null;
      expect(batches(year)).toBeGreaterThanOrEqual(own + (isPresent ? bounds.least[booked] : 0));
      expect(batches(year)).toBeLessThanOrEqual(own + bounds.most[booked]);
    }
  }

  async #today(): Promise<void> {
    const { answer, days } = await this.#between(() => this.#hub.json("/healthz"));
    expect(days).toContain(answer.body.today);
    expect(answer.body.alerts).toEqual([]);
  }

  async #page(): Promise<void> {
    const { answer, days } = await this.#between(() =>
      this.#hub.fetch("/?period=this_year&wall=60", { headers: { Accept: "text/html" } }),
    );
    expect(answer.status).toBe(200);
    const html = await answer.text();
    const [, shown] = /(\d{4}-\d\d-\d\d ~ \d{4}-\d\d-\d\d|2027-01-01(?= ·|<))/.exec(html) ?? [];
    expect(days.map((day) => `${day.slice(0, 4)}-01-01`)).toContain(shown?.slice(0, 10) ?? "nothing");
  }

  /** The chat's answer is about the year that is meant, up to today or its end. */
  async #chat(query: string, yearOf: (year: number) => number): Promise<void> {
    const { answer, days } = await this.#between(() => this.#hub.json("/chat", posted({ query })));
    expect(answer.body.status).toBe("success");
    const [{ period }] = answer.body.evidence;
    const year = Number(period.from.slice(0, 4));
    expect(days.map((day) => yearOf(Number(day.slice(0, 4))))).toContain(year);
    expect([period.from, period.to.slice(0, 4)]).toEqual([`${year}-01-01`, `${year}`]);
  }

  async #lastMonth(): Promise<void> {
    const { answer, days } = await this.#between(() => this.#hub.json("/chat", posted({ query: "지난달 생산량" })));
    const [{ period }] = answer.body.evidence;
    const months = days.map((day) => addDays(`${day.slice(0, 7)}-01`, -1).slice(0, 7));
    expect(months.map((month) => `${month}-01`)).toContain(period.from);
  }

  /** An answer, with the factory's days at its beginning and end, and what the ERP had booked at the least and at the most. */
  async #between<T>(ask: () => Promise<T>) {
    const before: Record<"before" | "after", Booked> = readBooked(this.#counts);
    const began = this.#now();
    const answer = await ask();
    const days = [stamp(began).slice(0, 10), stamp(this.#now()).slice(0, 10)];
    const after = readBooked(this.#counts);
    return {
      answer,
      days,
      bounds: {
        least: { before: before.before.committed, after: before.after.committed },
        most: { before: after.before.begun, after: after.after.begun },
      },
    };
  }
}

describe.skipIf(faketimeLibrary === null)("the turn of the year in a running hub", () => {
  test("no row is lost or doubled and no question is answered wrong, from the last evening to the morning after the rollover", async () => {
    const home = temporaryHome();
    writeFactory(home, { live: yearOf(2026), archives: new Map([[2025, yearOf(2025)]]) });
    const clock = movableClock(inKorea("2026-12-31T23:58:00") - Date.now());
    const goTo = (text: string): void => clock.move(inKorea(text) - clock.now());
    const hub = await startHub({
      home,
      env: {
        ...clock.env,
        AUTO_ROLLOVER: "true",
        ALERT_OFF: "clock-jump,file-unchanged,disk-low,response-time,cpu-load,memory-full",
      },
    });
    stopping.push(() => hub.stop());
    const counts = join(home, "counts");
    const erp = tied(
      Bun.spawn([process.execPath, join(root, "test/faults/clock-erp.ts"), livePath(home), counts], {
        env: { PATH: process.env.PATH ?? "", ...clock.env },
        stdin: "pipe",
        stdout: "inherit",
        stderr: "inherit",
      }),
    );
    const booked = (when: "before" | "after") =>
      eventually(
        `the ERP books ${when} midnight`,
        () => (existsSync(counts) && readBooked(counts)[when].committed > 5) || undefined,
      );
    /** What became of a job's run at a time of the clock. */
    const run = async (name: string, at: string) => {
      goTo(byClock ? `${at}:58` : `${at}:59`);
      if (!byClock) await beginJob(hub, name);
      const jobOf = async () => (await hub.json("/operations/jobs")).body.jobs.find((one: Json) => one.name === name);
      return eventually(
        `the job ${name} has run`,
        async () => {
          const found = await jobOf();
          return found.last_result !== null && !found.running ? found : undefined;
        },
        80_000,
      );
    };

    await booked("before");
    const visitors = new Visitors(hub, clock.now, counts);
    await visitors.askAll();
    visitors.start();
    goTo("2026-12-31T23:59:59");
    await booked("after");
    expect(existsSync(archivePath(home, 2026))).toBe(false);
    const rollover = await run("rollover", "2027-01-01T02:59");
    expect(rollover).toMatchObject({
      last_result: "ok",
      last_message: expect.stringContaining("Every month counts what it did before."),
    });
    expect(existsSync(archivePath(home, 2026))).toBe(true);
    await run("report-monthly", "2027-01-01T07:29");
    goTo("2027-01-02T08:10:00");
    await visitors.askAll();
    await visitors.stop();
    erp.stdin.end();
    expect(await erp.exited).toBe(0);
    const end = readBooked(counts);

    const health = await eventually("all is well", async () => {
      const { body } = await hub.json("/healthz");
      return body.status === "ok" ? body : undefined;
    });
    expect(health).toMatchObject({ today: "2027-01-02", misplaced_rows: 0, alerts: [] });
    const { body: months } = await hub.json("/summary/monthly_total?date_from=2026-12-01");
    expect(months.map(({ year_month, batch_count }: Json) => [year_month, batch_count])).toEqual([
      ["2026-12", 30 + end.before.committed],
      ["2027-01", end.after.committed],
    ]);
    const { body: reports } = await hub.json("/reports");
    expect(reports.reports).toContainEqual(expect.objectContaining({ kind: "monthly", from: "2026-12-01" }));
    const wrong = hub
      .log()
      .split("\n")
      .filter((line) => line.includes(" | ERROR "));
    expect([wrong, hub.stderr()]).toEqual([[], ""]);
    expect(visitors.asked).toBeGreaterThan(5);
  });
});
