import { describe, expect, test } from "bun:test";
import { plan } from "../../src/chat/planner/plan.ts";
import type { Focus, Plan, ToolCall } from "../../src/chat/types.ts";
import { managerQuestions } from "./manager-questions.ts";
import { findItems, newestDay, today } from "./planner-items.ts";
import { english, korean } from "./planner-table.ts";

function inOneLine({ name, arguments: given }: ToolCall): string {
  const item = "item_code" in given && given.item_code !== undefined ? ` ${given.item_code}` : "";
  const limit = "limit" in given ? ` ${given.limit}` : "";
  if ("sql" in given) {
    return `${[`${name}(${given.description})`, ...(given.params ?? [])].join(" ")}${/ LIMIT \d+/.exec(given.sql)?.[0] ?? ""}`;
  }
  if ("keyword" in given) return `${name} ${given.keyword}`;
  if ("period1_from" in given) {
    return `${name} ${given.period1_from}..${given.period1_to} ${given.period2_from}..${given.period2_to}${item}`;
  }
  return "date_from" in given
    ? `${name} ${given.date_from}..${given.date_to}${limit}${item}`
    : `${name}${item}${limit}`;
}

function described(given: Plan): string {
  if (given.kind === "help") return "help";
  if (given.kind === "ask") return ["ask", ...given.candidates.map(({ item_code }) => item_code)].join(" ");
  const by = given.focus.by ? `/${given.focus.by}` : "";
  return `${given.intent}${by}: ${given.calls.map(inOneLine).join(" + ")}${given.assumedPeriod ? " *" : ""}`;
}

test("a question never makes more than twelve calls, and none twice", async () => {
  const context = { today, newestDay, findItems, previous: null };
  expect(described(await plan("3월 ".repeat(600), context))).not.toContain(" + ");
  const months = Array.from({ length: 12 }, (_, at) => `2025년 ${at + 1}월`);
  const year = await plan(`${months.join(", ")} 생산량`, context);
  expect(year.kind === "calls" && year.calls.length).toBe(12);
  expect((await plan(`${months.join(", ")}, 2024년 1월 생산량`, context)).kind).toBe("help");
});

test("a manager's questions are understood in each of their wordings, and those for a file say how to have it", async () => {
  const wrong: string[] = [];
  for (const [expected, questions] of Object.entries(managerQuestions)) {
    for (const question of questions) {
      const given = await plan(question, { today, newestDay, findItems, previous: null });
      if (described(given) !== expected) wrong.push(`${question} → ${described(given)}, expected ${expected}`);
      const wantsFile = /엑셀|액셀|excel|csv|xlsx|spreadsheet/i.test(question);
      if (given.kind === "calls" && (given.asFile === true) !== wantsFile) wrong.push(`${question}: a file`);
    }
  }
  expect(wrong).toEqual([]);
});

describe.each([
  ["Korean", 150, "ko", korean],
  ["English", 50, "en", english],
] as const)("%s questions", (_, least, language, table) => {
  test(`are at least ${least}`, () => {
    expect(table.length).toBeGreaterThanOrEqual(least);
  });

  test("give the tools and arguments of the table", async () => {
    const wrong: string[] = [];
    let previous: Focus | null = null;
    for (const [question, expected] of table) {
      if (!question.startsWith("+")) previous = null;
      const given: Plan = await plan(question.replace(/^\+/, ""), { today, newestDay, findItems, previous });
      const found = described(given);
      if (found !== expected) wrong.push(`${question} → ${found}, expected ${expected}`);
      if (given.kind !== "help") previous = given.focus;
    }
    expect(wrong).toEqual([]);
  });

  test("are answered in their language", async () => {
    for (const [question] of table.filter(([one]) => /[a-z가-힣]/i.test(one) && !one.startsWith("+"))) {
      const given = await plan(question, { today, newestDay, findItems, previous: null });
      if (language === "en" || /[가-힣]/.test(question))
        expect([question, given.language]).toEqual([question, language]);
    }
  });
});
