import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Cell, readXlsx } from "hucre/xlsx";
import { addDays, addMonths } from "../../src/production/calendar.ts";
import { livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { startMailServer } from "../support/mail-server.ts";
import { expectError } from "../support/shape.ts";
import { lastingToday } from "../support/today.ts";

setDefaultTimeout(180_000);

const admin = { "X-API-Key": "admin-key-0123456789" };
const evil = `<img src=x onerror="alert(1)">`;
const names: Record<string, string> = {
  A1: evil,
  A2: "=cmd|' /C calc'!A0",
  "A/3%": "클리어 렌즈",
  A4: "@SUM(1)",
  A5: "렌즈",
};
const today = await lastingToday();
const yesterday = addDays(today, -1);
/** A day on which nothing was made, though it is usual, and an item that was not made yesterday. */
const silent = addDays(yesterday, -3);
const missed = "A5";

/** Four hundred days of quantities that nobody can guess, the same in every run. */
function production(): Row[] {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const days = Array.from({ length: 430 }, (_, at) => addDays(yesterday, -at)).filter((day) => day !== silent);
  return days.flatMap((day) =>
    Object.entries(names)
      .filter(([code]) => code !== missed || day !== yesterday)
      .map(([item_code, item_name]) =>
        row({ production_date: day, item_code, item_name, good_quantity: Math.round(random() * 1e7) / 100 }),
      ),
  );
}

let hub: Hub;
/** One of whose own reports a test tells, and which that test stops. */
let maker: Hub;
let mail: Awaited<ReturnType<typeof startMailServer>>;
beforeAll(async () => {
  const rows = production();
  const homes = [temporaryHome(), temporaryHome()] as const;
  for (const home of homes) writeDatabase(livePath(home), rows);
  mail = await startMailServer();
  const env = {
    ADMIN_KEY: admin["X-API-Key"],
    HUB_PUBLIC_URL: "http://hub.example",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mail.port),
    SMTP_SECURITY: "none",
    MAIL_TO: "lee@factory.example",
    REPORT_SEND: "daily",
    ALERT_DAILY_SUMMARY: "off",
  };
  [hub, maker] = await Promise.all([startHub({ home: homes[0], env }), startHub({ home: homes[1], env })]);
});
afterAll(async () => {
  await Promise.all([hub?.stop(), maker?.stop()]);
  await mail?.[Symbol.asyncDispose]();
});

const report = async (kind: string, day: string): Promise<Json> => (await hub.json(`/reports/${kind}/${day}`)).body;
/** Mails with a workbook: alerts go the same way. */
const reportsSent = () => mail.received.filter(({ source }) => source.includes("filename=daily_"));
const folder = () => join(maker.home, "reports");
const number = new Intl.NumberFormat("ko", { maximumFractionDigits: 0 });
const asText = (html: string) => html.replace(/<[^>]+>/g, "\n").replaceAll("&#39;", "'");

const asked = [
  ["daily", yesterday],
  ["weekly", addDays(yesterday, -7)],
  ["monthly", addMonths(yesterday, -1)],
  ["monthly", yesterday],
] as const;

test.each(asked)("the figures of the %s report of %s are those of REST", async (kind, day) => {
  const { from, through, totals, items, others, days, comparisons, ...rest } = await report(kind, day);
  const range = `date_from=${from}&date_to=${through}`;
  const [byItem, daily] = await Promise.all([
    hub.json(`/summary/by_item?${range}&limit=1000`),
    hub.json(`/summary/daily?date_from=${days[0].day}&date_to=${days.at(-1).day}`),
  ]);
  const rows: Json[] = byItem.body.data;
  expect(items.map((item: Json) => [item.item_code, item.item_name, item.total_production, item.batch_count])).toEqual(
    rows.slice(0, 10).map((item) => [item.item_code, item.item_name, item.total_production, item.batch_count]),
  );
  expect(others.items).toBe(Math.max(0, rows.length - 10));
  expect(totals.item_count).toBe(rows.length);
  const made = new Map(daily.body.map((one: Json) => [one.day, one.total_production]));
  expect(days.map((one: Json) => one.total_production)).toEqual(days.map((one: Json) => made.get(one.day) ?? 0));
  expect(comparisons.map(({ basis }: Json) => basis)).toEqual(["usual", "previous", "last_year"]);
  for (const { days: other, difference, change, total_production } of comparisons.slice(1)) {
    const query = `period1_from=${from}&period1_to=${through}&period2_from=${other.from}&period2_to=${other.to}`;
    const { body } = await hub.json(`/summary/compare?${query}`);
    expect(totals.total_production).toBe(body.period1.total_quantity);
    expect(totals.batch_count).toBe(body.period1.production_count);
    expect([total_production, difference]).toEqual([body.period2.total_quantity, body.comparison.quantity_diff]);
    expect(Math.abs(change * 100 - body.comparison.change_rate_pct)).toBeLessThan(0.0501);
  }
  expect(rest.state).toBe("produced");
});

test.each(asked)(
  "mail, workbook and page of the %s report of %s show the same figures, and names as texts",
  async (kind, day) => {
    const made = await report(kind, day);
    const { totals, items, days } = made;
    const [html, page, file] = await Promise.all([
      hub.fetch(`/reports/${kind}/${day}.html?lang=ko`).then((response) => response.text()),
      hub
        .fetch(`/dashboard/reports/${kind}/${day}`, { headers: { "Accept-Language": "ko" } })
        .then((one) => one.text()),
      hub.fetch(`/reports/${kind}/${day}.xlsx?lang=ko`).then((response) => response.bytes()),
    ]);
    const quantities = [totals, ...items, ...days].map(({ total_production }) => total_production);
    for (const shown of [html, page]) {
      const texts = new Set(asText(shown).split("\n"));
      expect(quantities.filter((quantity: number) => !texts.has(number.format(quantity)))).toEqual([]);
      expect(shown).not.toContain("<img src=x");
      expect(shown).toContain("&lt;img src=x");
    }
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&"));
    expect(links.every((href) => href.startsWith("http://hub.example/"))).toBe(true);
    expect(html).not.toMatch(/<(script|img|link|iframe|form)\b/);

    const { sheets } = await readXlsx(file, { readStyles: true });
    expect(sheets.map(({ name }) => name)).toEqual(["요약", "일별", "제품별", "증감"]);
    const values = new Set(sheets.flatMap(({ rows }) => rows.flat()));
    expect(quantities.filter((quantity: number) => !values.has(quantity))).toEqual([]);
    expect(quantities.some((quantity: number) => !Number.isInteger(quantity))).toBe(true);
    const formats = sheets.flatMap((sheet) => [...(sheet.cells?.values() ?? [])].map(({ style }) => style?.numFmt));
    expect(formats).toContain("#,##0");
    expect(formats.filter((format) => format?.includes("#0.0"))).toEqual([]);
    expect(Object.values(names).filter((name) => name !== names[missed] && !values.has(name))).toEqual([]);
    const cells = sheets.flatMap((sheet): Cell[] => [...(sheet.cells?.values() ?? [])]);
    expect(cells.filter(({ formula }) => formula !== undefined)).toEqual([]);
    expect(
      sheets.map(({ charts = [] }) => charts.map(({ series }) => series?.map(({ valuesRef }) => valuesRef))),
    ).toEqual([
      [],
      [[`'일별'!$B$2:$B$${days.length + 1}`, `'일별'!$D$2:$D$${days.length + 1}`]],
      [[`'제품별'!$C$2:$C$${items.length + 1}`, `'제품별'!$F$2:$F$${items.length + 1}`]],
      [],
    ]);
    expect(sheets[2]!.freezePane).toEqual({ rows: 1 });
    expect(sheets[2]!.pageSetup).toMatchObject({ paperSize: "a4", fitToWidth: 1, printTitlesRow: "$1:$1" });
  },
);

test("an item that is usually made and was not is named, and so is a day without the usual production", async () => {
  const made = await report("daily", yesterday);
  expect(made.missed.map(({ item_code }: Json) => item_code)).toEqual([missed]);
  expect((await report("daily", silent)).state).toBe("missing");
  expect((await report("daily", addDays(yesterday, -900))).state).toBe("empty");
  const html = await (await hub.fetch(`/reports/daily/${silent}.html?lang=en`)).text();
  expect(html).toContain("no production is recorded, though there usually is some");
});

test("links lead to pages with the report's days and item", async () => {
  const { items, comparisons, pages } = await report("weekly", addDays(yesterday, -7));
  const paths = [pages.overview, pages.batches, pages.items, pages.report, items[0].page, comparisons[1].page];
  for (const path of paths) {
    const response = await hub.fetch(path, { headers: { Accept: "text/html" } });
    expect([path, response.status]).toEqual([path, 200]);
    expect(await response.text()).not.toContain('class="banner failed"');
  }
});

test("targets of the month are told as REST tells them, and what else the hub knows", async () => {
  const month = yesterday.slice(0, 7);
  const body = JSON.stringify({ targets: [{ month, item_code: "A4", target: 5_000_000 }] });
  const headers = { "Content-Type": "application/json", ...admin };
  expect((await hub.json("/targets", { method: "POST", headers, body })).status).toBe(200);
  const { body: standing } = await hub.json(`/targets/achievement?month=${month}`);
  const { targets, hub: state, quality } = await report("monthly", yesterday);
  const [item] = standing.items;
  expect([targets.month, targets.whole.target]).toEqual([month, standing.total.target]);
  expect(targets.items).toMatchObject([
    { item_code: "A4", achieved: item.made, rate: item.achievement, forecast: item.forecast, target: 5_000_000 },
  ]);
  expect(state).toMatchObject({ backup_age_hours: null, alerts: { critical: expect.any(Number) } });
  expect(quality.open).toBeNumber();
  const html = asText(await (await hub.fetch(`/reports/monthly/${yesterday}.html?lang=ko`)).text());
  expect(html).toContain(`${month} 목표`);
  expect(html).toContain(number.format(item.made));
});

test("what is no report is refused with a sentence, and a day to come as well", async () => {
  const soon = addDays(today, 1);
  for (const [path, sentence] of [
    ["/reports/daily/2026-13-01", "Invalid date format: '2026-13-01'. Expected YYYY-MM-DD (e.g., 2026-01-15)."],
    ["/reports/daily/2026-1-1.xlsx", "Invalid date format: '2026-1-1.xlsx'. Expected YYYY-MM-DD (e.g., 2026-01-15)."],
    [`/reports/daily/${soon}`, `There is no daily report of ${soon} yet: today is ${today}.`],
  ] as const) {
    const answer = await hub.json(path);
    expectError(answer, 400);
    expect(answer.body.detail).toBe(sentence);
  }
  expect((await hub.fetch("/reports/yearly/2026-01-01")).status).toBe(422);
  expect((await hub.fetch("/dashboard/reports/daily/2026-13-01")).status).toBe(404);
  expect((await hub.fetch("/dashboard/reports/files/..%2F..%2F.env")).status).toBe(404);
});

const run = (body: object, headers: Record<string, string> = admin) =>
  maker.json("/reports/daily/run", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** Takes the admin key, writes both files, and is listed and audited. */
const madeByHand = async () => {
  expect((await run({}, {})).status).toBe(401);
  expect(existsSync(folder())).toBe(false);
  const { status, body } = await run({ date: addDays(yesterday, -1) });
  const name = addDays(yesterday, -1);
  expect([status, body.name, body.sent]).toEqual([200, name, []]);
  expect(readdirSync(folder()).sort()).toEqual([`daily_${name}.html`, `daily_${name}.xlsx`]);
  const { body: listed } = await maker.json("/reports");
  expect(listed.reports).toMatchObject([
    { kind: "daily", name, from: name, handed_at: null, sent_at: null, deliveries: [], files: body.files },
  ]);
  const stored = await maker.fetch(`/dashboard/reports/files/${body.files.html}`);
  expect(await stored.text()).toBe(readFileSync(join(folder(), body.files.html), "utf8"));
  const log = await eventually("the audit line", () =>
    maker.log().includes("AUDIT report") ? maker.log() : undefined,
  );
  expect(log).toContain(`AUDIT report daily ${name}: made by 127.0.0.1`);
  expect(reportsSent()).toEqual([]);
};

/** Is made again as often as it takes, and sent once, with the workbook. */
const madeByTheClock = async () => {
  const runJob = async (): Promise<Json> => {
    expect((await maker.json("/operations/jobs/report-daily/run", { method: "POST", headers: admin })).status).toBe(
      202,
    );
    return eventually("the job has ended", async () => {
      const { body } = await maker.json("/operations/jobs");
      const job = body.jobs.find(({ name }: Json) => name === "report-daily");
      return job.running ? undefined : job;
    });
  };
  expect((await runJob()).last_message).toContain("Handed to the outbox for: mail.");
  const [received] = await eventually("the mail", () => (reportsSent().length > 0 ? reportsSent() : undefined));
  expect(received!.to).toEqual(["lee@factory.example"]);
  expect(received!.source).toContain(`filename=daily_${yesterday}.xlsx`);
  expect(received!.source).toContain("Content-Type: text/html");
  expect((await runJob()).last_message).toContain("It was handed to the outbox before.");
  const listed = await eventually("it counts as sent", async () => {
    const [newest] = (await maker.json("/reports")).body.reports;
    return newest.sent_at === null ? undefined : newest;
  });
  expect(listed).toMatchObject({
    name: yesterday,
    deliveries: [{ channel: "mail", state: "delivered", reason: null }],
  });
  expect(reportsSent()).toHaveLength(1);
};

const command = async (args: readonly string[], env: Record<string, string> = {}) => {
  const { PATH = "", HOME = "" } = process.env;
  const main = resolve(import.meta.dir, "../../src/main.ts");
  const child = Bun.spawn([process.execPath, main, "--home", maker.home, ...args], {
    env: { PATH, HOME, ADMIN_KEY: admin["X-API-Key"], ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 90_000,
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
};

/** `--report` makes the same through a running hub and without one, and old reports of a kind go. */
const madeByCommand = async () => {
  const day = addDays(yesterday, -7);
  const beside = await command(["--report", "weekly", "--date", day]);
  expect([beside.code, beside.stderr]).toEqual([0, ""]);
  const { files, name } = (await maker.json("/reports")).body.reports.find(({ kind }: Json) => kind === "weekly");
  expect(beside.stdout).toContain(`${files.html} and ${files.xlsx} were made in ${folder()}`);
  const refused = await command(["--report", "daily", "--date", addDays(today, 1)]);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("The running hub refused: There is no daily"),
  ]);

  await maker.stop();
  const before = readFileSync(join(folder(), files.html), "utf8").replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "");
  const alone = await command(["--report", "weekly", "--date", day]);
  expect([alone.code, alone.stdout.split("\n")[0]]).toEqual([0, beside.stdout.split("\n")[0]]);
  expect(existsSync(join(folder(), `weekly_${name}.xlsx`))).toBe(true);
  expect(before).toContain(alone.stdout.split("\n")[0]!.split(" ")[0]!);

  writeFileSync(join(folder(), "daily_my own notes.txt"), "stays");
  const asked = addDays(yesterday, -2);
  const third = await command(["--report", "daily", "--date", asked], { REPORT_RETENTION: "1" });
  expect(third.code).toBe(0);
  const daily = readdirSync(folder()).filter((file) => file.startsWith("daily_"));
  expect(daily.sort()).toEqual(
    // The newest one, and the one that was asked for.
    [yesterday, asked]
      .flatMap((kept) => [`daily_${kept}.html`, `daily_${kept}.xlsx`])
      .concat("daily_my own notes.txt")
      .sort(),
  );
};

test("reports are made by hand, by the clock and by a command, each time beside those that were made before", async () => {
  await madeByHand();
  await madeByTheClock();
  await madeByCommand();
});
