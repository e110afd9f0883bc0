/** One product of the demo factory. */
export interface DemoItem {
  readonly code: string;
  /** Names over time, oldest first; each holds from its month (0 = first month of the data) until the next one. */
  readonly names: readonly { readonly fromMonth: number; readonly name: string }[];
  /** Months (0 = first month of the data) in which the item is produced, both inclusive. */
  readonly produced: { readonly from: number; readonly to: number };
  /** Demand by calendar month, January first; 1 is an average month. */
  readonly season: readonly number[];
  /** Usual good quantity of one batch, in lenses. */
  readonly batchSize: number;
}

interface Series {
  readonly codes: readonly string[];
  readonly names: readonly string[];
  readonly season: readonly number[];
  readonly batchSize: number;
}

const EVEN = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
/** One-day lenses sell before and during the holidays of July and August. */
const SUMMER = [0.8, 0.8, 0.9, 1, 1.1, 1.3, 1.5, 1.4, 1, 0.9, 0.8, 0.8];
/** Coloured lenses sell before the school year (March) and before the year-end parties. */
const TERM = [1.2, 1.5, 1.4, 0.9, 0.8, 0.8, 0.8, 0.9, 1, 0.9, 1.1, 1.3];

function numbered(prefix: string, first: number, step: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => prefix + String(first + index * step).padStart(4, "0"));
}

function combine(first: readonly string[], second: readonly string[]): string[] {
  return first.flatMap((one) => second.map((other) => `${one} ${other}`));
}

const ONE_DAY = combine(
  ["아쿠아 원데이", "아쿠아 원데이 모이스처", "실크핏 원데이", "에어브리즈 원데이 UV"],
  ["10P", "30P", "50P", "90P"],
);
const COLOUR = combine(
  ["비너스 브라운", "비너스 그레이", "비너스 초코", "루나 헤이즐", "루나 올리브", "Noir Black"],
  ["원데이", "먼슬리", "샘플"],
);
const MONTHLY = combine(
  ["Crystal Monthly", "Crystal Monthly Blue Filter", "하이드로 먼슬리"],
  ["2P", "3P", "6P", "12P"],
);
const TORIC = combine(["Comfort Toric -0.75", "Comfort Toric -1.25", "Comfort Toric -1.75"], ["AX10", "AX90", "AX180"]);
const MULTIFOCAL = combine(["멀티포컬 LOW", "멀티포컬 MID", "멀티포컬 HIGH"], ["3P", "6P"]);

const SERIES: readonly Series[] = [
  { codes: numbered("B", 61, 3, ONE_DAY.length), names: ONE_DAY, season: SUMMER, batchSize: 5400 },
  { codes: numbered("BW", 21, 1, MONTHLY.length), names: MONTHLY, season: EVEN, batchSize: 2400 },
  { codes: numbered("C", 1203, 4, COLOUR.length), names: COLOUR, season: TERM, batchSize: 1800 },
  { codes: numbered("T", 310, 5, TORIC.length), names: TORIC, season: EVEN, batchSize: 640 },
  { codes: numbered("M", 7, 2, MULTIFOCAL.length), names: MULTIFOCAL, season: EVEN, batchSize: 360 },
  {
    // Codes with the wildcards of LIKE and the separator of paths; `B_061` and `B%61` would also match `B0061`.
    codes: ["B_061", "B%61", "BW0021/KR", "BW0021_JP", "C1203/T", "C50%UV", "M0007/2_A", "T0310%"],
    names: [
      "아쿠아 원데이 10P 리뉴얼",
      "아쿠아 원데이 10P 할인",
      "Crystal Monthly 2P (국내)",
      "Crystal Monthly 2P (日本)",
      "비너스 브라운 토릭",
      "UV 50% 컬러",
      "멀티포컬 LOW 3P 2차",
      "Comfort Toric 샘플 100%",
    ],
    season: EVEN,
    batchSize: 900,
  },
  {
    // Texts that a page or a spreadsheet would run if it took them for markup or a formula; never renamed.
    codes: ["X0001", "X0002"],
    names: ["<img src=x onerror=alert(1)>", "=cmd()|'/C calc'!A0"],
    season: EVEN,
    batchSize: 1200,
  },
];

/**
 * The products of the demo factory: about 70 contact lenses. Some were renamed once or twice, some were introduced or
 * given up during the `months` that the data span. The list does not depend on chance, so codes can stand in examples.
 */
export function demoCatalogue(months: number): DemoItem[] {
  const items = SERIES.flatMap((series) =>
    series.codes.map((code, index) => ({ code, name: series.names[index]!, season: series.season, series, index })),
  );
  return items.map(({ code, name, season, series, index }, position) => {
    const names = [{ fromMonth: 0, name }];
    const renamed = position % 4 === 1 && series !== SERIES.at(-1);
    const suffix = /\p{Script=Hangul}/u.test(name) ? "플러스" : "Plus";
    if (renamed) names.push({ fromMonth: Math.floor(months * 0.4), name: `${name} ${suffix}` });
    if (renamed && position % 3 === 2)
      names.push({ fromMonth: Math.floor(months * 0.8), name: `${name} ${suffix} II` });
    const produced = { from: 0, to: months };
    if (position % 9 === 4) produced.from = Math.floor(months * 0.3);
    if (position % 9 === 7) produced.to = Math.floor(months * 0.7);
    return { code, names, produced, season, batchSize: series.batchSize + 60 * (index % 7) };
  });
}
