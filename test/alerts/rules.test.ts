import { expect, test } from "bun:test";
import { builtInSources } from "../../src/alerts/built-in.ts";
import type { Condition } from "../../src/alerts/condition.ts";
import { learnRhythm, missedDays } from "../../src/alerts/rhythm.ts";
import { builtInRules } from "../../src/alerts/rule.ts";
import { daysUntil } from "../../src/alerts/rules/backups.ts";
import type { FileSignal, JobSignal, Signals } from "../../src/alerts/signals.ts";
import { allRules } from "../../src/api/alerts/rules.ts";
import { isKoreanHoliday } from "../../src/statistics/holidays.ts";

const gb = 1024 ** 3;
const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse("2026-11-20T10:00:00+09:00");

const dayOf = (ms: number): string => new Date(ms + 9 * hour).toISOString().slice(0, 10);

/** Days on which something was made: Monday to Friday, but for holidays and the first week of August. */
function workingDays(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += day) {
    const text = new Date(at).toISOString().slice(0, 10);
    const isSummer = text.slice(5) >= "08-01" && text.slice(5) <= "08-07";
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !isKoreanHoliday(text) && !isSummer) days.push(text);
  }
  return days;
}

const live: FileSignal = {
  name: "live",
  file: "production_analysis.db",
  state: "ok",
  note: null,
  isAnswered: true,
  writtenAt: now - hour,
  rows: 1000,
  misplacedRows: 0,
  undatedRows: 0,
  ownsFrom: "2026-01-01",
  walMb: 0,
  missingIndexes: [],
};

const job = (name: string, more: Partial<JobSignal> = {}): JobSignal => ({
  name,
  title: { ko: name, en: name },
  paused: false,
  running: false,
  result: "ok",
  message: "done",
  startedAt: now - 8 * hour,
  finishedAt: now - 8 * hour,
  dueAt: now - 8 * hour,
  ...more,
});

const well: Signals = {
  now,
  today: "2026-11-20",
  dayOf,
  timeOf: (ms) => new Date(ms).toISOString().slice(0, 16),
  files: [live],
  goneArchives: [],
  folder: "/hub/database",
  productionDays: workingDays("2025-01-02", "2026-11-19"),
  isHoliday: isKoreanHoliday,
  unchangedDays: null,
  walLimitMb: 64,
  healsIndexes: true,
  autoRollover: false,
  isRollingOver: false,
  backups: [
    { file: live.file, newestAt: now - 8 * hour, warnMs: 2 * day, failMs: 7 * day, knownSince: now - 30 * day },
  ],
  disk: { free: 100 * gb, needed: gb, least: gb / 2, history: [] },
  jobs: [job("backup"), job("drill"), job("watch")],
  requests: { minutes: 5, requests: 1000, serverErrors: 0, slowQueries: 0, rateLimited: 0 },
  slowQueryMs: 500,
  chat: { status: "ok", message: "" },
  crash: null,
  clockJump: null,
};

function found(signals: Partial<Signals>): Condition[] {
  return builtInSources(() => ({ ...well, ...signals })).flatMap(({ conditions }) => conditions());
}

const named = (signals: Partial<Signals>): string[] =>
  found(signals).map(({ severity, rule, subject }) => `${severity} ${rule}${subject && ` ${subject}`}`);

const withLive = (more: Partial<FileSignal>): Partial<Signals> => ({ files: [{ ...live, ...more }] });

test("nothing is the matter with a hub that is well", () => {
  expect(named({})).toEqual([]);
});

test.each<[string, Partial<Signals>]>([
  ["critical file-missing production_analysis.db", withLive({ state: "absent" })],
  ["critical file-broken production_analysis.db", withLive({ state: "broken" })],
  ["warning file-locked production_analysis.db", withLive({ state: "locked" })],
  ["warning file-changing production_analysis.db", withLive({ state: "changing" })],
  ["critical no-data", withLive({ isAnswered: false })],
  ["critical file-missing archive_2024.db", { goneArchives: [{ file: "archive_2024.db", since: now - hour }] }],
  ["warning file-unchanged production_analysis.db", withLive({ writtenAt: now - 4 * day })],
  ["warning wal-growing production_analysis.db", withLive({ walMb: 64 })],
  ["info indexes-missing production_analysis.db", withLive({ missingIndexes: ["idx_date"] })],
  ["info misplaced-rows production_analysis.db", withLive({ misplacedRows: 10 })],
  ["warning undated-rows production_analysis.db", withLive({ undatedRows: 1 })],
  ["warning rollover-due", { today: "2027-01-15", files: [live] }],
  ["warning disk-low", { disk: { ...well.disk, free: 0.9 * gb } }],
  ["critical disk-low", { disk: { ...well.disk, free: 0.4 * gb } }],
  ["critical backup-failed", { jobs: [job("backup", { result: "failed" })] }],
  ["warning backup-too-old production_analysis.db", { backups: [{ ...well.backups[0]!, newestAt: now - 3 * day }] }],
  ["critical backup-too-old production_analysis.db", { backups: [{ ...well.backups[0]!, newestAt: now - 8 * day }] }],
  ["warning backup-never production_analysis.db", { backups: [{ ...well.backups[0]!, newestAt: null }] }],
  ["critical drill-failed", { jobs: [job("drill", { result: "failed" })] }],
  ["warning job-failed watch", { jobs: [job("watch", { result: "failed" })] }],
  ["warning job-overdue watch", { jobs: [job("watch", { startedAt: now - day, dueAt: now - 3 * hour })] }],
  ["warning job-overdue watch", { jobs: [job("watch", { running: true, startedAt: now - 7 * hour })] }],
  ["info job-paused watch", { jobs: [job("watch", { paused: true, dueAt: null })] }],
  ["warning error-rate", { requests: { ...well.requests, serverErrors: 10 } }],
  ["critical error-rate", { requests: { ...well.requests, serverErrors: 50 } }],
  ["warning slow-queries", { requests: { ...well.requests, slowQueries: 10 } }],
  ["warning rate-limit-storm", { requests: { ...well.requests, rateLimited: 100 } }],
  ["warning chat-quota", { chat: { status: "rate_limited", message: "" } }],
  ["warning chat-unusable", { chat: { status: "error", message: "The key is refused." } }],
  [
    "warning crash crash-20261120-090000.txt",
    {
      crash: {
        at: now - hour,
        stamp: "2026-11-20 09:00:00",
        report: "crash-20261120-090000.txt",
        reason: "It was killed.",
      },
    },
  ],
  ["warning clock-jump", { clockJump: { at: now, byMs: -2 * hour } }],
])("%s", (expected, signals) => {
  expect(named(signals)).toContain(expected);
  const condition = found(signals).find(({ rule }) => expected.includes(rule))!;
  for (const words of Object.values(condition.words)) {
    for (const text of Object.values(words)) expect(text).toMatch(/^\S.*[.):]|\S$/);
  }
  expect(condition.words.ko.what).toMatch(/[가-힣]/);
  expect(condition.words.en.what).not.toMatch(/[가-힣]/);
});

test.each<[string, Partial<Signals>]>([
  ["a file that is being refilled or copied", withLive({ state: "refilling" })],
  ["two errors among three requests", { requests: { ...well.requests, requests: 3, serverErrors: 2 } }],
  ["rows of this year in Live", { today: "2026-04-01" }],
  ["rows of last year in Live that an archive owns", { files: [{ ...live, ownsFrom: "2026-01-01" }] }],
  ["rows of last year in Live in the first days of January", { today: "2027-01-14" }],
  ["rows of last year that the hub moves by itself", { today: "2027-02-01", autoRollover: true }],
  [
    "a job that fails and is being run again",
    { jobs: [job("backup", { result: "failed", running: true, startedAt: now })] },
  ],
  ["a clock that the system corrected by seconds", { clockJump: { at: now, byMs: 20_000 } }],
  [
    "a new file that the nightly backup has not seen yet",
    { backups: [{ ...well.backups[0]!, newestAt: null, knownSince: now - 20 * hour }] },
  ],
  ["a model whose stand-in answers", { chat: { status: "degraded", message: "" } }],
  ["a disk of which nothing is known", { disk: { ...well.disk, free: null } }],
])("%s is not the matter", (_, signals) => {
  expect(named(signals).filter((name) => !name.includes("file-unchanged"))).toEqual([]);
});

test("every built-in rule is tried above, and every condition belongs to a listed rule", () => {
  const source = Bun.file(import.meta.path);
  const listed = builtInRules.map(({ id }) => id);
  expect(new Set(listed).size).toBe(listed.length);
  return source.text().then((text) => {
    const ofOthers = ["response-time", "cpu-load", "memory-full", "connections", "memory-growth", "target-unlikely"];
    const elsewhere = ["alert-source", "channel-failing", "disk-filling", ...ofOthers];
    expect(listed.filter((id) => !text.includes(` ${id}`) && !elsewhere.includes(id))).toEqual([]);
  });
});

test("every name that ALERT_OFF takes stands in the manual, in both languages, with what the rule watches and no other name", async () => {
  for (const [language, name] of [
    ["ko", "operations_manual.ko.md"],
    ["en", "operations_manual.md"],
  ] as const) {
    const manual = await Bun.file(`${import.meta.dir}/../../docs/${name}`).text();
    const chapter = manual.slice(manual.indexOf("\n## 19."), manual.indexOf("\n## 20."));
    const rows = [...chapter.matchAll(/^\| `([^`]+)` *\|[^|]+\| (.*?) *\|$/gm)].map(([, id, about]) => [id, about]);
    expect(rows).toEqual(allRules.map(({ id, about }) => [id, about[language]]));
  }
});

test("a file that the ERP writes on working days alone is never reported at weekends, on holidays or in last year's summer pause", () => {
  const written = workingDays("2024-01-02", "2026-11-19");
  const alarms: string[] = [];
  for (const [index, last] of written.entries()) {
    if (last < "2025-03-01") continue;
    const next = written[index + 1] ?? "2026-11-20";
    // The file keeps the day on which it was written last until the end of the day on which it is written next.
    for (let at = Date.parse(last); at <= Date.parse(next); at += day) {
      const today = new Date(at).toISOString().slice(0, 10);
      const signals = {
        today,
        now: at + hour,
        productionDays: written.slice(0, index + 1),
        files: [{ ...live, writtenAt: Date.parse(`${last}T18:00:00+09:00`) }],
      };
      for (const { rule } of found(signals)) if (rule === "file-unchanged") alarms.push(today);
    }
  }
  expect(alarms).toEqual([]);
});

test("a file that is written no more is reported after two working days, and after as many as are set", () => {
  const after = (unchangedDays: number | null): string | undefined => {
    const written = workingDays("2025-01-02", "2026-11-12");
    for (let at = Date.parse("2026-11-12"); ; at += day) {
      const today = new Date(at).toISOString().slice(0, 10);
      const files = [{ ...live, writtenAt: Date.parse("2026-11-12T18:00:00+09:00") }];
      if (named({ today, unchangedDays, productionDays: written, files }).length > 0) return today;
    }
  };
  // 12 November 2026 is a Thursday: Friday and Monday pass without a write.
  expect([after(null), after(1), after(3)]).toEqual(["2026-11-17", "2026-11-14", "2026-11-18"]);
});

test("nothing is learned from two weeks, and who works on Saturdays is expected to", () => {
  expect(learnRhythm(workingDays("2026-11-02", "2026-11-13"), isKoreanHoliday)).toBeNull();
  const days = workingDays("2026-01-02", "2026-11-13");
  const saturdays = days
    .filter((text) => new Date(text).getUTCDay() === 5)
    .map((text) => dayOf(Date.parse(text) + day));
  const rhythm = learnRhythm([...days, ...saturdays].sort(), isKoreanHoliday)!;
  expect(missedDays(rhythm, "2026-11-13", "2026-11-16")).toEqual(["2026-11-14"]);
});

test("a disk that fills is foreseen, and one on which backups come and go is not", () => {
  const samples = (free: (hours: number) => number) =>
    Array.from({ length: 72 }, (_, at) => ({ at: now - (71 - at) * hour, free: free(at) }));
  expect(
    daysUntil(
      gb,
      samples((at) => (100 - at / 2) * gb),
    )!,
  ).toBeCloseTo((100 - 35.5 - 1) / 12, 1);
  expect(
    daysUntil(
      gb,
      samples(() => 50 * gb),
    ),
  ).toBeNull();
  expect(
    daysUntil(
      gb,
      samples((at) => 50 * gb - (at % 24 === 2 ? 5 * gb : 0)),
    ),
  ).toBeNull();
  expect(daysUntil(gb, samples((at) => (100 - at) * gb).slice(-20))).toBeNull();
  const history = samples((at) => (60 - at * 0.8) * gb);
  expect(named({ disk: { ...well.disk, free: history.at(-1)!.free, history } })).toEqual(["warning disk-filling"]);
});
