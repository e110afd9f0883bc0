import { addDays, addMonths, weekday } from "../../production/calendar.ts";
import type { Day } from "../../segments/day.ts";
import type { Period } from "../types.ts";
import { dateAt } from "./dates.ts";
import type { Facts, Row } from "./facts.ts";
import type { Names } from "./names.ts";
import {
  type Dimension,
  dimensions,
  inRow,
  inSentence,
  joined,
  keyOf,
  type Naming,
  naming,
  type Read,
} from "./naming.ts";
import { halves, monthsIn, relative, weekdays } from "./relative-days.ts";

/** Characters behind a number that may say what it is: streams hold so many back at most. */
const mostTail = 32;
/** Characters behind a comma or full stop that may still belong to a date: Jan 15, 2026. */
const mostBehindComma = 9;
/** Characters of a sentence before a number that are looked at. */
const mostSentence = 600;
/** Names in a sentence whose rows are added up each by themselves. */
const mostGroups = 12;
/** Where what is said of a number ends. */
const tailEnd = /[\n|;!?。]|[.,](?!\d)/;
const sentenceEnd = /[.!?。](?=\s)|[;\n]/g;

/** What follows a number, as far as it may say something about it; null while that, or where the number ends, is not known yet. */
export function tailOf(text: string, end: number, last: boolean, behindComma = mostBehindComma): string | null {
  const most = text.slice(end, end + mostTail);
  const stop = tailEnd.exec(most);
  const known =
    last || most.length === mostTail || (stop && (/[\n|]/.test(stop[0]) || most.length > stop.index + behindComma));
  if (!known) return null;
  return stop ? most.slice(0, stop.index) : most;
}

export interface Table {
  /** Heading of the cell's column. */
  heading: string;
  /** The row up to the cell. */
  cells: string;
  /** The first cell with letters in it. */
  label: string;
  column: number;
}

/** What stands around a number: its sentence or table row, and the entries of the results that are named there. */
export interface Surroundings {
  before: string;
  table: Table | null;
  rows: readonly Row[] | null;
  named: readonly Row[];
  compared: readonly [readonly Row[], readonly Row[]] | null;
  /** The rows of each name by itself, and those of the time right before a quarter or half that is named. */
  groups: readonly (readonly Row[])[];
}

const baseAfter = /^\s*(?:\([^()]{0,30}\))?\s*(?:의 ?)?(?:생산량|생산|실적|수량|총량)?\s?(?:보다|대비|에 ?비해)/u;
const baseBehind = /^[^|\d]{0,20}?(?:than|compared (?:to|with)|versus|vs\.?) (?:in |that of |for |the )?/iu;
const behindNumber = /^\s*(?:\(|in |of |for |from |on |by |during )(?:the )?/iu;
const behindRank = /^\s*(?:\(|: ?|is |was |는 ?|은 ?|인 ?)(?:the )?/iu;
const numberFollows = /^\s*(?:에는|에|은|는|의|:|=)?\s*(?:약|총)?\s*\d/u;
const asOf = /^\s*(?:기준|현재|까지)|^\s*as of/u;
/** Finds what the text around a number names. */
export class Setting {
  readonly #facts: Facts;
  readonly #names: Names;
  readonly #years: readonly number[];
  readonly #relative: readonly [RegExp, Period[]][];
  readonly #bySpan = new Map<string, Row[]>();
  /** Rows by what is named. */
  readonly #found = new Map<string, readonly Row[] | null>();
  /** Rows that do not say which item or time they are about. */
  #silent: Record<Dimension, Row[]> | null = null;
  readonly #together = new Map<string, readonly Row[]>();
  /** Rows with days, by their first one. */
  #dated: Row[] | null = null;
  #days: Period[] | null = null;
  readonly #headings = new Map<number, string[] | null>();

  constructor(facts: Facts, names: Names, today: Day, years: readonly number[]) {
    this.#facts = facts;
    this.#names = names;
    this.#years = years;
    this.#relative = [
      ...relative.map(([pattern, days]): [RegExp, Period[]] => [pattern, [days(today)]]),
      ...halves.map((pattern, at): [RegExp, Period[]] => {
        const [from, to] = at === 0 ? ["01-01", "06-30"] : ["07-01", "12-31"];
        return [pattern, years.map((one) => ({ from: `${one}-${from}`, to: `${one}-${to}` }))];
      }),
    ];
  }

  /** `read` holds the tokens before the number, in their order. */
  around(text: string, start: number, tail: string, read: readonly Read[], ranks: boolean): Surroundings {
    const line = text.lastIndexOf("\n", start - 1) + 1;
    const table = this.#tableAt(text, line, start);
    const from = table ? line : sentenceStart(text, line, start);
    const before = text.slice(from, start);
    const namings = this.#namingsIn(text, from, start, read);
    const heading = table ? this.#namingsOf(table.heading) : [];
    const behind = this.#namingBehind(tail, ranks);
    const current = table
      ? inRow([...namings, ...heading])
      : inSentence(
          text,
          from,
          start,
          namings,
          read.filter((one) => one.kind === "number" && one.start >= from),
        );
    if (behind) current[behind.dimension] = [behind];
    const all = [...namings, ...heading, ...(behind ? [behind] : [])];
    return {
      before,
      table,
      rows: this.#rowsOf(current),
      named: this.#named(all),
      groups: this.#groups(all),
      compared: table ? null : this.#compared(text, start, tail, namings),
    };
  }

  /** What a sentence compares with what: 10월은 9월보다, more in October than in September. */
  #compared(text: string, start: number, tail: string, namings: readonly Naming[]): Surroundings["compared"] {
    const bases = namings.filter((one) => baseAfter.test(text.slice(one.end, Math.min(start, one.end + 46))));
    const behind = baseBehind.exec(tail);
    const mention = behind && this.#names.mentionAt(tail, behind[0].length);
    const date = behind && !mention ? dateAt(tail, behind[0].length) : null;
    if (mention) bases.push(naming(mention));
    else if (date && !date.ambiguous)
      bases.push({ start, end: start, dimension: "time", items: [], labels: [], spans: date.spans(this.#years) });
    const [base] = bases;
    if (!base || bases.length > 1) return null;
    const others = namings.filter((one) => one !== base && one.dimension === base.dimension);
    if (new Set(others.map(keyOf)).size !== 1) return null;
    return [this.#meant(others[0]!), this.#meant(base)];
  }

  /** The entry that words right behind a rank or number name: 1위 BW0021, 1,234 in March, 1,234개(3월). */
  #namingBehind(tail: string, ranks: boolean): Naming | null {
    const lead = (ranks ? behindRank : behindNumber).exec(tail)?.[0] ?? "";
    const at = lead.length;
    const mention = this.#names.mentionAt(tail, at);
    if (lead.trim() === "") return null;
    if (mention) return numberFollows.test(tail.slice(mention.end)) ? null : naming(mention);
    const date = dateAt(tail, at);
    if (!date || date.ambiguous || date.grain === "clock" || numberFollows.test(tail.slice(at + date.length)))
      return null;
    const spans = date.spans(this.#years);
    return { start: at, end: at + date.length, dimension: "time", items: [], labels: [], spans };
  }

  /** Entries named in a part of a text: names, codes, lots, dates and words such as 지난달. */
  #namingsIn(text: string, from: number, to: number, read: readonly Read[]): Naming[] {
    const namings: Naming[] = this.#names
      .mentions(text.slice(from, to))
      .map((mention) => naming({ ...mention, start: mention.start + from, end: mention.end + from }));
    const dates: Naming[] = [];
    for (let at = read.length - 1; at >= 0 && read[at]!.end > from; at--) {
      const { kind, start, end, spans } = read[at]!;
      if (kind === "date" && spans.length > 0 && start >= from)
        dates.unshift({ start, end, dimension: "time", items: [], labels: [], spans });
    }
    namings.push(
      ...joined(text, dates),
      ...this.#relativeIn(text.slice(from, to), from),
      ...this.#weekdaysIn(text.slice(from, to), from),
    );
    return namings
      .filter(({ end }) => !asOf.test(text.slice(end, Math.min(to, end + 8))))
      .sort((a, b) => a.start - b.start);
  }

  #relativeIn(text: string, from: number): Naming[] {
    const found = (pattern: RegExp, spans: readonly Period[]): Naming[] =>
      [...text.matchAll(pattern)].map(({ index, 0: words }) => {
        const start = from + index;
        return { start, end: start + words.length, dimension: "time", items: [], labels: [], spans };
      });
    return this.#relative.flatMap(([pattern, spans]) => found(pattern, spans));
  }

  /** Weekdays stand for the days of the results that fall on them. */
  #weekdaysIn(text: string, from: number): Naming[] {
    if (!/요일|day/i.test(text)) return [];
    return weekdays.flatMap((pattern, at) =>
      [...text.matchAll(pattern)].map(({ index, 0: found }) => {
        this.#days ??= this.#facts.rows.flatMap(({ span }) => (span && span.from === span.to ? [span] : []));
        const spans = this.#days.filter((span) => weekday(span.from) === at);
        return {
          start: from + index,
          end: from + index + found.length,
          dimension: "time" as const,
          items: [],
          labels: [],
          spans,
        };
      }),
    );
  }

  #namingsOf(text: string): Naming[] {
    const namings = this.#names.mentions(text).map(naming);
    for (const { index } of text.matchAll(/(?<!\d)\d|[A-Z][a-z]{2}/g)) {
      const date = dateAt(text, index);
      if (date && !date.ambiguous)
        namings.push({
          start: index,
          end: index + date.length,
          dimension: "time",
          items: [],
          labels: [],
          spans: date.spans(this.#years),
        });
    }
    return namings.filter(({ end }) => !/^\s*(?:대비|보다|에 비해)/u.test(text.slice(end)));
  }

  #rowsOf(current: Record<Dimension, Naming[]>): readonly Row[] | null {
    const key = dimensions.map((one) => current[one].map(keyOf).join(" ")).join("|");
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const sets = dimensions.flatMap((one) => this.#matching(current[one], one) ?? []);
    const rows = sets.reduce<readonly Row[] | null>((all, matching) => {
      const both = all?.filter((row) => matching.has(row));
      return both && both.length > 0 ? both : (all ?? [...matching]);
    }, null);
    this.#found.set(key, rows);
    return rows;
  }

  /** Rows that the namings mean, and those that do not say whose they are; nothing where no row is meant. */
  #matching(namings: readonly Naming[], dimension: Dimension): Set<Row> | null {
    const meant = new Set(namings.flatMap((one) => this.#meant(one)));
    if (meant.size === 0) return null;
    this.#silent ??= {
      item: this.#facts.rows.filter(({ item }) => item === null),
      time: this.#facts.rows.filter(({ span }) => span === null),
      label: [],
    };
    for (const row of this.#silent[dimension]) meant.add(row);
    return meant;
  }

  #meant({ dimension, items, labels, spans }: Naming): Row[] {
    if (dimension === "item") return items.flatMap((item) => this.#facts.byItem.get(item) ?? []);
    if (dimension === "label") return labels.flatMap((label) => this.#facts.byLabel.get(label) ?? []);
    return spans.flatMap((span) => this.#within(span));
  }

  /** Rows of exactly these days, or else of parts of them. */
  #within(span: Period): Row[] {
    const key = `${span.from} ${span.to}`;
    const known = this.#bySpan.get(key);
    if (known) return known;
    this.#dated ??= this.#facts.rows
      .filter((row) => row.span !== null)
      .sort((a, b) => (a.span!.from < b.span!.from ? -1 : a.span!.from > b.span!.from ? 1 : 0));
    const dated = this.#dated;
    let [first, end] = [0, dated.length];
    while (first < end) {
      const middle = (first + end) >> 1;
      if (dated[middle]!.span!.from < span.from) first = middle + 1;
      else end = middle;
    }
    const inside: Row[] = [];
    for (let at = first; at < dated.length && dated[at]!.span!.from <= span.to; at++) {
      if (dated[at]!.span!.to <= span.to) inside.push(dated[at]!);
    }
    this.#bySpan.set(key, inside);
    return inside;
  }

  /** Rows of the namings: those of an item at a time where both are named. */
  #named(namings: readonly Naming[]): readonly Row[] {
    const key = namings.map(keyOf).join(" ");
    const known = this.#together.get(key);
    if (known) return known;
    const of = (wanted: Dimension) => namings.flatMap((one) => (one.dimension === wanted ? this.#meant(one) : []));
    const items = of("item");
    const times = new Set(of("time"));
    const both = items.filter((row) => times.has(row));
    const rows = [...new Set([...(both.length > 0 ? both : [...items, ...times]), ...of("label")])];
    this.#together.set(key, rows);
    return rows;
  }

  #groups(namings: readonly Naming[]): Row[][] {
    const groups = new Map<string, Row[]>();
    for (const one of namings.slice(0, mostGroups)) {
      groups.set(keyOf(one), this.#meant(one));
      const [span] = one.spans;
      if (one.dimension !== "time" || one.spans.length === 0 || span!.from.slice(0, 7) === span!.to.slice(0, 7))
        continue;
      for (const { from, to } of one.spans) {
        const before = { from: addMonths(from, -monthsIn({ from, to })), to: addDays(from, -1) };
        groups.set(`${before.from} ${before.to}`, this.#within(before));
      }
    }
    return [...groups.values()].filter((rows) => rows.length > 0);
  }

  #tableAt(text: string, line: number, start: number): Table | null {
    const cells = text.slice(line, start);
    if (!/^\s*\|/.test(cells)) return null;
    const parts = cells.split("|");
    const headings = this.#headingsAt(text, line);
    const label = parts.slice(1, -1).find((cell) => /\p{L}/u.test(cell)) ?? "";
    return {
      heading: headings?.[parts.length - 1]?.trim() ?? "",
      cells,
      label: label.trim(),
      column: parts.length - 1,
    };
  }

  /** The headings of the table that a row stands in, by column, the first at 1. */
  #headingsAt(text: string, line: number): string[] | null {
    const known = this.#headings.get(line);
    if (known !== undefined) return known;
    let headings: string[] | null = null;
    const end = line - 1;
    if (end > 0) {
      const start = text.lastIndexOf("\n", end - 1) + 1;
      const above = text.slice(start, end);
      if (/^\s*\|[\s|:-]+$/.test(above) && above.includes("-") && start > 0) {
        const top = text.lastIndexOf("\n", start - 2) + 1;
        headings = text.slice(top, start - 1).split("|");
      } else if (/^\s*\|/.test(above)) headings = this.#headingsAt(text, start);
    }
    this.#headings.set(line, headings);
    return headings;
  }
}

function sentenceStart(text: string, line: number, start: number): number {
  const first = Math.max(line, start - mostSentence);
  let from = first;
  for (const { index, 0: found } of text.slice(first, start).matchAll(sentenceEnd)) from = first + index + found.length;
  return from;
}
