import type { Day } from "../../segments/day.ts";
import type { Period, ToolRun } from "../types.ts";
import { boundsOf } from "./bounds.ts";
import { CalendarSupport } from "./calendar-support.ts";
import type { Claim } from "./claim.ts";
import { factsOf } from "./facts.ts";
import { Names, seen } from "./names.ts";
import type { Read } from "./naming.ts";
import { nativePattern } from "./number-words.ts";
import { type Given, Support } from "./support.ts";
import { Setting, type Table, tailOf } from "./surroundings.ts";
import { longestToken, type Token, Tokens } from "./tokens.ts";
import {
  averageWords,
  changeWords,
  directionOf,
  isChange,
  type Noun,
  nounBefore,
  roleIn,
  shareWords,
  speaksOfExtreme,
  vaguenessOf,
  wholeWords,
} from "./units.ts";

/** What a text's figures may rest on. */
export interface Ground {
  query: string;
  today: Day;
  runs: readonly ToolRun[];
  /** What was said before in the conversation: its names and codes may be used again, its figures not. */
  said?: readonly string[];
}

/** A place in what a reader sees. */
export interface Place {
  start: number;
  end: number;
}

const unread: Read = {
  kind: "number",
  start: 0,
  end: 0,
  spans: [],
  binds: false,
  percent: null,
  value: null,
  column: 0,
};
const choiceBefore =
  /(?:상위|하위|최근|최신|최대|최저|첫|처음|앞|top|bottom|last|latest|first|recent|best|worst|next|leading|newest)[-\s]?$/iu;
/** X에서 Y로, from X to Y: the change has a direction. */
const fromTo = /에서\s[^에]*(?<=\S)로\s[^\d]{0,14}$|from\s\S+[^\d]{0,12}\sto\s[^\n]{1,16}$/iu;
/** Before the result of a sum that is written out, and behind its parts. */
const equals = /[=≈]\s*(?:약\s*)?$/u;
const operator = /^\s?[÷×+/-]\s?[\d(]/u;
const superlatives = /(?:가장|제일)\s*(?:더\s*)?(?:많|적|높|낮)\S*/gu;
const statement = /^\s*(?:select|with)\s/i;
/** Numbers of a statement that its rows were chosen by; others, such as those of substr(), say nothing about them. */
const sqlLimit = /(?:[<>=]|\bbetween|\band|\blimit|\bin\s*\()\s*(\d+(?:\.\d+)?)(?![\d-])/giu;
const restBefore = /나머지|기타|외|제외|그 ?밖|others?|remaining|rest|besides|except|other than/iu;

/** Reads a text from its beginning on and finds the numbers that nothing supports; it may come in pieces. */
export class Reader {
  readonly #names: Names;
  readonly #tokens: Tokens;
  readonly #calendar: CalendarSupport;
  readonly #setting: Setting;
  readonly #support: Support;
  readonly #texts: string;
  /** SQL of the calls, which an answer may quote. */
  readonly #statements: readonly string[];
  readonly #read: Read[] = [];
  /** Up to where all was read. */
  #at = 0;
  /** Up to where no number, date or code can begin any more. */
  #searched = 0;
  #marker = 0;

  constructor({ query, today, runs, said = [] }: Ground) {
    const facts = factsOf(runs);
    const given = [query, ...runs.flatMap(({ arguments: values }) => Object.values(values).flat())];
    const texts = given.filter((one) => typeof one === "string").map(seen);
    this.#names = new Names(facts, texts, said.map(seen));
    this.#tokens = new Tokens((word) => this.#names.knows(word));
    const dates: Period[] = [];
    const numbers = given.filter((one) => typeof one === "number").map((value): Given => ({ value, measure: null }));
    const year = Number(today.slice(0, 4));
    for (const text of texts) {
      const sql = statement.test(text);
      if (sql)
        for (const { 1: value } of text.matchAll(sqlLimit)) numbers.push({ value: Number(value), measure: null });
      for (let token = this.#tokens.next(text, 0); token; token = this.#tokens.next(text, token.end)) {
        if (token.kind === "date") dates.push(...token.date.spans([year, year - 1]).slice(0, 2));
        const number = token.kind === "code" || (token.kind === "date" && !token.date.ambiguous) ? null : token.number;
        if (number && !sql) numbers.push(number);
      }
    }
    this.#statements = texts.filter((text) => statement.test(text));
    this.#texts = [...facts.texts, ...facts.byLabel.keys(), ...texts].filter((text) => text.includes(":")).join("\n");
    this.#calendar = new CalendarSupport(facts, dates, today);
    this.#setting = new Setting(facts, this.#names, today, this.#calendar.years);
    this.#support = new Support(facts, numbers);
  }

  /**
   * Reads on. Gives the place up to which all is certain and right, and the first number there that nothing supports,
   * if there is one; with `last` the text is complete.
   */
  read(text: string, last: boolean): { upTo: number; wrong: Place | null } {
    for (;;) {
      const token = this.#tokens.next(text, Math.max(this.#at, this.#searched));
      if (!token) {
        this.#searched = heldFrom(text, this.#at);
        return { upTo: last ? text.length : this.#searched, wrong: null };
      }
      const { start, end } = token;
      const measured = token.kind === "number" && token.number.measure !== null;
      const tail = tailOf(text, end, last, measured ? 1 : undefined);
      if (tail === null) {
        const known = isComplete(text, token) ? this.#judge(text, token, "") : null;
        if (!known || known.kind === "number") {
          const sign =
            leadingSign.exec(text.slice(Math.max(this.#at, start - longestLeadingSign), start))?.[0].length ?? 0;
          return { upTo: Math.min(start - sign, heldFrom(text, this.#at)), wrong: null };
        }
        this.#read.push(known);
        this.#at = known.end;
        continue;
      }
      const right = this.#judge(text, token, tail) ?? this.#shorter(text, token, last);
      if (right === "waits") return { upTo: start, wrong: null };
      const read: Read = right ?? { ...unread, start, end, binds: true };
      this.#read.push(read);
      this.#at = read.end;
      if (!right) return { upTo: start, wrong: { start, end } };
    }
  }

  /** The same digits as several numbers, where blanks alone make one of them. */
  #shorter(text: string, token: Token, last: boolean): Read | "waits" | null {
    const shorter = this.#tokens.next(text, this.#at, false);
    if (!shorter || shorter.start !== token.start || shorter.end >= token.end) return null;
    const tail = tailOf(text, shorter.end, last);
    return tail === null ? "waits" : this.#judge(text, shorter, tail);
  }

  #judge(text: string, token: Token, tail: string): Read | null {
    const { start, end } = token;
    const cut = text.slice(0, end + tail.length);
    const plain: Read = { ...unread, kind: token.kind, start, end };
    if (token.kind === "code") {
      const word = text.slice(start, end);
      return this.#knowsAll(word) || this.#names.covers(cut, start, end) ? plain : null;
    }
    if (token.kind === "date") {
      const { date, number } = token;
      const measured =
        number !== null &&
        number.measure !== null &&
        !["days", "weeks", "months", "quarters", "years"].includes(number.measure);
      const asDate =
        !(date.ambiguous && measured) &&
        (date.grain === "clock"
          ? this.#texts.includes(text.slice(start, end))
          : this.#calendar.holds(date) || this.#names.knows(text.slice(start, end)));
      if (asDate) return { ...plain, spans: date.spans(this.#calendar.years) };
      if (!date.ambiguous || !number) return this.#names.covers(cut, start, end) ? plain : null;
      return this.#judgeNumber(text, { kind: "number", start: number.start, end: number.end, number }, tail);
    }
    return this.#judgeNumber(text, token, tail);
  }

  #judgeNumber(text: string, token: Extract<Token, { kind: "number" }>, tail: string): Read | null {
    const { start, end, number } = token;
    const read: Read = {
      ...unread,
      start,
      end,
      binds: number.measure !== "rank" && number.form !== "marker",
      percent: number.measure === "percent" ? number.value : null,
    };
    if (this.#isMarker(text, token) || this.#isQuoted(text, start, end)) return { ...read, binds: false };
    if (this.#names.covers(text.slice(0, end + tail.length), start, number.unitAt)) return { ...read, binds: false };
    const claim = this.#claim(text, token, tail);
    if (!this.#support.holds(claim)) return null;
    const amount = number.measure === null || number.measure === "quantity" || number.measure === "batches";
    return amount ? { ...read, value: number.sign === -1 ? -number.value : number.value, column: claim.column } : read;
  }

  /** Supported numbers that this one may compare or count by: of the same line, or of its row and of the same columns of the row before. */
  #written(text: string, start: number, before: string, column: number | null): Pick<Claim, "written" | "stated"> {
    const from = text.lastIndexOf("\n", start - 1) + 1;
    const above = column === null ? from : text.lastIndexOf("\n", from - 2) + 1;
    const near = this.#read.filter((one) => one.value !== null && one.start >= above && one.end <= start).slice(-40);
    const here = near.filter((one) => one.start >= from).slice(-6);
    const written: [number, number][] = [];
    for (const [at, one] of here.entries()) {
      for (const other of here.slice(0, at)) written.push([other.value!, one.value!], [one.value!, other.value!]);
      for (const other of near)
        if (other.start < from && other.column === one.column) written.push([other.value!, one.value!]);
    }
    const course = here.length > 1 && column === null && fromTo.test(before) ? here.slice(-2) : null;
    return {
      written: course ? [[course[0]!.value!, course[1]!.value!]] : written,
      stated: here.map(({ value }) => value!),
    };
  }

  #claim(text: string, { start, number }: Extract<Token, { kind: "number" }>, tail: string): Claim {
    const { before, table, rows, named, compared, groups } = this.#setting.around(
      text,
      start,
      tail,
      this.#read,
      number.measure === "rank",
    );
    const near = before.slice(-48);
    const last = this.#read.findLast((one) => one.kind === "number" && one.end <= start && one.start >= start - 48);
    const since = last ? text.slice(Math.max(last.end, start - 48), start) : near;
    const words = table ? `${table.heading} ${table.label} ${tail}` : `${before} ${tail}`;
    const vague = number.over ? "over" : vaguenessOf(text.slice(Math.max(0, start - 16), start), tail);
    const direction = directionOf(table ? "" : since, tail);
    const line = text.lastIndexOf("\n", start) + 1;
    const clause = since.split(/[,;]/).at(-1)!;
    return {
      number,
      bounds: boundsOf(number, vague),
      ...this.#nounOf(number.measure, table, before, tail, near),
      direction,
      role: isChange(tail) ? "change" : operator.test(tail) ? null : roleOf(table, clause),
      rows,
      named,
      column: table?.column ?? 0,
      compared,
      groups,
      ...this.#written(text, start, before, table?.column ?? null),
      says: {
        share: shareWords.test(words),
        change: changeWords.test(words.replaceAll(superlatives, "")) || number.sign !== 0 || equals.test(before),
        average: averageWords.test(words),
        whole: wholeWords.test(words) && !speaksOfExtreme(clause),
        choice: choiceBefore.test(near),
        rest: restBefore.test(words),
        equals: equals.test(before),
        ratio: /^\s?(?:수준|에 ?해당|에 ?불과|에 ?달|에 ?그|의 수준)|^ of /u.test(tail),
        each: /^\s?(?:당|per )/u.test(tail),
      },
      percents: this.#read.flatMap(({ percent, start: place }) =>
        percent !== null && place >= line - 400 ? [percent] : [],
      ),
    };
  }

  #nounOf(
    measure: Claim["noun"],
    table: { heading: string; label: string } | null,
    before: string,
    tail: string,
    near: string,
  ): { noun: Noun | null; certain: boolean } {
    if (measure === "quantity") {
      const counted =
        /(?:제품|품목|항목|배치|로트|모델|코드|기록|레코드|데이터|건수|종류|결과|행)(?:은|는|이|가|의|을|를|도|만|수는|수)?\s?(?:총|모두|각각|약|전체|단)?\s?$/u.test(
          near,
        );
      if (counted)
        return { noun: /배치|로트|기록|레코드|건수/u.test(near.slice(-14)) ? "batches" : "entries", certain: false };
      return { noun: "quantity", certain: true };
    }
    if (measure !== null) return { noun: measure, certain: true };
    if (table) {
      const noun = nounBefore(table.heading) ?? nounBefore(table.label);
      return { noun, certain: noun !== null };
    }
    return { noun: nounBefore(before) ?? nounBefore(tail), certain: false };
  }

  /** A marker of a list, one more than the one before. */
  #isMarker(text: string, { start, end, number }: Extract<Token, { kind: "number" }>): boolean {
    const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
    if (!/^\s*[#>\-•]*\s*\(?$/.test(line) || number.form !== "digits" || number.measure !== null) return false;
    if (!/^[.)]\s|^[.)]$/.test(text.slice(end, end + 2))) return false;
    const next = number.value === this.#marker + 1 || number.value === 1;
    if (next) this.#marker = number.value;
    return next;
  }

  /** Whether a number stands in a quoted statement, with the same words before it. */
  #isQuoted(text: string, start: number, end: number): boolean {
    const quoted = text.slice(text.lastIndexOf("\n", start - 1) + 1, end).slice(-(end - start + 16));
    return quoted.length > end - start + 6 && this.#statements.some((one) => one.includes(quoted));
  }

  #knowsAll(word: string): boolean {
    if (this.#names.knows(word)) return true;
    const parts = word.split(/[/:]/).filter((part) => /\d/.test(part));
    return parts.length > 1 && parts.every((part) => this.#names.knows(part));
  }
}

/** What a row's label or the words before a number make of it; a heading counts where it speaks of averages. */
function roleOf(table: Table | null, clause: string): Claim["role"] {
  if (!table) return roleIn(clause);
  const heading = roleIn(table.heading);
  return roleIn(table.label) ?? (heading === "average" ? heading : null);
}

/** Whether a code or date cannot go on: what follows it decides nothing else about it. */
function isComplete(text: string, token: Token): boolean {
  if (token.kind === "code") return /^[^A-Za-z\d\-_/.%:]/.test(text.slice(token.end));
  return token.kind === "date" && !token.date.ambiguous && text.length >= token.end + mostBehindDate;
}

/** Characters behind a date that may still belong to it: Jan 15, 2026 units. */
const mostBehindDate = 18;
const sinoSyllables = "영공일이삼사오육륙칠팔구십백천만억조";
/** What stands before a number and belongs to it: a sign, a currency, or both, each with a blank behind it or without. */
const leadingSign = /(?:[+\-±△▲▼▽▵▴▾'$₩€¥£] ?){1,2}$/u;
const longestLeadingSign = 4;
/** What may become a number, date or code when more of the text comes: signs, words of letters, beginnings of number words. */
const beginnings = [
  /[A-Za-z][A-Za-z_\-/.%]*$/,
  /(?<![A-Za-z])(?:half an?|an?|one|week|first|second|last|other|each)[ -][A-Za-z]*$/i,
  /(?<![A-Za-z])(?:a|one)[ -]quarter(?: [A-Za-z]*){0,2}$/i,
  new RegExp(`(?<![가-힣])[${sinoSyllables}]+(?: [${sinoSyllables}]+)* ?여? ?[가-힣%]{0,4}$`, "u"),
  new RegExp(`(?<![가-힣])[${sinoSyllables}]+ ?분의? ?[가-힣]{0,4}$`, "u"),
  new RegExp(`(?<![가-힣])(?:${nativePattern}|[열스서마예일여아하다네절갑])[가-힣]? ?[가-힣%]{0,4}$`, "u"),
];

/** From where on a text without a number so far may turn out to hold one when more of it comes. */
function heldFrom(text: string, from: number): number {
  const first = Math.max(from, text.length - longestToken);
  const near = text.slice(first);
  const places = beginnings.map((pattern) => near.search(pattern)).filter((at) => at >= 0);
  const place = Math.min(near.length, ...places);
  return first + place - (leadingSign.exec(near.slice(0, place))?.[0].length ?? 0);
}
