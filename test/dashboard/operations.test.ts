import { expect, test } from "bun:test";
import { formatOf } from "../../src/dashboard/i18n/format.ts";
import { texts } from "../../src/dashboard/i18n/language.ts";
import { readLogQuery } from "../../src/dashboard/log-query.ts";
import { ago, cadence, span } from "../../src/dashboard/pages/operations-time.ts";
import type { View } from "../../src/dashboard/view.ts";
import type { Language } from "../../src/language.ts";

const viewIn = (language: Language) => ({ texts: texts[language], format: formatOf(language) }) as View;

test("when a job runs is said in words, and a pattern that has none as it is", () => {
  const said = (when: string) => cadence(viewIn("ko"), when);
  expect(
    ["0 2 * * *", "30 4 * * 0", "30 4 * * 7", "5 14 * * 1", "*/10 * * * *", "0 3 * 1 *", "30 7 1 * *"].map(said),
  ).toEqual([
    "매일 02:00",
    "매주 일요일 04:30",
    "매주 일요일 04:30",
    "매주 월요일 14:05",
    "10분마다",
    "1월 매일 03:00",
    "매월 1일 07:30",
  ]);
  expect(["every 3600 s", "every 120 s", "every 90 s", "on demand"].map(said)).toEqual([
    "1시간마다",
    "2분마다",
    "90초마다",
    "요청할 때만",
  ]);
  expect(["0 2 * * 1-5", "0 2 1 3 *", "0 2,14 * * *", "0 3 * 1 2"].map(said)).toEqual([
    "cron 0 2 * * 1-5",
    "cron 0 2 1 3 *",
    "cron 0 2,14 * * *",
    "cron 0 3 * 1 2",
  ]);
});

test("times are told in their largest whole unit", () => {
  const view = viewIn("en");
  expect([59, 60, 3600, 47 * 3600, 48 * 3600].map((seconds) => span(view, seconds))).toEqual([
    "59 s",
    "1 min",
    "1 h",
    "47 h",
    "2 d",
  ]);
  const before = (seconds: number) => ago(view, Date.now() - seconds * 1000);
  expect([5, 90, 7300, 50 * 3600].map(before)).toEqual(["just now", "1 min ago", "2 h ago", "2 d ago"]);
});

test("a log is asked for by a name from the list, and what means nothing is left out", () => {
  const names = ["app.log", "watcher.log"];
  const read = (query: string) => readLogQuery(new URLSearchParams(query), names);
  expect(read("log=watcher.log&level=error&search=+a+&lines=100")).toEqual({
    name: "watcher.log",
    filter: { level: "error", search: "a", lines: 100 },
  });
  const preset = { name: "app.log", filter: { level: "all", search: "", lines: 300 } } as const;
  for (const query of ["", "log=../x&level=none&lines=1e9", `lines=-1&search=${"a".repeat(201)}`, "lines=&level="])
    expect([query, read(query)]).toEqual([query, preset]);
  expect(readLogQuery(new URLSearchParams("log=app.log"), [])).toBeNull();
});
