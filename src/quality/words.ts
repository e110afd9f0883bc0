import type { Language } from "../language.ts";
import type { Figures, Kind } from "./finding.ts";
import type { Numbers, QualityWords, Subject } from "./kind-words.ts";
import { en } from "./words-en.ts";
import { ko } from "./words-ko.ts";

const words: Record<Language, QualityWords> = { ko, en };

/** The words of a language. */
export const wordsIn = (language: Language): QualityWords => words[language];

/** How numbers are written in a language. */
export function numbersIn(language: Language): Numbers {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const small = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const tiny = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  return {
    count: (value) => {
      const size = Math.abs(Number(value));
      return (size < 1 ? tiny : size < 10 ? small : whole).format(Number(value));
    },
    percent: (value) => percent.format(Number(value)),
  };
}

/** One sentence about a finding. */
export function describe(
  { kind, figures, day, item }: { kind: Kind; figures: Figures } & Subject,
  language: Language,
): string {
  return words[language].kinds[kind].what(figures, numbersIn(language), { day, item });
}
