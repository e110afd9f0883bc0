import { describe, expect, test } from "bun:test";
import { isFormula } from "../../public/dashboard/chat-copy.js";
import { EventParser } from "../../public/dashboard/chat-events.js";
import { followUps } from "../../public/dashboard/chat-follow-ups.js";
import { blocksOf, settled, webAddress } from "../../public/dashboard/chat-markdown.js";
import { chartOf, numberIn, typed } from "../../public/dashboard/chat-tables.js";
import { plan } from "../../src/chat/planner/plan.ts";
import { toolNames } from "../../src/chat/types.ts";
import { texts } from "../../src/dashboard/i18n/language.ts";
import { languages } from "../../src/language.ts";

describe("the stream's events", () => {
  const sent =
    'event: meta\ndata: {"a":1}\n\n: heartbeat\n\nevent: token\r\ndata: {"text":"가나"}\r\n\r\ndata: one\ndata: two\n\n';

  test("are the same however the stream is cut", () => {
    for (const size of [1, 2, 3, 7, sent.length]) {
      const parser = new EventParser();
      const heard: { event: string; data: string }[] = [];
      for (let at = 0; at < sent.length; at += size) heard.push(...parser.feed(sent.slice(at, at + size)));
      expect(heard).toEqual([
        { event: "meta", data: '{"a":1}' },
        { event: "token", data: '{"text":"가나"}' },
        { event: "message", data: "one\ntwo" },
      ]);
    }
  });
});

describe("a text that still arrives", () => {
  const whole = [
    "**기간: 2026-11**",
    "",
    "합계는 **1,234개**입니다. `code` 와 [링크](https://example.com/a) 끝",
    "",
    "| 월 | 양 |",
    "| --- | ---: |",
    "| 2026-10 | 1 |",
    "| 2026-11 | 2 |",
    "",
    "- 하나",
    "- 둘",
  ].join("\n");

  test("never shows open marks, half a row, or a table's head that might be a line of text", () => {
    for (let end = 0; end <= whole.length; end++) {
      const shown = settled(whole.slice(0, end));
      expect(whole.startsWith(shown.trimEnd())).toBe(true);
      for (const block of blocksOf(shown)) {
        const lines = block.split("\n");
        if (!block.startsWith("|")) expect([block, (block.match(/\*\*/g) ?? []).length % 2]).toEqual([block, 0]);
        else expect([block, lines.length >= 2 && lines.every((line) => line.endsWith("|"))]).toEqual([block, true]);
        expect([block, (block.match(/`/g) ?? []).length % 2]).toEqual([block, 0]);
        expect(block).not.toMatch(/\[[^\]]*$|\]\([^)]*$/);
      }
    }
    expect(settled(`${whole}\n`)).toBe(`${whole}\n`);
  });

  test("keeps the blocks before its last one as they are, code with empty lines included", () => {
    expect(blocksOf("a\nb\n\n\nc\n\n```\nx\n\ny\n```\n\nd")).toEqual(["a\nb", "c", "```\nx\n\ny\n```", "d"]);
  });
});

test("only addresses of the web are links", () => {
  const base = "http://hub:8000/dashboard/chat";
  const refused = [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc",
    "blob:http://hub/x",
    "",
  ];
  expect(refused.map((text) => webAddress(text, base))).toEqual(refused.map(() => null));
  expect(webAddress("/dashboard/items", base)).toBe("http://hub:8000/dashboard/items");
  expect(webAddress("https://example.com", base)).toBe("https://example.com/");
});

describe("a table", () => {
  test("has numbers where a column holds nothing else; codes stay texts", () => {
    expect(["1,234.5", "-3", "+1,000", "12.3%", "0", "0.5"].map(numberIn)).toEqual([1234.5, -3, 1000, 12.3, 0, 0.5]);
    expect(["007", "1,23", "1.2.3", "12개", "", "1e5", "12345678901234567"].map(numberIn)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    const { rows, shares } = typed({
      headings: ["코드", "수량", "비중", "섞임"],
      rows: [
        ["0021", "1,000", "12.5%", "1"],
        ["22", "", "87.5%", "없음"],
      ],
    });
    expect(rows).toEqual([
      ["0021", 1000, 0.125, "1"],
      ["22", null, 0.875, "없음"],
    ]);
    expect(shares).toEqual([2]);
  });

  test("is a chart where its first column goes on from day to day, week to week, month to month or year to year", () => {
    const starts = (names: string[]) =>
      chartOf({ headings: ["", "양", "건"], rows: names.map((name, at) => [name, `${at},000`, String(at)]) })?.starts;
    expect(starts(["2026-09", "2026-10", "2026-11"])).toEqual(["2026-09-01", "2026-10-01", "2026-11-01"]);
    expect(starts(["2025년 12월", "2026년 1월", "2026년 2월"])).toEqual(["2025-12-01", "2026-01-01", "2026-02-01"]);
    expect(starts(["2026-11-01", "2026-11-02", "2026-11-04"])).toEqual(["2026-11-01", "2026-11-02", "2026-11-04"]);
    expect(starts(["2026-W01", "2026-W02", "2026-W53"])).toEqual(["2025-12-29", "2026-01-05", "2026-12-28"]);
    expect(starts(["2024", "2025년", "2026"])).toEqual(["2024-01-01", "2025-01-01", "2026-01-01"]);
    for (const names of [
      ["2026-10", "2026-11"],
      ["2026-11", "2026-10", "2026-09"],
      ["a", "b", "c"],
      ["2026-10", "2026-11", "합계"],
    ])
      expect([names, starts(names)]).toEqual([names, undefined]);
    expect(
      chartOf({ headings: ["월", "이름"], rows: ["01", "02", "03"].map((name) => [`2026-${name}`, "렌즈"]) }),
    ).toBeNull();
  });
});

describe("follow-up questions", () => {
  const today = "2026-11-21";
  const item = { item_code: "BW0021", item_name: "렌즈" };
  const context = {
    today,
    newestDay: today,
    findItems: async (text: string) => (text.toUpperCase().includes(item.item_code) ? [item] : []),
    previous: null,
  };
  const periods = [
    { from: "2026-11-01", to: today },
    { from: "2026-01-01", to: "2026-01-31" },
    { from: "2026-01-01", to: today },
    { from: "2025-01-01", to: "2025-12-31" },
    { from: "2026-11-12", to: today },
    { from: today, to: today },
    null,
  ];

  for (const language of languages) {
    test(`are answered by the hub's own planner whatever they go on from, in ${language}`, async () => {
      let asked = 0;
      for (const tool of toolNames) {
        for (const period of periods) {
          for (const item_code of [null, item.item_code]) {
            const days = period ?? { from: "2026-10-01", to: "2026-10-31" };
            const given = {
              period1_from: days.from,
              period1_to: days.to,
              period2_from: "2025-01-01",
              period2_to: "2025-02-01",
            };
            const evidence = [{ tool, arguments: given, period, item_code, row_count: 1, segments: [] }];
            const questions = followUps(evidence, "", texts[language].chat.client.followUps, language);
            expect(questions.length).toBeLessThanOrEqual(3);
            for (const question of questions) {
              const planned = await plan(question, context);
              expect([question, planned.kind, planned.language]).toEqual([question, "calls", language]);
              if (planned.kind !== "calls") continue;
              asked += 1;
              if (question.includes(item.item_code))
                expect([question, planned.focus.items]).toEqual([question, [item]]);
            }
          }
        }
      }
      expect(asked).toBeGreaterThan(100);
    });

    test(`and the examples are too, in ${language}`, async () => {
      for (const question of texts[language].chat.examples)
        expect([question, (await plan(question, context)).kind]).toEqual([question, "calls"]);
    });
  }

  test("go back by a month or a year, and never repeat what was asked", () => {
    const words = texts.ko.chat.client.followUps;
    const of = (period: { from: string; to: string }, asked = "") =>
      followUps(
        [{ tool: "get_production_summary", arguments: {}, period, item_code: null, row_count: 1, segments: [] }],
        asked,
        words,
        "ko",
      );
    expect(of({ from: "2026-01-01", to: "2026-01-31" })[0]).toBe("2025년 12월 총 생산량은?");
    expect(of({ from: "2026-01-01", to: today })[0]).toBe("2025년 총 생산량은?");
    expect(of({ from: "2026-01-01", to: "2026-01-31" }, "최근 6개월 월별 추이")).toEqual([
      "2025년 12월 총 생산량은?",
      "2026년 1월에 가장 많이 생산한 제품 5개",
    ]);
  });
});

test("a copied cell that a spreadsheet would run is told from figures", () => {
  const run = [
    "=cmd|' /C calc'!A0",
    " =1+1",
    "+1+1",
    "-1+A2",
    "@SUM(A1)",
    "＝1",
    '=HYPERLINK("http://x")',
    "+A1",
    "-(1)",
  ];
  const plain = ["-1,234.5", "+12.3%", "-0.4%p", "-5개", "-", "BW=1", "1-2", "", "2026-01-13", "–"];
  expect(run.filter((text) => !isFormula(text))).toEqual([]);
  expect(plain.filter(isFormula)).toEqual([]);
});
