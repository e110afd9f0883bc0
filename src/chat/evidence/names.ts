import { SeenText } from "./as-seen.ts";
import type { Facts } from "./facts.ts";

/** A name or code of the results in a text. */
export interface Mention {
  start: number;
  end: number;
  items: readonly string[];
  /** Lots, weekdays and other texts that name rows. */
  labels: readonly string[];
}

/** More names than this that share a word are not told apart: the first ones stand for them. */
const mostAlike = 400;
/** Texts that are seen as they are written, as nearly all of the data are. */
const plain = /^[A-Za-z0-9가-힣 .,:;()/%#+=!?"@-]*$/;
/** Codes and lots of one word. */
const simple = /^[a-z\d-]+$/;
/** CODE (name). */
const named = /[A-Za-z]+[\w%/-]*\d[\w%/-]*\s*\(([^()\n]{2,80}(?:\([^()\n]{1,40}\))?)\)/g;
const digitWord = /\d(?:[\d.,]*\d)?/g;

/** What a reader sees of a text from the data. */
export function seen(text: string): string {
  if (plain.test(text)) return text;
  const whole = new SeenText();
  whole.add(text, true);
  return whole.text;
}

/** The texts of results, question and arguments whose digits are no figures: codes, lots, names. */
export class Names {
  readonly #words = new Set<string>();
  /** By the digits in it: the text, and where in it they stand. */
  readonly #withDigits = new Map<string, { text: string; at: number }[]>();
  /** By the first word: names with the codes that they stand for. */
  readonly #names = new Map<string, (Omit<Mention, "start" | "end"> & { name: string })[]>();

  /** `asked` are texts whose words may be used again, `said` those whose names behind a code in brackets may be as well. */
  constructor({ texts, names, byItem, byLabel }: Facts, asked: Iterable<string>, said: Iterable<string>) {
    for (const some of [texts, names.keys(), byItem.keys(), byLabel.keys()]) for (const text of some) this.#learn(text);
    for (const text of said) for (const { 1: name } of text.matchAll(named)) this.#learn(name!);
    const more = [...asked, ...said];
    for (const text of more) this.#learnWords(seen(text).toLowerCase());
    for (const [name, codes] of names) this.#addName(seen(name), [...codes]);
    for (const code of byItem.keys()) if (code !== "all") this.#addName(seen(code), [code]);
    for (const label of byLabel.keys()) if (/\p{L}/u.test(label)) this.#addName(seen(label), [], [label]);
  }

  /** Whether a word with letters and digits stands in the texts. */
  knows(word: string): boolean {
    return this.#words.has(word.toLowerCase());
  }

  /** Whether the digits at a place belong to a text of the data that stands there, at least with the word before them; or the letters to a name. */
  covers(text: string, start: number, end: number): boolean {
    const digits = /\d(?:[\d.,]*\d)?/.exec(text.slice(start, end));
    if (!digits) {
      const from = Math.max(0, start - 80);
      return this.mentions(text.slice(from)).some((one) => from + one.start < start && from + one.end >= end);
    }
    const at = start + digits.index;
    const around = text.slice(Math.max(0, at - 80), at).toLowerCase();
    for (const known of this.#withDigits.get(digits[0]) ?? []) {
      const before = known.text.slice(0, known.at);
      const word = /\S+\s*\S*$/u.exec(before)?.[0] ?? "";
      if (/\p{L}/u.test(word) ? around.endsWith(word) : fits(text, at, known) && around.endsWith(before)) return true;
    }
    return false;
  }

  /** The names and codes in a text, the longer ones first where several begin at one place. */
  mentions(text: string): Mention[] {
    const lower = text.toLowerCase();
    const found: Mention[] = [];
    let from = 0;
    for (const { index, 0: word } of lower.matchAll(/[\p{L}\p{N}<=][^\s|,:;()]*/gu)) {
      if (index < from) continue;
      const best = this.#nameAt(lower, index, word);
      if (!best) continue;
      found.push(best);
      from = best.end;
    }
    return found;
  }

  /** The name or code that begins right at a place. */
  mentionAt(text: string, at: number): Mention | null {
    const word = /^[\p{L}\p{N}<=][^\s|,:;()]*/u.exec(text.slice(at, at + 40).toLowerCase())?.[0];
    return word === undefined ? null : this.#nameAt(text.toLowerCase(), at, word);
  }

  #nameAt(text: string, at: number, word: string): Mention | null {
    for (let length = Math.min(word.length, 40); length > 0; length--) {
      for (const { name, items, labels } of this.#names.get(word.slice(0, length)) ?? []) {
        if (!text.startsWith(name, at)) continue;
        const end = at + name.length;
        if (/[a-z\d]$/.test(name) && /^[a-z\d]/.test(text.slice(end, end + 1))) continue;
        return { start: at, end, items, labels };
      }
    }
    return null;
  }

  #addName(name: string, items: readonly string[], labels: readonly string[] = []): void {
    const lower = name.toLowerCase().trim();
    const first = /^[^\s|,:;()]+/.exec(lower)?.[0];
    if (first === undefined || lower.length < 2) return;
    const alike = this.#names.get(first);
    if (!alike) {
      this.#names.set(first, [{ name: lower, items, labels }]);
      return;
    }
    if (alike.length >= mostAlike) return;
    if (alike.some((one) => one.name === lower)) return;
    alike.push({ name: lower, items, labels });
    alike.sort((a, b) => b.name.length - a.name.length);
  }

  #learn(text: string): void {
    const lower = seen(text).toLowerCase();
    if (!/\d/.test(lower)) return;
    if (simple.test(lower)) this.#words.add(lower);
    else this.#learnWords(lower);
    if (!/\s/.test(lower) || !/\p{L}/u.test(lower)) return;
    for (const { index, 0: digits } of lower.matchAll(digitWord)) {
      const alike = this.#withDigits.get(digits) ?? [];
      if (alike.length >= mostAlike) continue;
      alike.push({ text: lower, at: index });
      this.#withDigits.set(digits, alike);
    }
  }

  #learnWords(lower: string): void {
    if (!/\s/.test(lower)) this.#words.add(lower);
    for (const word of lower.split(/[\s,;|"'()?!]+/)) {
      if (!/\d/.test(word) || !/\p{L}/u.test(word)) continue;
      this.#words.add(word);
      const latin = /^[^가-힣]+/u.exec(word)?.[0].replace(/[.:]+$/, "");
      if (latin !== undefined && /\d/.test(latin) && /\p{L}/u.test(latin)) this.#words.add(latin);
    }
  }
}

/** Whether a text that begins with the digits goes on as the known one does. */
function fits(text: string, at: number, known: { text: string; at: number }): boolean {
  const rest = known.text.slice(known.at);
  return /\p{L}/u.test(rest) && text.slice(at, at + rest.length).toLowerCase() === rest;
}
