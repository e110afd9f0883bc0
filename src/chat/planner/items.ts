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

/**
 * Finds the items that a question names. `leftOver` takes away what the grammar knows. Names are found whatever blanks they have
 * or lack: besides each word, its first two syllables are looked up, and what comes back is compared without blanks.
 */
export async function mentionedItems(
  text: string,
  leftOver: (text: string) => string,
  findItems: PlanContext["findItems"],
): Promise<MentionedItems> {
  const nothing: MentionedItems = { items: [], candidates: [], unknown: [], rest: text, keyword: "" };
  const words = wordsOf(leftOver(text));
  if (words.length === 0) return nothing;
  const { pool, complete } = await lookUp(words, findItems);
  const named = wholeNames(text, pool);
  let rest = text;
  for (const { start, end } of named) rest = blanked(rest, start, end);
  const remaining = wordsOf(leftOver(rest));
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

/** Everything that the words find, alone and all together; `complete` where at least one of them found all items that bear it. */
async function lookUp(
  words: string[],
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

function wholeNames(text: string, pool: readonly ItemMatch[]): WholeName[] {
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
      other.twins.push(one.item);
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
