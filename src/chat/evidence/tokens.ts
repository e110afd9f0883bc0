import { dateAt, type WrittenDate } from "./dates.ts";
import { wordsAt } from "./spelled-numbers.ts";
import { type NumberInText, numberAt } from "./written-numbers.ts";

/** What stands in a text and can be right or wrong. */
export type Token =
  | { kind: "number"; start: number; end: number; number: NumberInText }
  /** `number` is what the same characters are if they are no date. */
  | { kind: "date"; start: number; end: number; date: WrittenDate; number: NumberInText | null }
  /** Letters with digits: an item code, a lot. */
  | { kind: "code"; start: number; end: number };

const startPattern = /\d|[A-Za-z]+|[가-힣]+/g;
const codePattern = /[A-Za-z]+[-_/.%]*\d[A-Za-z\d]*(?:[-_/.%:]+[A-Za-z\d]+)*%?/y;
const joinedDigits = /[A-Za-z\d]+(?:[-_/.%:]+[A-Za-z\d]+)*%?/y;
const ranked = /(?:top|no|rank|bottom|last|first)[-.]?(\d{1,3})(?![\dA-Za-z])/iy;
const multiplied = /x(\d+(?:\.\d+)?)(?![\dA-Za-z])/iy;
/** Longest part of a text that may turn out to belong to one token: names of more digits and letters are cut. */
export const longestToken = 64;

/** Finds numbers, dates and codes in a text that a reader sees. `knows` tells words of the data. */
export class Tokens {
  readonly #knows: (word: string) => boolean;

  constructor(knows: (word: string) => boolean) {
    this.#knows = knows;
  }

  /** The first token from a place on; null where there is none. */
  next(text: string, from: number, joined = true): Token | null {
    const starts = new RegExp(startPattern);
    starts.lastIndex = from;
    for (let found = starts.exec(text); found; found = starts.exec(text)) {
      const at = found.index;
      const token = /\d/.test(found[0]) ? this.#fromDigit(text, at, joined) : this.#fromWord(text, at);
      if (token && token.end > from) return token;
      if (/\d/.test(found[0])) starts.lastIndex = at + 1;
    }
    return null;
  }

  #fromWord(text: string, at: number): Token | null {
    if (/[A-Za-z]/.test(text[at]!)) {
      if (/[A-Za-z\d_]/.test(text[at - 1] ?? "")) return null;
      const date = dateToken(text, at, null);
      const code = match(codePattern, text, at);
      if (code && !date) {
        const known = this.#known(text, at);
        if (known !== null) return { kind: "code", start: at, end: at + known };
        const rank = match(ranked, text, at);
        if (rank) return numberToken(text, at, at + rank[0].length - rank[1]!.length, "entries");
        const times = match(multiplied, text, at);
        if (times) return numberToken(text, at, at + 1, "times");
        return { kind: "code", start: at, end: at + code[0].length };
      }
      if (date) return date;
    }
    if (/[가-힣]{2}/u.test(text.slice(at - 1, at + 1))) return null;
    const number = wordsAt(text, at);
    return number && { kind: "number", start: at, end: number.end, number };
  }

  #fromDigit(text: string, at: number, joined: boolean): Token | null {
    const number = numberAt(text, at, joined);
    const date = dateToken(text, at, number);
    const known = this.#known(text, at);
    const sure = date?.kind === "date" && !date.date.ambiguous && date.end >= at + (known ?? 0);
    if (known !== null && !sure) return { kind: "code", start: at, end: at + known };
    if (date) return date;
    if (!number) return null;
    if (/^[A-Za-z]/.test(text.slice(number.end)) && number.measure === null) {
      const end = at + match(joinedDigits, text, at)![0].length;
      return { kind: "code", start: at, end };
    }
    return { kind: "number", start: number.start, end: number.end, number };
  }

  /** Length of the known word at a place; null where none is known. */
  #known(text: string, at: number): number | null {
    const word = match(joinedDigits, text, at)?.[0];
    if (word === undefined || !/[A-Za-z]|\d[-_/]\d/.test(word)) return null;
    for (const part of [word, word.replace(/%$/, ""), word.replace(/[/:].*$/, "")]) {
      if (/\d/.test(part) && this.#knows(part)) return part.length;
    }
    return null;
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function dateToken(text: string, at: number, number: NumberInText | null): Token | null {
  if (/[\d,.]/.test(text[at - 1] ?? "") && /\d/.test(text.slice(Math.max(0, at - 2), at))) return null;
  const date = dateAt(text, at);
  if (!date) return null;
  const start = text[at - 1] === "'" ? at - 1 : at;
  return { kind: "date", start, end: at + date.length, date, number };
}

function numberToken(text: string, start: number, at: number, measure: NumberInText["measure"]): Token | null {
  const number = numberAt(text, at, false);
  return number && { kind: "number", start, end: number.end, number: { ...number, start, measure } };
}
