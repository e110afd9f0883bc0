import { expect, test } from "bun:test";
import { type Alert, untold } from "../../src/alerts/alert.ts";
import type { Notice } from "../../src/alerts/engine.ts";
import { type MessageContext, messagesOf, spanName, splitSentence } from "../../src/alerts/messages.ts";
import { quietHoursOf } from "../../src/alerts/quiet-hours.ts";
import { type SummaryFacts, summaryOf } from "../../src/alerts/summary.ts";
import { SummaryClock } from "../../src/alerts/summary-clock.ts";
import { conditionOf, hour, minute } from "./support.ts";

const now = Date.UTC(2026, 10, 20, 12);
const stampOf = (date: Date): string => date.toISOString().slice(0, 19).replace("T", " ");

const alertOf = (fields: Partial<Alert> = {}): Alert => ({
  id: 1,
  source: "files",
  rule: "file-missing",
  subject: "a.db",
  severity: "critical",
  words: {
    ko: { what: "a.db 파일이 없습니다. 폴더를 보십시오.", meaning: "답하지 못합니다.", action: "되돌려 놓으십시오." },
    en: { what: "The file a.db is not there. See the folder.", meaning: "No answers.", action: "Put it back." },
  },
  page: null,
  startedAt: now - 90 * minute,
  firedAt: now - 89 * minute,
  ...untold,
  ...fields,
});

const context = (fields: Partial<MessageContext> = {}): MessageContext => ({
  language: "ko",
  quiet: null,
  stampOf,
  timesOfDay: () => 1,
  ...fields,
});

test("an alert is told with what happened, what it means, what to do, and since when", () => {
  const [message] = messagesOf([{ telling: "firing", alert: alertOf() }], now, context({ timesOfDay: () => 3 }));
  expect(message).toMatchObject({
    kind: "alert",
    severity: "critical",
    subject: "a.db 파일이 없습니다.",
    language: "ko",
  });
  expect(message!.text).toBe(
    "[위험] a.db 파일이 없습니다. 폴더를 보십시오.\n뜻: 답하지 못합니다.\n할 일: 되돌려 놓으십시오.\n시작 2026-11-20 10:30 · 1시간 30분째 · 지난 24시간에 3번째",
  );
  const [english] = messagesOf([{ telling: "reminder", alert: alertOf() }], now, context({ language: "en" }));
  expect(english!.subject).toBe("Still there · The file a.db is not there.");
  expect(english!.text).toContain("What to do: Put it back.\nSince 2026-11-20 10:30 · for 1 h 30 min");
});

test("what comes together goes out together, the worst first, and what is over by itself with how long it lasted", () => {
  const notices: Notice[] = [
    { telling: "firing", alert: alertOf({ id: 2, severity: "warning", rule: "b" }) },
    { telling: "firing", alert: alertOf() },
    { telling: "resolved", alert: alertOf({ id: 3, resolvedAt: now }) },
  ];
  const [alert, resolved] = messagesOf(notices, now, context());
  expect([alert!.kind, alert!.severity, alert!.subject]).toEqual(["alert", "critical", "a.db 파일이 없습니다. 외 1건"]);
  expect([resolved!.kind, resolved!.subject]).toEqual(["resolved", "해결: a.db 파일이 없습니다."]);
  expect(resolved!.text).toContain("[해결]");
  expect(resolved!.text).toContain("2026-11-20 10:30부터 2026-11-20 12:00까지 1시간 30분 동안");
  const told = (alert!.data as { alerts: { id: number; state: string }[] }).alerts;
  expect(told.map(({ id, state }) => [id, state])).toEqual([
    [1, "firing"],
    [2, "firing"],
  ]);
});

test("what was held back in quiet hours is said to be, and many alerts are told by their number", () => {
  const quiet = quietHoursOf("22:00-07:00", stampOf);
  const held = alertOf({ severity: "warning", firedAt: Date.UTC(2026, 10, 20, 3) });
  const [message] = messagesOf([{ telling: "firing", alert: held }], now, context({ quiet }));
  expect(message!.text).toStartWith("조용한 시간(22:00-07:00)에 있었던 알림을 모아서 보냅니다.");
  const many = Array.from({ length: 25 }, (_, id): Notice => ({ telling: "firing", alert: alertOf({ id }) }));
  const [group] = messagesOf(many, now, context());
  expect(group!.text).toContain("그 밖에 5건은 알림 화면에 있습니다.");
  expect(group!.text.split("[위험]")).toHaveLength(21);
});

test("spans are told in two units, and a sentence ends neither in a number nor in a name", () => {
  expect([0, 59 * minute, 125 * minute, 49 * hour, 48 * hour].map((ms) => spanName(ms, "en"))).toEqual([
    "less than a minute",
    "59 min",
    "2 h 5 min",
    "2 d 1 h",
    "2 d",
  ]);
  expect(splitSentence("a.db grew by 1.5 GB. See it! Now.")).toEqual(["a.db grew by 1.5 GB.", "See it! Now."]);
  expect(splitSentence("No end")).toEqual(["No end", ""]);
});

const facts: SummaryFacts = {
  kind: "daily",
  from: now - 24 * hour,
  to: now,
  alerts: [alertOf({ resolvedAt: now - hour }), alertOf({ id: 2, severity: "warning" })],
  active: [alertOf({ id: 2, severity: "warning" })],
  days: ["2026-11-17", "2026-11-18", "2026-11-19"].map((day) => ({ day, total_production: 12_345, batch_count: 67 })),
  backups: [
    { file: "a.db", newestAt: now - 10 * hour },
    { file: "b.db", newestAt: null },
  ],
  drill: { result: "ok", at: now - 50 * hour },
  disk: { free: 12 * 1024 ** 3, needed: 300 * 1024 ** 2 },
  quality: [conditionOf("quality-new-item", "info")],
};

test("a summary is a sign of life with what happened, the newest days, findings, backups and disk", () => {
  const message = summaryOf(facts, "ko", stampOf);
  expect(message).toMatchObject({
    kind: "summary",
    subject: "일일 요약 2026-11-19: 진행 중인 알림 1건",
    severity: "warning",
  });
  for (const part of [
    "위험 1건, 경고 1건, 안내 0건",
    "(30분 만에 해결)",
    "(진행 중)",
    "2026-11-19: 배치 67건, 양품 12,345개",
    "무슨 일",
    "a.db: 10시간 전",
    "b.db: 없음",
    "복원 시험 통과(2026-11-18 10:00)",
    "여유 12.0 GB",
  ])
    expect(message.text).toContain(part);
  expect(message.text).not.toContain("2026-11-17: ");
  const quiet = {
    ...facts,
    kind: "weekly",
    from: now - 168 * hour,
    active: [],
    alerts: [],
    days: null,
    drill: null,
  } as const;
  const weekly = summaryOf({ ...quiet, disk: { free: null, needed: 0 } }, "en", stampOf);
  expect(weekly.subject).toBe("Weekly summary 2026-11-13 ~ 2026-11-20: all is well");
  expect(weekly.text).toContain("0 critical, 0 warnings, 0 notices");
  expect(weekly.text).toContain("The data could not be read.");
});

test("a summary is due once for each of its times, also over restarts, and not when it is half a day late", () => {
  const memory = new Map<string, unknown>();
  const store = {
    recall: (name: string) => memory.get(name) ?? null,
    remember: (name: string, value: unknown) => void memory.set(name, value),
  };
  const start = (pattern = "0 8 * * *") => new SummaryClock("daily", pattern, "UTC", store);
  const at = (day: number, time: string): number => Date.parse(`2026-11-${day}T${time}:00Z`);
  let clock = start();
  expect(clock.isDue(at(20, "09:00"))).toBe(false);
  expect(clock.isDue(at(21, "07:59"))).toBe(false);
  expect(clock.isDue(at(21, "08:00"))).toBe(true);
  clock.done(at(21, "08:00"));
  expect(clock.isDue(at(21, "08:01"))).toBe(false);
  clock = start();
  expect(clock.isDue(at(21, "08:02"))).toBe(false);
  // The PC was off at eight, and for a whole night.
  clock = start();
  expect(clock.isDue(at(22, "11:00"))).toBe(true);
  clock.done(at(22, "11:00"));
  clock = start();
  expect(clock.isDue(at(23, "21:00"))).toBe(false);
  expect(clock.isDue(at(24, "08:00"))).toBe(true);
  // A clock that is put back by a week does not silence it for one.
  clock.done(at(24, "08:00"));
  clock = start();
  expect(clock.isDue(at(17, "09:00"))).toBe(false);
  expect(clock.isDue(at(18, "08:00"))).toBe(true);
  expect(start("off").isDue(at(25, "08:00"))).toBe(false);
});
