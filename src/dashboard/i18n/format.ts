import type { Language } from "../../language.ts";
import type { Unit } from "../../production/calendar.ts";

/** How numbers and days are written in one language. */
export interface Format {
  /** `1,234,567`, at most two decimals. */
  exact: (value: number) => string;
  /** `1,338.7만` or `13.4M`, and figures below 10,000 as they are, without decimals: for cards, where the exact one is a hover away. */
  short: (value: number) => string;
  /** `12.3%` of a share where 1 is all. */
  percent: (share: number) => string;
  /** `+12.3%` or `-4%` of a change where 1 is twice as much. */
  change: (ratio: number) => string;
  /** `+1,234` */
  signed: (value: number) => string;
  /** A part of a series by its first day: the day itself, the month, or the year. */
  part: (start: string, unit: Unit) => string;
}

/** The formats of a language; made once, because an Intl object takes 50 µs. */
export function formatOf(language: Language): Format {
  return made[language];
}

/** Four digits are read at a glance, and 3.8천 would hide what 3,812 says. */
const shortFrom = 10_000;

const made: Record<Language, Format> = { ko: make("ko"), en: make("en") };

function make(language: Language): Format {
  const number = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(language, options);
    // -0 is written without its sign, which would say that something fell.
    return (value: number): string => format.format(value === 0 ? 0 : value);
  };
  const whole = number({ maximumFractionDigits: 0 });
  const compact = number({ notation: "compact", maximumFractionDigits: 1, useGrouping: "always" });
  return {
    exact: number({ maximumFractionDigits: 2 }),
    short: (value) => (Math.abs(value) < shortFrom ? whole(value) : compact(value)),
    percent: number({ style: "percent", maximumFractionDigits: 1 }),
    change: number({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }),
    signed: number({ maximumFractionDigits: 2, signDisplay: "exceptZero" }),
    part: (start, unit) => (unit === "month" ? start.slice(0, 7) : unit === "year" ? start.slice(0, 4) : start),
  };
}
