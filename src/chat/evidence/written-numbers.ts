import { keycap } from "./as-seen.ts";
import { large } from "./number-words.ts";
import { type FoundUnit, type Measure, unitOf } from "./units.ts";

/** A number as it stands in a text. */
export interface NumberInText {
  /** Its sign or first digit, and behind its unit. */
  start: number;
  end: number;
  /** Behind the last digit. */
  unitAt: number;
  /** Without its sign. */
  value: number;
  /** What the last digit that is written counts: 100 for 1.2k, 0.1 for 12.3. */
  step: number;
  sign: 1 | -1 | 0;
  measure: Measure | null;
  over: boolean;
  form: "digits" | "fraction" | "words" | "marker";
}

const plain =
  /(?:\d{1,3}(?:([,'_\u2009])\d{3})(?:\1\d{3})*(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?!\d)|\d+)(\.\d+)?/y;
const spaced = /\d{1,3}(?: \d{3})+(?!\d|,\d)(\.\d+)?/y;
const power =
  /(?:[eE]([+-]?\d{1,3})(?![A-Za-z\d])| {0,2}[×x·]? {0,2}(?<!\d)10 ?\^ ?\(?([+-]?\d{1,3})\)?|\^\(?(\d{1,3})\)?)/y;
const koreanScale =
  / ?(?:([십백천])?(만(?!큼|들|든|의)|억|조(?!각|립|치|건|금|업))|([십백천])(?!분|화|업|연|장|만|억|조))/y;
const englishScale =
  /(?: ?(thousand|million|billion|trillion|hundred|dozen)s?(?![a-z])|(k|mn?|bn?|tn)(?![a-z\d])| (k|mn|bn)(?![a-z\d]))/iy;
const scales: Record<string, number> = {
  ...{ 십: 10, 백: 100, 천: 1000, ...large },
  ...{ hundred: 100, dozen: 12, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 },
  ...{ k: 1e3, m: 1e6, mn: 1e6, b: 1e9, bn: 1e9, tn: 1e12 },
};

/** What a sticky pattern finds at a place. */
export function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

interface Digits {
  value: number;
  step: number;
  end: number;
}

function digitsAt(text: string, at: number, joined: boolean): Digits | null {
  const found = (joined ? match(spaced, text, at) : null) ?? match(plain, text, at);
  if (!found) return null;
  const written = found[0];
  const decimals = /\.\d{3}\./.test(written) ? undefined : found.length === 3 ? found[2] : found[1];
  const whole = decimals === undefined ? written : written.slice(0, -decimals.length);
  const value = Number(whole.replaceAll(/\D/g, "") + (decimals ?? ""));
  return { value, step: 10 ** -(decimals === undefined ? 0 : decimals.length - 1), end: at + written.length };
}

/**
 * The number whose first digit stands at a place. `joined` also reads 12 345 with a plain blank, and 104/91,
 * as one number: they may as well be two.
 */
export function numberAt(text: string, at: number, joined: boolean): NumberInText | null {
  const first = digitsAt(text, at, joined);
  if (!first) return null;
  const start = signStart(text, at);
  const sign = start === at ? 0 : signOf(text[start]!);
  const part = fractionAt(text, first, joined);
  if (part) return { start, sign, form: "fraction", ...withUnit(text, part) };
  if (text[first.end] === keycap) {
    const marker = { value: first.value, step: 1, end: first.end + 1, unitAt: first.end + 1 };
    return { start: at, sign: 0, over: false, measure: "rank", form: "marker", ...marker };
  }
  const number: NumberInText = { start, sign, form: "digits", ...withUnit(text, scaled(text, first)) };
  const currency = /[$₩€¥£] ?$/.exec(text.slice(Math.max(0, start - 2), start));
  return currency && text[number.unitAt] !== "$"
    ? { ...number, start: start - currency[0].length, measure: "foreign" }
    : number;
}

/** Digits or words with the unit behind them. */
export function withUnit(text: string, { value, step, end }: Digits) {
  const tail = text.slice(end, end + 24);
  let unit: FoundUnit = unitOf(tail);
  if (unit.measure === null) {
    const range = /^ ?[~–-] ?(?=\d)/.exec(tail);
    const other = range && digitsAt(text, end + range[0].length, false);
    if (other) unit = { ...unitOf(text.slice(other.end, other.end + 24)), length: 0 };
  }
  return { value, step, unitAt: end, end: end + unit.length, measure: unit.measure, over: unit.over };
}

function fractionAt(text: string, first: Digits, joined: boolean): Digits | null {
  const whole = Number.isInteger(first.value) && first.value > 0;
  if (!whole) return null;
  const slash = joined && /^ ?\/ ?(\d{1,6})(?![\d,]|\.\d)/.exec(text.slice(first.end, first.end + 12));
  if (slash) return ratio(first.value, Number(slash[1]), first.end + slash[0].length);
  const korean = /^ ?분의 ?(\d{1,6})/.exec(text.slice(first.end, first.end + 12));
  if (korean) return ratio(Number(korean[1]), first.value, first.end + korean[0].length);
  return null;
}

function ratio(part: number, whole: number, end: number): Digits | null {
  return whole === 0 ? null : { value: part / whole, step: 0, end };
}

/** Powers of ten and words for large numbers behind the digits. */
function scaled(text: string, first: Digits): Digits {
  const exponent = match(power, text, first.end);
  if (exponent) {
    const [, e, ten, raised] = exponent;
    const end = first.end + exponent[0].length;
    if (raised !== undefined) return { value: first.value ** Number(raised), step: 0, end };
    const factor = 10 ** Number(e ?? ten);
    return { value: first.value * factor, step: first.step * factor, end };
  }
  const word = match(englishScale, text, first.end);
  if (word) {
    const factor = scales[(word[1] ?? word[2] ?? word[3])!.toLowerCase()]!;
    return { value: first.value * factor, step: first.step * factor, end: first.end + word[0].length };
  }
  return compound(text, first);
}

/** Korean compounds such as 3억 4,500만, 1만 2,345 and 2천5백만. */
function compound(text: string, first: Digits): Digits {
  let all = 0;
  let part = 0;
  let digits = first;
  let step = first.step;
  let end = first.end;
  let lowest = Number.POSITIVE_INFINITY;
  for (;;) {
    const scale = match(koreanScale, text, digits.end);
    const few = scales[scale?.[1] ?? scale?.[3] ?? ""] ?? 1;
    const many = scales[scale?.[2] ?? ""] ?? 1;
    if (!scale && lowest === Number.POSITIVE_INFINITY) return first;
    end = digits.end + (scale?.[0].length ?? 0);
    step = digits.step * few * many;
    part += digits.value * few;
    if (many > 1) {
      all += part * many;
      part = 0;
    }
    lowest = many > 1 ? many : few;
    if (!scale || lowest === 1) break;
    const gap = text[end] === " " ? 1 : 0;
    const next = digitsAt(text, end + gap, false);
    if (!next || next.value >= lowest || !Number.isInteger(next.value)) break;
    const after = unitOf(text.slice(next.end, next.end + 24)).measure;
    if (/^ ?(?:[월일시년위]|분기)/.test(text.slice(next.end)) || after === "rank") break;
    digits = next;
  }
  return { value: Number((all + part).toPrecision(15)), step, end };
}

/** Where the sign of a number begins; its first digit where it has none. */
function signStart(text: string, at: number): number {
  const before = text.slice(Math.max(0, at - 3), at);
  const sign = /(?:^|[^\d\p{L}\p{No})%\s.]|\s)?([+±△▲▼▽▵▴▾-]) ?$/u.exec(before);
  if (!sign) return at;
  const place = at - (before.length - before.lastIndexOf(sign[1]!));
  const previous = text[place - 1] ?? "";
  if (/[-–+±]/.test(sign[1]!) && (/[\d\p{L})%]/u.test(previous) || (text[at - 1] === " " && /\S/.test(previous))))
    return at;
  if (sign[1] === "-" && text[at - 1] === " ") return at;
  return place;
}

function signOf(mark: string): 1 | -1 | 0 {
  return mark === "-" || mark === "▼" || mark === "▽" || mark === "▾" ? -1 : mark === "+" ? 1 : 0;
}
