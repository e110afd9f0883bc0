import type { Contributions } from "../production/changes.ts";
import { type Desk, readAnswer } from "../production/desk.ts";
import type { EarlierName } from "../production/item-names.ts";
import type { ItemProfile, ItemStanding } from "../production/item-profile.ts";
import type { ItemTable } from "../production/item-table.ts";
import type { Item } from "../production/items.ts";
import type { latestRecords } from "../production/latest.ts";
import type { Questions } from "../production/questions.ts";
import type { movers, Ranking } from "../production/ranking.ts";
import type { RecordTotals } from "../production/record-totals.ts";
import type { ProductionRecord } from "../production/records.ts";
import type { coverage, itemCounts, Series } from "../production/series.ts";
import type { dailyTotals, monthlyTotals } from "../production/summaries.ts";
import type { Trends } from "../production/trends.ts";
import type { WeekdayTotal } from "../production/weekdays.ts";

/** What the questions that pages ask are answered with. */
export interface Answers {
  records: { data: ProductionRecord[]; next_cursor: string | null; has_more: boolean; count: number };
  record_totals: RecordTotals;
  undated_rows: { rows: number };
  monthly_total: ReturnType<typeof monthlyTotals>;
  items: Item[];
  daily_total: ReturnType<typeof dailyTotals>;
  series: Series;
  item_counts: ReturnType<typeof itemCounts>;
  ranking: Ranking;
  movers: ReturnType<typeof movers>;
  contributions: Contributions;
  trends: Trends;
  latest: ReturnType<typeof latestRecords>;
  coverage: ReturnType<typeof coverage>;
  item_table: ItemTable;
  item_profile: ItemProfile | null;
  item_names: EarlierName[];
  item_standing: ItemStanding;
  weekdays: WeekdayTotal[];
}

/** A question with its parameters; null for one that this page need not ask. */
export type Asking = { [Name in keyof Answers]: readonly [Name, Questions[Name]] }[keyof Answers] | null;
type AnswerTo<Asked> = Asked extends readonly [infer Name extends keyof Answers, unknown] ? Answers[Name] : null;

/** How often questions are asked anew when the data change between their answers; then the page shows what it has. */
const attempts = 3;

/** Asks the desk for pages, which need the answers of one version of the data as values rather than as JSON to send on. */
export class PageDesk {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Answers to several questions from the same version of the data. Throws what `Desk.ask` throws. */
  async ask<const Asked extends Record<string, Asking>>(
    asked: Asked,
    requestId: string,
  ): Promise<{ version: string; answers: { [Key in keyof Asked]: AnswerTo<Asked[Key]> } }> {
    const wanted = Object.entries(asked).filter((entry): entry is [string, NonNullable<Asking>] => entry[1] !== null);
    for (let attempt = 1; ; attempt++) {
      const answers = await Promise.all(
        wanted.map(([, [name, parameters]]) => this.#desk.ask(name, parameters as never, requestId)),
      );
      const version = answers[0]?.version ?? "";
      if (attempt < attempts && answers.some((answer) => answer.version !== version)) continue;
      const values = wanted.map(([key], at) => [key, readAnswer(answers[at]!)] as const);
      const all = Object.fromEntries([...Object.keys(asked).map((key) => [key, null] as const), ...values]);
      return { version, answers: all as { [Key in keyof Asked]: AnswerTo<Asked[Key]> } };
    }
  }
}
