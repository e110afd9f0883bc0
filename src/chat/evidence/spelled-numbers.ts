import { english, englishPattern, large, nativeKorean, nativePattern, sinoKorean } from "./number-words.ts";
import { match, type NumberInText, withUnit } from "./written-numbers.ts";

const counters =
  "개월|개|건|가지|종류|종|배치|배(?!치)|번(?!호|지)|달|주|제품|품목|로트|회|곳|날|해|분기|기간|항목|명|차례|모델|코드|가지|퍼센트|프로|%|위|일|년|원|장";
const sino =
  /[영공일이삼사오육륙칠팔구십백천만억조](?:[영공일이삼사오육륙칠팔구십백천만억조]|(?<=[만억조천]) (?=[일이삼사오육칠팔구십백천]+[만억조십백천]))*/uy;
const sinoAfter = new RegExp(`^ ?여? ?(?:${counters}|이상|이하|미만|정도|가량)`, "u");
const sinoEnd =
  /^(?:[\s,.)!?|]|$|[을를은는이가의로와과도](?![가-힣])|으로|에서|에(?![가-힣])|입니다|이며|이고|이었|였)/u;
const native = new RegExp(`${nativePattern}(?= ?(?:${counters}))`, "uy");
const nativeMyriads = new RegExp(`(${nativePattern})(만|억)(?= ?(?:${counters}))`, "uy");
const halves = /절반|half(?![a-z-])|halved/iy;
const koreanFraction = /([이삼사오육칠팔구십]|\d{1,3}) ?분의 ?([일이삼사오육칠팔구]|\d{1,3})(?![가-힣]*[십백천만])/uy;
const doubles =
  /(twice|doubled|doubling|double|두 ?배(?!치|송)|갑절)|(thrice|tripled|tripling|triple|세 ?배(?!치|송))|(quadrupled?|네 ?배(?!치|송))|(tenfold)/iy;
/** A quarter is also a part of the year, unless it is one of something. */
const englishFraction =
  /(?:(one|a|two|three|four)[ -])(half|halves|thirds?|fourths?|fifths?|tenths?|quarters?(?= of (?:the |all|its|total|production|output)(?!year)))(?=[ ,.]|$)/iy;
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
  if (englishPart) {
    const [, above, below] = englishPart.map((one) => one.toLowerCase());
    return as(englishPart, numerators[above!]! / denominators[below!.slice(0, 3)]!, 0, "fraction");
  }
  const words = match(englishWords, text, at);
  if (words) {
    const value = english(words[0]);
    return value === 1 && /^one$/i.test(words[0]) ? null : as(words, value, shownBy(value), "words");
  }
  const counted = match(native, text, at);
  const myriads = match(nativeMyriads, text, at);
  if (myriads) return as(myriads, nativeKorean(myriads[1]!) * large[myriads[2]!]!, large[myriads[2]!]!, "words");
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
