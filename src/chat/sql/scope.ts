import { addDays, addMonths } from "../../production/calendar.ts";
import { type Day, firstDayEver, isDay, lastDayEver } from "../../segments/day.ts";
import { table } from "../../segments/schema.ts";
import type { Period, SqlValue } from "../types.ts";
import { dailyTotals } from "./daily-totals.ts";
import { nameIn, type Token, tokensOf } from "./statement.ts";

/** What a query's rows are about, as far as its text leaves no doubt. */
export interface Scope {
  /** Days that no row lies outside of; null where the query does not bound both ends. */
  period: Period | null;
  /** The one item that all rows are of. */
  item_code: string | null;
}

/** A token of a query that counts, with the value that a literal or a parameter has. */
interface Word extends Token {
  /** In lower case, as keywords and symbols are compared. */
  word: string;
  value: SqlValue | undefined;
}

const unknown: Scope = { period: null, item_code: null };

/** Words that bring rows from elsewhere. */
const elsewhere = new Set(["with", "union", "intersect", "except"]);
const afterWhere = new Set(["group", "having", "window", "order", "limit"]);

/**
 * The days and the item that a query asks about: of one SELECT from the records alone, whose WHERE joins by AND what it compares days and codes
 * with. Anything else may be about anything.
 */
export function scopeOf(sql: string, params: readonly SqlValue[]): Scope {
  const words = wordsOf(sql, params);
  const from = words.findIndex(({ word }) => word === "from");
  const where = words.findIndex(({ word }) => word === "where");
  const count = (wanted: string): number => words.filter(({ word }) => word === wanted).length;
  const isOne = count("select") === 1 && count("from") === 1 && !words.some(({ word }) => elsewhere.has(word));
  const dated = isOne && where > from ? dayColumn(words.slice(from + 1, where)) : null;
  if (dated === null) return unknown;
  const end = endOf(words, where + 1);
  const terms = conjunction(words.slice(where + 1, end));
  let [first, last]: [Day, Day] = [firstDayEver, lastDayEver];
  let bounded = [false, false];
  const codes = new Set<string>();
  for (const term of terms) {
    const code = codeIn(term);
    if (code !== null) codes.add(code);
    const { from: low, to: high } = daysIn(term, dated);
    if (low !== undefined && low > first) first = low;
    if (high !== undefined && high < last) last = high;
    bounded = [bounded[0]! || low !== undefined, bounded[1]! || high !== undefined];
  }
  return {
    period: bounded.every(Boolean) && first <= last ? { from: first, to: last } : null,
    item_code: codes.size === 1 ? [...codes][0]! : null,
  };
}

function wordsOf(sql: string, params: readonly SqlValue[]): Word[] {
  let next = 0;
  return tokensOf(sql)
    .filter(({ kind }) => kind !== "space")
    .map((token): Word => {
      const { kind, text } = token;
      const word = text.toLowerCase();
      if (kind === "text") return { ...token, word, value: text.slice(1, -1).replaceAll("''", "'") };
      if (kind !== "variable") return { ...token, word, value: undefined };
      const at = text === "?" ? next : Number(text.slice(1)) - 1;
      next = Math.max(next, at + 1);
      return { ...token, word, value: params[at] };
    });
}

/** A column that days are read from, and how many characters of it there are. */
interface DayColumn {
  name: string;
  characters: number;
}

const dayColumns: ReadonlyMap<string | null, DayColumn> = new Map([
  [table, { name: "production_date", characters: Number.POSITIVE_INFINITY }],
  [dailyTotals, { name: "day", characters: 10 }],
]);

/** The day's column of `production_records`, `live.production_records p`, `daily_totals` and the like; null for other sources. */
function dayColumn(source: readonly Word[]): DayColumn | null {
  const rest = source[1]?.word === "." ? source.slice(2) : source;
  const alias = rest[1]?.word === "as" ? rest.slice(2) : rest.slice(1);
  const isOne = alias.length === 0 || (alias.length === 1 && alias[0]!.kind === "name");
  return (isOne && dayColumns.get(nameIn(rest[0]))) || null;
}

/** Place of the word behind the conditions. */
function endOf(words: readonly Word[], start: number): number {
  const depths = depthsOf(words);
  const found = words.findIndex(
    ({ word }, at) => at >= start && (word === ";" || (depths[at] === 0 && afterWhere.has(word))),
  );
  return found < 0 ? words.length : found;
}

/** How many parentheses and CASEs are open around each word. */
function depthsOf(words: readonly Word[]): number[] {
  let depth = 0;
  return words.map(({ word }) => {
    if (word === ")" || word === "end") depth -= 1;
    const here = depth;
    if (word === "(" || word === "case") depth += 1;
    return here;
  });
}

/** The conditions that all have to hold; none where only some have to. */
function conjunction(words: readonly Word[]): Word[][] {
  const depths = depthsOf(words);
  if (words.some(({ word }, at) => depths[at] === 0 && word === "or")) return [];
  const terms: Word[][] = [[]];
  let between = false;
  for (const [at, one] of words.entries()) {
    const top = depths[at] === 0;
    if (top && one.word === "and" && !between) {
      terms.push([]);
      continue;
    }
    if (top && one.word === "between") between = true;
    else if (top && one.word === "and") between = false;
    terms.at(-1)!.push(one);
  }
  return terms.flatMap((term) => (isWrapped(term) ? conjunction(term.slice(1, -1)) : [term]));
}

/** True where one pair of parentheses is around all of it. */
function isWrapped(term: readonly Word[]): boolean {
  const depths = depthsOf(term);
  const closed = term.findIndex(({ word }, at) => at > 0 && word === ")" && depths[at] === 0);
  return term[0]?.word === "(" && closed === term.length - 1;
}

/** The code in `item_code = 'X'` and `item_code IN ('X')`. */
function codeIn(term: readonly Word[]): string | null {
  const [left, operator, ...right] = withoutAlias(term);
  const value = (words: readonly Word[]): string | null =>
    words.length === 1 && typeof words[0]!.value === "string" ? words[0]!.value : null;
  if (nameIn(left) === "item_code" && operator !== undefined) {
    if (["=", "==", "is"].includes(operator.word)) return value(right);
    if (operator.word === "in" && isWrapped(right)) return value(right.slice(1, -1));
  }
  return null;
}

/** Without what stands before the dots: there is one table only. */
function withoutAlias(term: readonly Word[]): Word[] {
  return term.filter(({ word }, at) => word !== "." && term[at + 1]?.word !== ".");
}

interface Bounds {
  from?: Day | undefined;
  to?: Day | undefined;
}

/** The days that a condition leaves. */
function daysIn(term: readonly Word[], column: DayColumn): Bounds {
  const words = joined(withoutAlias(term));
  const length = dayText(words, column);
  if (length === null) return {};
  const [operator, value, and, second, ...more] = words.slice(length.words);
  const text = value?.value;
  if (operator === undefined || typeof text !== "string") return {};
  if (operator.word === "between" && and?.word === "and" && typeof second?.value === "string" && more.length === 0) {
    return { ...compared(">=", length.characters, text), ...compared("<=", length.characters, second.value) };
  }
  return and === undefined ? compared(operator.word, length.characters, text) : {};
}

/** With `>=` and the like as one word: the tokens have one character each. */
function joined(words: readonly Word[]): Word[] {
  const out: Word[] = [];
  for (const one of words) {
    const before = out.at(-1);
    if (one.word === "=" && before !== undefined && ["<", ">", "="].includes(before.word)) before.word += "=";
    else out.push({ ...one });
  }
  return out;
}

/** How many words at the beginning stand for a record's date text, and how many characters of it; null where they do not. */
function dayText(words: readonly Word[], column: DayColumn): { words: number; characters: number } | null {
  if (nameIn(words[0]) === column.name) return { words: 1, characters: column.characters };
  const [call, open, ...inside] = words;
  if (open?.word !== "(" || call === undefined) return null;
  const format = call.word === "strftime" ? formats.get(String(inside[0]?.value)) : undefined;
  const skipped = format === undefined ? 0 : 2;
  const inner = dayText(inside.slice(skipped), column);
  if (inner === null) return null;
  const rest = inside.slice(skipped + inner.words).map(({ word }) => word);
  const all = 2 + skipped + inner.words;
  if (["substr", "substring"].includes(call.word)) {
    const [comma, one, second, count, close] = rest;
    const whole = `${comma}${one}${second}${close}` === ",1,)";
    return whole ? { words: all + 5, characters: Math.min(inner.characters, Number(count)) } : null;
  }
  if (rest[0] !== ")") return null;
  if (call.word === "date") return { words: all + 1, characters: 10 };
  return format === undefined ? null : { words: all + 1, characters: format };
}

/** Characters of the day that a format of strftime gives. */
const formats = new Map([
  ["%Y-%m-%d", 10],
  ["%Y-%m", 7],
  ["%Y", 4],
]);

/** The days whose first characters, compared with a text as texts are, leave the condition true; bounds may be too wide, never too narrow. */
function compared(operator: string, characters: number, text: string): Bounds {
  if (operator === "like" || operator === "glob") {
    const any = operator === "like" ? "%" : "*";
    const days = daysOf(text.slice(0, -1).replace(/-$/, ""));
    return text.endsWith(any) && days !== null ? days : {};
  }
  const longer = text.length > 10;
  const prefix = longer ? text.slice(0, 10) : text;
  const days = daysOf(prefix);
  const cut = daysOf(prefix.slice(0, characters));
  if (days === null || cut === null) return {};
  const same = characters === text.length;
  switch (operator) {
    case "=":
    case "==":
    case "is":
      return cut;
    case ">":
      return { from: same ? addDays(days.to, 1) : cut.from };
    case ">=":
      return { from: cut.from };
    case "<":
      return { to: longer || characters < text.length ? cut.to : addDays(days.from, -1) };
    case "<=": {
      // A stored text may be the day alone, and so equal to the bound.
      const wholeDay = prefix.length === 10;
      return { to: wholeDay || characters <= text.length ? cut.to : addDays(days.from, -1) };
    }
    default:
      return {};
  }
}

/** The days that begin with a year, a month or a day; null for other texts. */
function daysOf(prefix: string): Period | null {
  if (isDay(prefix)) return { from: prefix, to: prefix };
  const from = `${prefix}${prefix.length === 4 ? "-01" : ""}-01`;
  if (![4, 7].includes(prefix.length) || !isDay(from)) return null;
  const next = addMonths(from, prefix.length === 4 ? 12 : 1);
  return { from, to: next === lastDayEver ? next : addDays(next, -1) };
}
