import type { ItemMatch, PlanContext } from "../types.ts";
import { particles } from "./grammar/words.ts";
import { blanked } from "./text.ts";

/** What a question says about items. */
export interface MentionedItems {
  /** Named by code or whole name, in the order of the question. */
  items: ItemMatch[];
  /** Items that fit a part of a name or of a code as well as each other. */
  candidates: ItemMatch[];
  /** Words that are neither grammar nor part of any item. */
  unknown: string[];
  /** The question with blanks in place of codes and names. */
  rest: string;
  /** The words that may name items, as a search wants them. */
  keyword: string;
}

/** More words than these are no name of an item; each costs a look-up or two. */
const mostWords = 8;
const mostCandidates = 10;
/** As many items as one look-up gives at the most (CONTRACT §3, `/items`): where each word finds as many, there may be others that fit as well. */
const mostLookedUp = 2_000;

/** What is known of a question before its items are. */
export interface Asked {
  /** As it was written. */
  query: string;
  /** In the form that the grammar knows. */
  text: string;
  /** Takes away what the grammar knows; everything else keeps its place. */
  leftOver: (text: string) => string;
}

/**
 * Finds the items that a question names. Names are found whatever blanks they have or lack: besides each word, its first two syllables are
 * looked up, and what comes back is compared without blanks.
 */
export async function mentionedItems(
  { query, text, leftOver }: Asked,
  findItems: PlanContext["findItems"],
): Promise<MentionedItems> {
  const nothing: MentionedItems = { items: [], candidates: [], unknown: [], rest: text, keyword: "" };
  const unknownWords = (part: string): string[] => wordsOf(wholeCodes(part, leftOver(part)));
  const words = unknownWords(text);
  // Also where the grammar knows all of it, as in "A_1 월별", whose end might be January.
  const codes = (text.match(signedCode) ?? []).filter((code) => /[a-z]/u.test(code) && !words.includes(code));
  if (words.length === 0 && codes.length === 0) return nothing;
  const { pool, complete } = await lookUp(words, codes.slice(0, mostWords), findItems);
  const named = wholeNames(text, pool, query);
  let rest = text;
  for (const { start, end } of named) rest = blanked(rest, start, end);
  const remaining = unknownWords(rest);
  const items = unique(named.map(({ item }) => item));
  const twins = named.flatMap((one) => one.twins);
  if (remaining.length === 0) {
    const keyword = items.map(({ item_code }) => item_code).join(" ");
    if (twins.length > 0) return { ...nothing, candidates: unique([...items, ...twins]), rest, keyword };
    return { ...nothing, items, rest, keyword };
  }
  const { items: found, unknown } = fitting(words, pool);
  for (const word of remaining) rest = rest.replace(word, (part) => " ".repeat(part.length));
  const keyword = words
    .map((word) => forms(word).find((form) => pool.some((item) => bears(item, form))) ?? bare(word))
    .join(" ");
  const candidates = found.slice(0, mostCandidates);
  if (unknown.length > 0) return { ...nothing, candidates: named.length > 0 ? [] : candidates, unknown, keyword };
  return found.length === 1 && complete
    ? { ...nothing, items: found, rest, keyword }
    : { ...nothing, candidates, rest, keyword };
}

/** What may be a code because of the signs in it. */
const signedCode = /[a-z0-9]+(?:[/_%][a-z0-9]+)+/gu;

/** What is left of a text, with those codes as they stand that the grammar knows a part of: the first letter of `A/1` is an article. */
function wholeCodes(text: string, left: string): string {
  let whole = left;
  for (const { index, 0: code } of text.matchAll(signedCode)) {
    const end = index + code.length;
    const isKnown = !/[a-z0-9]/u.test(left.slice(index, end));
    if (!isKnown && /[a-z]/u.test(code)) whole = whole.slice(0, index) + code + whole.slice(end);
  }
  return whole;
}

/** The words of a text without signs around them, without those that are only particles, and without single letters, which half of all names have. */
function wordsOf(text: string): string[] {
  return text
    .split(/[\s,;:!?~·…]+/u)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}<=]+|[^\p{L}\p{N}%>)]+$/gu, ""))
    .filter((word) => word.length > 1 && bare(word).length > 1)
    .slice(0, mostWords);
}

/** A word without its particles; empty where it has nothing else. */
function bare(word: string): string {
  let rest = word;
  for (;;) {
    const next = rest.replace(particles, "");
    if (next === rest) return rest;
    rest = next;
  }
}

/** A word as it stands, and without one particle after another: names may end like particles. */
function forms(word: string): string[] {
  const found = [word];
  for (;;) {
    const last = found.at(-1)!;
    const next = last.replace(particles, "");
    if (next === last || next === "") return found;
    found.push(next);
  }
}

/** Everything that words and codes find, words all together as well; `complete` where one of the words found all items that bear it. */
async function lookUp(
  words: string[],
  codes: string[],
  findItems: PlanContext["findItems"],
): Promise<{ pool: ItemMatch[]; complete: boolean }> {
  const found = new Map<string, ItemMatch>();
  const look = async (text: string): Promise<number> => {
    const items = await findItems(text);
    for (const item of items) found.set(item.item_code, item);
    return items.length;
  };
  let complete = false;
  for (const word of words) {
    let most = 0;
    for (const form of forms(word)) most = Math.max(most, await look(form));
    for (const start of most === 0 ? beginnings(word) : []) {
      most = await look(start);
      if (most > 0) break;
    }
    complete ||= most > 0 && most < mostLookedUp;
  }
  if (!complete && words.length > 1) await look(words.join(" "));
  for (const code of codes) await look(code);
  return { pool: [...found.values()], complete };
}

/** What a word that runs several words of a name together may begin with. */
function beginnings(word: string): string[] {
  const runs = word.match(/[가-힣]+|[a-z]+[-_/%]?\d+|[a-z]+/gu) ?? [];
  const whole = runs.filter((run) => run.length >= 2 && run !== word);
  const starts = runs.map(
    (run) => /^[가-힣]{3}/u.exec(run)?.[0].slice(0, 2) ?? /^[a-z]{5}/u.exec(run)?.[0].slice(0, 4),
  );
  return [...whole, ...starts.filter((start) => start !== undefined)];
}

interface WholeName {
  item: ItemMatch;
  /** Others with the same name at the same place. */
  twins: ItemMatch[];
  start: number;
  end: number;
}

/** The codes and names in a text, the longest first. Of codes that differ in case alone the one meant is that of the question. */
function wholeNames(text: string, pool: readonly ItemMatch[], query: string): WholeName[] {
  const asWritten = ({ item_code }: ItemMatch): boolean => query.includes(item_code);
  const all: WholeName[] = [];
  for (const item of pool) {
    for (const name of [item.item_code, item.item_name ?? ""]) {
      const pattern = spaced(name);
      for (const match of pattern ? text.matchAll(pattern) : []) {
        all.push({ item, twins: [], start: match.index, end: match.index + match[0].length });
      }
    }
  }
  all.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const chosen: WholeName[] = [];
  for (const one of all) {
    const other = chosen.find(({ start, end }) => one.start < end && one.end > start);
    if (!other) chosen.push(one);
    else if (other.start === one.start && other.end === one.end && other.item.item_code !== one.item.item_code) {
      if (asWritten(other.item) === asWritten(one.item)) other.twins.push(one.item);
      else if (asWritten(one.item)) Object.assign(other, { item: one.item, twins: [] });
    }
  }
  return chosen.sort((a, b) => a.start - b.start);
}

/** Finds a code or name whatever blanks stand between its characters; null for names too short to stand for anything. */
function spaced(name: string): RegExp | null {
  const letters = [...name.normalize("NFKC").toLowerCase().replaceAll(/\s/gu, "")];
  if (letters.length < 2) return null;
  const source = letters.map((letter) => RegExp.escape(letter)).join("\\s*");
  const before = /[a-z0-9]/.test(letters[0]!) ? "(?<![a-z0-9])" : "";
  const after = /[a-z0-9]/.test(letters.at(-1)!) ? "(?![a-z0-9])" : "";
  return new RegExp(before + source + after, "gu");
}

/** The items that bear most of the words, and the words that none of these bears. */
function fitting(words: readonly string[], pool: readonly ItemMatch[]): { items: ItemMatch[]; unknown: string[] } {
  const scored = pool.map((item) => ({ item, borne: words.filter((word) => bears(item, word)) }));
  const most = Math.max(0, ...scored.map(({ borne }) => borne.length));
  const best = scored.filter(({ borne }) => borne.length === most && most > 0);
  const unknown = words.filter((word) => !best.some(({ borne }) => borne.includes(word)));
  return { items: best.map(({ item }) => item), unknown: unknown.map(bare) };
}

/** Whether a code or a name has a word in it, as it stands or without its particles; a number only as a whole number. */
function bears({ item_code, item_name }: ItemMatch, word: string): boolean {
  const texts = [item_code, item_name ?? ""].map((text) => text.normalize("NFKC").toLowerCase().replaceAll(/\s/gu, ""));
  return forms(word).some((form) => {
    const pattern = new RegExp((/^\d/.test(form) ? "(?<!\\d)" : "") + RegExp.escape(form), "u");
    return texts.some((text) => pattern.test(text));
  });
}

function unique(items: readonly ItemMatch[]): ItemMatch[] {
  return [...new Map(items.map((item) => [item.item_code, item])).values()];
}
