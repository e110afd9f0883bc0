import type { Language } from "../../language.ts";
import { found } from "../found.ts";
import { plain } from "../planner/markdown.ts";
import type { ToolRun } from "../types.ts";

/** Why a model's answer is not shown. */
type Reason = "groundless" | "unsupported" | "endless";

const words = {
  ko: {
    groundless: "데이터 근거를 확보하지 못해 답변할 수 없습니다.",
    unsupported: "AI의 설명에 데이터로 확인되지 않는 숫자가 있어, 조회된 데이터만 보여 드립니다.",
    endless: "AI가 답변을 마치지 못해, 조회된 데이터만 보여 드립니다.",
    nothingAsked: "조회한 데이터가 없습니다. 기간과 제품을 넣어 다시 질문해 주세요. (예: 이번 달 BW0021 총 생산량은?)",
    lookedFor: "조회했지만 결과가 없었습니다:",
    keyword: (keyword: string) => `'${keyword}'에 해당하는 제품`,
    records: (item: string, days: string) => `${item}, ${days} 생산 기록`,
    everyItem: "전체 제품",
    allTime: "전체 기간",
    query: "직접 작성한 SQL 조회",
  },
  en: {
    groundless: "No data could be found that this answer could rest on.",
    unsupported: "The AI's words had numbers that the data do not support, so here is what was found instead.",
    endless: "The AI came to no end, so here is what was found.",
    nothingAsked:
      "No data were looked up. Ask again with a period and an item (such as: What is the total production of BW0021 this month?).",
    lookedFor: "Nothing was found for:",
    keyword: (keyword: string) => `items that fit '${keyword}'`,
    records: (item: string, days: string) => `records of ${item}, ${days}`,
    everyItem: "all items",
    allTime: "all time",
    query: "an SQL query",
  },
} satisfies Record<Language, unknown>;

/** What the user is shown in place of a model's answer: why, and what was found or is missing. */
export function substitute(reason: Reason, runs: readonly ToolRun[], language: Language): string {
  const text = words[language];
  if (reason !== "groundless") return `${text[reason]}\n\n${found(runs, language)}`;
  if (runs.length === 0) return `${text.groundless} ${text.nothingAsked}`;
  const missing = new Set(runs.map((run) => `- ${missingOf(run, language)}`));
  return [`${text.groundless} ${text.lookedFor}`, "", ...missing].join("\n");
}

function missingOf({ name, arguments: given, evidence: { period, item_code } }: ToolRun, language: Language): string {
  const text = words[language];
  if (name === "search_production_items") return text.keyword(plain(given.keyword));
  if (name === "execute_custom_query") return plain(given.description ?? "") || text.query;
  const days = period ? `${period.from} ~ ${period.to}` : text.allTime;
  return text.records(item_code === null ? text.everyItem : plain(item_code), days);
}
