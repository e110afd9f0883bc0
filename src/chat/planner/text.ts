import type { Language } from "../../language.ts";

/** The question in the one form that the grammar knows: compatible characters unified (NFKC), lower case, single blanks. */
export function normalized(query: string): string {
  return query
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[“”"'‘’`´「」『』«»]/gu, " ")
    .replaceAll(/[〜∼～]/gu, "~")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** Korean where there is any Hangul, else English; without any letters Korean, the factory's language. */
export function languageOf(query: string): Language {
  return /[가-힣ㄱ-ㅎㅏ-ㅣ]/u.test(query) || !/[a-z]/iu.test(query) ? "ko" : "en";
}

/** The text with blanks in place of a part. */
export function blanked(text: string, start: number, end: number): string {
  return text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
}

/** The text with blanks in place of everything that any of the patterns (global ones) finds in it, also where they overlap. */
export function without(text: string, patterns: readonly RegExp[]): string {
  let rest = text;
  for (const pattern of patterns) {
    for (const { index, 0: found } of text.matchAll(pattern)) rest = blanked(rest, index, index + found.length);
  }
  return rest;
}

/** Whether one of the patterns finds anything; patterns may be global. */
export function has(text: string, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => text.search(pattern) >= 0);
}
