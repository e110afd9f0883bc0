import type { Table } from "../exports/table.ts";
import { addMonths } from "../production/calendar.ts";
import type { KnownItem, Month, Target } from "../targets/types.ts";
import type { Texts } from "./i18n/ko.ts";

/** Months of an empty form, the present one and those after it. */
const formMonths = 12;

/** Targets as a table with a row for each item and a column for each month, as an upload takes it. `isText` for a file without types of cells. */
export function targetsTable(
  targets: readonly Target[],
  names: ReadonlyMap<string, string | null>,
  texts: Texts,
  isText: boolean,
): Table {
  const months = [...new Set(targets.map(({ month }) => month))].sort();
  const rows = new Map<string, (number | null)[]>();
  for (const { month, item_code, quantity } of targets) {
    const row = rows.get(item_code) ?? months.map(() => null);
    row[months.indexOf(month)] = quantity;
    rows.set(item_code, row);
  }
  const items = [...rows.keys()].sort().map((item_code) => ({ item_code, item_name: names.get(item_code) ?? null }));
  return tableOf(items, months, texts, isText, ({ item_code }) => rows.get(item_code)!);
}

/** The same without targets, for some items and the months from today on. */
export function emptyForm(items: readonly KnownItem[], today: string, texts: Texts, isText: boolean): Table {
  const months = Array.from({ length: formMonths }, (_, at) => addMonths(today, at).slice(0, 7));
  return tableOf(items, months, texts, isText, () => months.map(() => null));
}

function tableOf(
  items: readonly KnownItem[],
  months: readonly Month[],
  { targets: words }: Texts,
  isText: boolean,
  quantities: (item: KnownItem) => (number | null)[],
): Table {
  const codeOf = (code: string): string => (isText ? code.replace(ambiguous, "'$&") : code);
  return {
    name: words.sheet,
    headings: [words.codeHeading, words.nameHeading, ...months],
    rows: items.map((item) => [codeOf(item.item_code), item.item_name, ...quantities(item)]),
    shares: [],
    quantities: months.map((_, at) => at + 2),
  };
}

/**
 * A code of the factory's that begins as a code does which csv.ts protected with an apostrophe. It gets one more, so that every protected code loses one when the
 * file comes back (targets/file/read-rows.ts).
 */
const ambiguous = /^'+(?=[=+\-@\t\r\n\0＝＋－＠])/;
