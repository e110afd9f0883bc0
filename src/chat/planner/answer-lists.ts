import type { CallPlan, ItemMatch, ToolRun } from "../types.ts";
import { plain, table } from "./markdown.ts";
import { type Body, figure, who } from "./said.ts";
import type { Words } from "./words/ko.ts";

/** Items by what was made of them. */
export function ranking(plan: CallPlan, run: ToolRun, text: Words): Body {
  const items = ranked(run);
  if (items.length === 0) return { sentence: text.none };
  const say = plan.intent === "ranking_least" ? text.rankingLeast : text.ranking;
  const { headings } = text;
  return {
    sentence: say(figure(items.length)),
    figures: table(
      [headings.rank, headings.code, headings.name, headings.total],
      items.map((item, at) => [
        `${at + 1}`,
        plain(item.item_code),
        plain(item.item_name),
        figure(item.total_production),
      ]),
      [0, 3],
    ),
  };
}

function ranked(run: ToolRun): (ItemMatch & { total_production: number })[] {
  if (run.name === "get_top_items") return run.result.top_items;
  if (run.name !== "execute_custom_query") return [];
  return run.result.data.map((row) => ({
    item_code: String(row.item_code),
    item_name: row.item_name === null ? null : String(row.item_name),
    total_production: Number(row.total_production ?? 0),
  }));
}

/** How many items were made. */
export function itemCount(run: ToolRun, text: Words): Body {
  const count = run.name === "execute_custom_query" ? Number(run.result.data[0]?.item_count ?? 0) : 0;
  return { sentence: text.itemCount(figure(count)) };
}

/** Records, the newest first. */
export function records(plan: CallPlan, run: ToolRun, text: Words): Body {
  const { headings } = text;
  const one = run.name === "get_item_history";
  const rows = one ? run.result.records : run.name === "execute_custom_query" ? run.result.data : [];
  const newest = rows[0];
  if (!newest) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const shown = (row: (typeof rows)[number]): string[] => [
    String(row.production_date),
    plain(row.lot_number as string | null),
    ...("item_code" in row ? [plain(String(row.item_code)), plain(row.item_name as string | null)] : []),
    typeof row.good_quantity === "number" ? figure(row.good_quantity) : "",
  ];
  const columns = [headings.day, headings.lot, ...(one ? [] : [headings.code, headings.name]), headings.quantity];
  return {
    sentence:
      plan.intent === "last_made"
        ? text.lastMade(who(plan, run, text), String(newest.production_date))
        : text.records(who(plan, run, text), figure(rows.length)),
    figures: table(columns, rows.map(shown), [columns.length - 1]),
  };
}

/** Items by a word. */
export function list(run: ToolRun, text: Words): Body {
  if (run.name !== "search_production_items") return { sentence: text.none };
  const { found_items, search_keyword } = run.result;
  if (found_items.length === 0) return { sentence: text.notFound(plain(search_keyword)) };
  const { headings } = text;
  return {
    sentence: text.found(plain(search_keyword), figure(found_items.length)),
    figures: table(
      [headings.code, headings.name, headings.records],
      found_items.map((item) => [plain(item.item_code), plain(item.item_name), figure(item.record_count)]),
      [2],
    ),
  };
}
