import { english, englishPattern, large, nativeKorean, nativePattern, sinoKorean } from "./number-words.ts";
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

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
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
 * The number whose first digit stands at a place. `joined` also reads 12 345 with a plain blank as one number:
 * it may as well be two.
 */
export function numberAt(text: string, at: number, joined: boolean): NumberInText | null {
  const first = digitsAt(text, at, joined);
  if (!first) return null;
  const start = signStart(text, at);
  const sign = start === at ? 0 : signOf(text[start]!);
  const part = fractionAt(text, first);
  if (part) return { start, sign, form: "fraction", ...withUnit(text, part) };
  if (text[first.end] === "\u20e3") {
    const marker = { value: first.value, step: 1, end: first.end + 1, unitAt: first.end + 1 };
    return { start: at, sign: 0, over: false, measure: "rank", form: "marker", ...marker };
  }
  const number: NumberInText = { start, sign, form: "digits", ...withUnit(text, scaled(text, first)) };
  const currency = /[$₩€¥£] ?$/.exec(text.slice(Math.max(0, start - 2), start));
  return currency && text[number.unitAt] !== "$"
    ? { ...number, start: start - currency[0].length, measure: "foreign" }
    : number;
}

function withUnit(text: string, { value, step, end }: Digits) {
  const tail = text.slice(end, end + 24);
  let unit: FoundUnit = unitOf(tail);
  if (unit.measure === null) {
    const range = /^ ?[~–-] ?(?=\d)/.exec(tail);
    const other = range && digitsAt(text, end + range[0].length, false);
    if (other) unit = { ...unitOf(text.slice(other.end, other.end + 24)), length: 0 };
  }
  return { value, step, unitAt: end, end: end + unit.length, measure: unit.measure, over: unit.over };
}

function fractionAt(text: string, first: Digits): Digits | null {
  const whole = Number.isInteger(first.value) && first.value > 0;
  if (!whole) return null;
  const slash = /^ ?\/ ?(\d{1,6})(?![\d,]|\.\d)/.exec(text.slice(first.end, first.end + 12));
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

const counters =
  "개월|개|건|가지|종류|종|배치|배(?!치)|번(?!호|지)|달|주|제품|품목|로트|회|곳|날|해|분기|기간|항목|명|차례|모델|코드|가지|퍼센트|프로|%|위|일|년|원|장";
const sino =
  /[영공일이삼사오육륙칠팔구십백천만억조](?:[영공일이삼사오육륙칠팔구십백천만억조]|(?<=[만억조천]) (?=[일이삼사오육칠팔구십백천]+[만억조십백천]))*/uy;
const sinoAfter = new RegExp(`^ ?여? ?(?:${counters}|이상|이하|미만|정도|가량)`, "u");
const sinoEnd =
  /^(?:[\s,.)!?|]|$|[을를은는이가의로와과도](?![가-힣])|으로|에서|에(?![가-힣])|입니다|이며|이고|이었|였)/u;
const native = new RegExp(`${nativePattern}(?= ?(?:${counters}))`, "uy");
const halves = /절반|half(?![a-z-])|halved/iy;
const koreanFraction = /([이삼사오육칠팔구십]|\d{1,3}) ?분의 ?([일이삼사오육칠팔구]|\d{1,3})(?![가-힣]*[십백천만])/uy;
const doubles =
  /(twice|doubled|doubling|double|두 ?배|갑절)|(thrice|tripled|tripling|triple|세 ?배)|(quadrupled?|네 ?배)|(tenfold)/iy;
const englishFraction =
  /(?:(one|a|two|three|four)[ -])(half|halves|thirds?|quarters?|fourths?|fifths?|tenths?)(?= of|[ ,.]|$)/iy;
const englishWords = new RegExp(`${englishPattern}(?![a-z])`, "iy");
const denominators: Record<string, number> = { hal: 2, thi: 3, qua: 4, fou: 4, fif: 5, ten: 10 };
const numerators: Record<string, number> = { one: 1, a: 1, two: 2, three: 3, four: 4 };

/** The number in words that begins at a place, the beginning of a word. */
export function wordsAt(text: string, at: number): NumberInText | null {
  const as = (found: RegExpExecArray, value: number, step: number, form: NumberInText["form"]): NumberInText => ({
    start: at,
    sign: 0,
    form,
    ...withUnit(text, { value, step, end: at + found[0].length }),
  });
  const half = match(halves, text, at);
  if (half) {
    if (/^h/i.test(half[0]) && /(?:first|second|1st|2nd|last|other|each) $/i.test(text.slice(Math.max(0, at - 7), at)))
      return null;
    if (/^half(?: a| of the (?:year|month))/i.test(text.slice(at, at + 18))) return null;
    return as(half, 0.5, 0, "fraction");
  }
  const times = match(doubles, text, at);
  if (times) {
    const value = times[1] ? 2 : times[2] ? 3 : times[3] ? 4 : 10;
    return { ...as(times, value, 1, "words"), measure: "times" };
  }
  const part = match(koreanFraction, text, at);
  if (part) {
    const [below, above] = [part[1]!, part[2]!].map((one) => (/\d/.test(one) ? Number(one) : (sinoKorean(one) ?? 0)));
    return below ? as(part, above! / below, 0, "fraction") : null;
  }
  const englishPart = match(englishFraction, text, at);
  if (
    englishPart &&
    !/^(?:a|one) quarter$/i.test(englishPart[0]) &&
    !/^\w+[ -]quarters?$/i.test(
      englishPart[0] +
        (/^ of the (?:total|whole|out|prod|vol)/i.test(text.slice(at + englishPart[0].length)) ? "!" : ""),
    )
  )
    return as(
      englishPart,
      numerators[englishPart[1]!.toLowerCase()]! / denominators[englishPart[2]!.slice(0, 3).toLowerCase()]!,
      0,
      "fraction",
    );
  const words = match(englishWords, text, at);
  if (words) {
    const value = english(words[0]);
    return value === 1 && /^one$/i.test(words[0]) ? null : as(words, value, shownBy(value), "words");
  }
  const counted = match(native, text, at);
  if (counted) return as(counted, nativeKorean(counted[0]), 1, "words");
  const korean = match(sino, text, at);
  if (!korean) return null;
  const value = sinoKorean(korean[0]);
  const after = text.slice(at + korean[0].length, at + korean[0].length + 8);
  if (value === null) return null;
  const counter = sinoAfter.test(after);
  const whole = /[십백천만억조]/u.test(korean[0]) && korean[0].length >= 3 && sinoEnd.test(after);
  if (
    korean[0].length === 1
      ? !(counter && /[십백천만억]/u.test(korean[0]) && /^ ?(?:개|건|배치|퍼센트|프로|%)/u.test(after))
      : !(counter || whole)
  )
    return null;
  return as(korean, value, shownBy(value), "words");
}

/** What the last digit of a number in words counts: words say no zeros, but two digits at least are meant. */
function shownBy(value: number): number {
  if (value < 100 || !Number.isInteger(value)) return 1;
  let step = 1;
  while (value % (step * 10) === 0 && step * 100 <= value) step *= 10;
  return step;
}
