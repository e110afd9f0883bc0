const sinoDigits: Record<string, number> = {
  ...{ 영: 0, 공: 0, 일: 1, 이: 2, 삼: 3, 사: 4, 오: 5, 육: 6, 륙: 6, 칠: 7, 팔: 8, 구: 9 },
};
const small: Record<string, number> = { 십: 10, 백: 100, 천: 1000 };
/** Korean powers of ten thousand. */
export const large: Record<string, number> = { 만: 1e4, 억: 1e8, 조: 1e12 };

/** A Sino-Korean number such as 삼만 이천, or digits read one by one; null where the syllables are no number. */
export function sinoKorean(words: string): number | null {
  const text = words.replaceAll(/\s/g, "");
  if (/^[영공일이삼사오육륙칠팔구]{2,}$/u.test(text)) return Number([...text].map((one) => sinoDigits[one]).join(""));
  let all = 0;
  let part = 0;
  let digit: number | null = null;
  for (const one of text) {
    if (one in sinoDigits) {
      if (digit !== null) return null;
      digit = sinoDigits[one]!;
    } else if (one in small) {
      part += (digit ?? 1) * small[one]!;
      digit = null;
    } else if (one in large) {
      all += (part + (digit ?? (part === 0 ? 1 : 0))) * large[one]!;
      part = 0;
      digit = null;
    } else return null;
  }
  return all + part + (digit ?? 0);
}

const nativeTens: Record<string, number> = {
  ...{ 열: 10, 스물: 20, 스무: 20, 서른: 30, 마흔: 40, 쉰: 50, 예순: 60, 일흔: 70, 여든: 80, 아흔: 90 },
};
const nativeOnes: Record<string, number> = {
  ...{
    하나: 1,
    한: 1,
    둘: 2,
    두: 2,
    셋: 3,
    세: 3,
    석: 3,
    넷: 4,
    네: 4,
    넉: 4,
    다섯: 5,
    여섯: 6,
    일곱: 7,
    여덟: 8,
    아홉: 9,
  },
};
const tens = Object.keys(nativeTens).join("|");
const ones = Object.keys(nativeOnes).join("|");
/** Native Korean numbers, as they stand before counters: 열두, 스무, 세. */
export const nativePattern = `(?:(?:${tens}) ?(?:${ones})|(?:${tens})|(?:${ones}))`;

export function nativeKorean(words: string): number {
  const text = words.replaceAll(/\s/g, "");
  const ten = Object.keys(nativeTens).find((one) => text.startsWith(one));
  const rest = ten === undefined ? text : text.slice(ten.length);
  return (ten === undefined ? 0 : nativeTens[ten]!) + (nativeOnes[rest] ?? 0);
}

const englishOnes =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const englishTens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const englishScales: Record<string, number> = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };
const word = `(?:${[...englishTens, ...[...englishOnes].reverse(), "hundred", "dozen", ...Object.keys(englishScales)].join("|")})`;
/** English numbers in words: twelve thousand three hundred and forty-five; a dozen. */
export const englishPattern = `(?:(?:an?|half a)[ -](?=(?:hundred|dozen|thousand|million|billion)s?(?![a-z])))?${word}(?:(?:[ -]|,? and |, )${word})*`;

export function english(words: string): number {
  let all = 0;
  let part = 0;
  let seen = false;
  const halved = /^half a/i.test(words);
  for (const one of words.toLowerCase().split(/[\s,-]+/)) {
    const unit = englishOnes.indexOf(one);
    const ten = englishTens.indexOf(one);
    if (unit >= 0) part += unit;
    else if (ten >= 0) part += (ten + 2) * 10;
    else if (one === "hundred") part = (part || 1) * 100;
    else if (one === "dozen") part = (part || 1) * 12;
    else if (englishScales[one] !== undefined) {
      all += (part || (seen ? 0 : 1)) * englishScales[one]!;
      part = 0;
    } else continue;
    seen = true;
  }
  return (all + part) * (halved ? 0.5 : 1);
}
