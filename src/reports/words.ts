import type { Language } from "../language.ts";
import { en } from "./words-en.ts";
import { ko, type Words } from "./words-ko.ts";

/** How figures and days are written in one language. */
export interface Figures {
  /** `1,234,567`, at most two decimals. */
  exact: (value: number) => string;
  /** Whole pieces: nobody makes a part of one, and a reader has no use for its digits. */
  whole: (value: number) => string;
  /** `12.3%` of a share where 1 is all. */
  percent: (share: number) => string;
  /** `+12.3%` of a change where 1 is twice as much. */
  change: (ratio: number) => string;
  /** `+1,234` */
  signed: (value: number) => string;
  /** `2026-11-20(금)` or `2026-11-20 (Fri)`. */
  day: (day: string) => string;
  /** The same without the year: `11-20(금)` or `11-20 (Fri)`. */
  shortDay: (day: string) => string;
  /** The name of a day's weekday, such as `금요일` or `Friday`. */
  weekday: (day: string) => string;
}

const words: Readonly<Record<Language, Words>> = { ko, en };

/** The words of a language. */
export const wordsOf = (language: Language): Words => words[language];

/** The formats of a language; made when they are first asked for, because they take some ms of a start. */
export function figuresOf(language: Language): Figures {
  const known = made.get(language);
  if (known) return known;
  const figures = make(language);
  made.set(language, figures);
  return figures;
}

const made = new Map<Language, Figures>();

function make(language: Language): Figures {
  const number = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(language, options);
    // -0 is written without its sign, which would say that something fell.
    return (value: number): string => format.format(value === 0 ? 0 : value);
  };
  const weekdays = (weekday: "short" | "long") => {
    const format = new Intl.DateTimeFormat(language, { weekday, timeZone: "UTC" });
    return (day: string): string => format.format(new Date(`${day}T00:00:00Z`));
  };
  const [short, long] = [weekdays("short"), weekdays("long")];
  const day = (text: string, of: string): string =>
    language === "ko" ? `${text}(${short(of)})` : `${text} (${short(of)})`;
  return {
    exact: number({ maximumFractionDigits: 2 }),
    // What rounds to nothing has no sign.
    whole: number({ maximumFractionDigits: 0, signDisplay: "negative" }),
    percent: number({ style: "percent", maximumFractionDigits: 1 }),
    change: number({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }),
    signed: number({ maximumFractionDigits: 0, signDisplay: "exceptZero" }),
    day: (of) => day(of, of),
    shortDay: (of) => day(of.slice(5), of),
    weekday: long,
  };
}
