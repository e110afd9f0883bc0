import type { Ground } from "../../src/chat/evidence/gate.ts";
import { compare, found, history, queried, summary, top, trend } from "./evidence-runs.ts";

/** A source of numbers in [0, 1) that gives the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  for (let round = 0; round < 3; round++) state = (state * 48_271) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A figure of an answer, which can be written in several ways and be replaced by a wrong one. */
export interface Figure {
  value: number;
  kind: "quantity" | "batches" | "average" | "percent";
  write: (value: number) => string;
}

export type Answer = (string | Figure)[];

export const text = (answer: Answer): string =>
  answer.map((part) => (typeof part === "string" ? part : part.write(part.value))).join("");

/** A ground with right answers that rest on it. */
export interface Scene {
  ground: Ground;
  answers: Answer[];
}

type Random = () => number;

const today = "2026-11-21";
const pick = <One>(random: Random, all: readonly One[]): One => all[Math.floor(random() * all.length)]!;
const between = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const two = (value: number): string => String(value).padStart(2, "0");
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
const comma = (value: number, decimals = 0): string =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const shortened = (value: number): string => String(Number(value.toPrecision(3)));
const wide = (written: string): string =>
  written.replaceAll(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

/** Ways to write pieces in Korean, of whole and of rounded numbers. */
const koreanQuantities: ((value: number) => string)[] = [
  (value) => `${comma(value)}개`,
  (value) => `**${comma(value)}**개`,
  (value) => `${comma(value)} 개`,
  (value) => `${value}개`,
  (value) => `${wide(comma(value))}개`,
  (value) => (value >= 10_000 ? `${Math.floor(value / 10_000)}만 ${comma(value % 10_000)}개` : `${comma(value)}개`),
  (value) => (value >= 10_000 ? `약 ${shortened(value / 10_000)}만 개` : `약 ${comma(Number(value.toPrecision(2)))}개`),
  (value) => (value >= 1_000 ? `약 ${comma(Number(value.toPrecision(3)))}개` : `${value}개`),
];
const englishQuantities: ((value: number) => string)[] = [
  (value) => `${comma(value)} pieces`,
  (value) => `**${comma(value)}** pieces`,
  (value) => `${value} units`,
  (value) => (value >= 1_000 ? `about ${shortened(value / 1_000)}k pieces` : `${value} pieces`),
  (value) => (value >= 100_000 ? `about ${shortened(value / 1_000_000)} million pieces` : `${comma(value)} pcs`),
  (value) => (value >= 1_000 ? `roughly ${comma(Number(value.toPrecision(3)))} pieces` : `${value} pieces`),
];

class Words {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  ko = (value: number): Figure => ({ value, kind: "quantity", write: pick(this.#random, koreanQuantities) });
  en = (value: number): Figure => ({ value, kind: "quantity", write: pick(this.#random, englishQuantities) });
  cell = (value: number): Figure => ({ value, kind: "quantity", write: (one) => comma(one) });
  count = (value: number): Figure => ({ value, kind: "batches", write: (one) => `${comma(one)}건` });
  batches = (value: number): Figure => ({ value, kind: "batches", write: (one) => `${comma(one)} batches` });
  countCell = (value: number): Figure => ({ value, kind: "batches", write: (one) => comma(one) });
  average = (value: number): Figure => {
    const decimals = pick(this.#random, [0, 1, 2]);
    return { value, kind: "average", write: (one) => comma(one, decimals) };
  };
  percent = (value: number): Figure => {
    const write = pick(this.#random, [
      (one: number) => `${one.toFixed(1)}%`,
      (one: number) => `${one.toFixed(1)} %`,
      (one: number) => `${one.toFixed(2)}%`,
      (one: number) => `${one.toFixed(1)}％`,
    ]);
    return { value: Math.abs(value), kind: "percent", write };
  };
}

const names = [
  "Crystal Monthly 2P",
  "아쿠아 원데이 10P",
  "비너스 브라운 원데이",
  "Comfort Toric -0.75 AX10",
  "멀티포컬 LOW 3P",
  "Noir Black 샘플",
  "실크핏 원데이 30P",
  "하이드로 먼슬리 6P",
];
const codes = ["BW0021", "B0061", "C1203", "T0310", "M0007", "C50%UV", "B_061", "BW0021/KR"];

const amount = (random: Random): number => Math.floor(10 ** (3 + 3 * random())) + between(random, 0, 9);

/** A scene of one of the tools. */
export function sceneFrom(seed: number): Scene {
  const random = randomFrom(seed);
  return pick(random, [ofSummary, ofTrend, ofTop, ofComparison, ofHistory, ofQuery, ofSearch, ofTwoItems])(
    random,
    new Words(random),
  );
}

function ofSummary(random: Random, { ko, en, count, batches, average, cell, countCell }: Words): Scene {
  const month = between(random, 1, 10);
  const [from, to] = [`2026-${two(month)}-01`, `2026-${two(month)}-${lastDay(2026, month)}`];
  const total = amount(random);
  const batch = between(random, 2, 300);
  const code = pick(random, codes);
  const mean = total / batch;
  const days = lastDay(2026, month);
  return {
    ground: { query: `${month}월 ${code} 총 생산량은?`, today, runs: [summary(from, to, total, batch, code)] },
    answers: [
      [`2026년 ${month}월 ${code}의 총 생산량은 `, ko(total), "입니다."],
      [`기간: ${from} ~ ${to}\n\n${code}: 총 `, ko(total), " (", count(batch), ", 평균 ", average(mean), "개)"],
      [
        `${code}은 ${month}월 1일부터 ${month}월 ${days}일까지 `,
        count(batch),
        "의 배치로 ",
        ko(total),
        "를 생산했습니다.",
      ],
      [
        "| 항목 | 값 |\n|---|---:|\n| 총 생산량 | ",
        cell(total),
        " |\n| 배치 수 | ",
        countCell(batch),
        " |\n| 배치 평균 | ",
        average(mean),
        " |",
      ],
      [`| 제품 | 생산량(개) | 배치(건) |\n|---|---|---|\n| ${code} | `, cell(total), " | ", countCell(batch), " |"],
      [`하루 평균 `, average(total / days), `개를 생산했습니다 (${days}일 기준).`],
      [`- 총 생산량: `, ko(total), "\n- 배치 수: ", count(batch), "\n- 배치당 평균: ", average(mean), "개"],
      [`From ${from} to ${to}, ${code} made `, en(total), " in ", batches(batch), "."],
      [`${code} made `, en(total), `; the average batch held `, average(mean), " pieces."],
    ],
  };
}

function ofTrend(random: Random, { ko, en, count, percent, average, cell, countCell }: Words): Scene {
  const first = between(random, 1, 6);
  const length = between(random, 3, 5);
  const code = random() < 0.5 ? undefined : pick(random, codes);
  const months = Array.from({ length }, (_, at) => ({
    name: `2026-${two(first + at)}`,
    month: first + at,
    total: amount(random) + 1000,
    batch: between(random, 5, 200),
  }));
  const to = `2026-${two(first + length - 1)}-${lastDay(2026, first + length - 1)}`;
  const rows = months.map(({ name, total, batch }): [string, number, number] => [name, total, batch]);
  const sum = months.reduce((all, { total }) => all + total, 0);
  const [a, b] = [months[0]!, months[1]!];
  const last = months.at(-1)!;
  const most = months.reduce((best, one) => (one.total > best.total ? one : best));
  const least = months.reduce((best, one) => (one.total < best.total ? one : best));
  const verb = b.total >= a.total ? "증가" : "감소";
  const english = "January February March April May June July August September October November December".split(" ");
  return {
    ground: { query: "월별 추이 알려줘", today, runs: [trend(`2026-${two(first)}-01`, to, rows, code)] },
    answers: [
      [`${a.month}월 `, ko(a.total), `, ${b.month}월 `, ko(b.total), "입니다."],
      [
        `${b.month}월은 ${a.month}월보다 `,
        ko(Math.abs(b.total - a.total)),
        " (",
        percent((100 * (b.total - a.total)) / a.total),
        `) ${verb}했습니다.`,
      ],
      ["합계는 ", ko(sum), "이고 월평균은 ", average(sum / length), "개입니다."],
      [
        `가장 많은 달은 ${most.month}월(`,
        ko(most.total),
        `), 가장 적은 달은 ${least.month}월(`,
        ko(least.total),
        ")입니다.",
      ],
      [
        "| 월 | 생산량(개) | 배치(건) |\n|---|---:|---:|\n",
        ...months.flatMap(({ name, total, batch }) => [`| ${name} | `, cell(total), " | ", countCell(batch), " |\n"]),
        "| 합계 | ",
        cell(sum),
        " | |",
      ],
      [...months.flatMap(({ month, total, batch }) => [`- ${month}월: `, ko(total), " (", count(batch), ")\n"])],
      [`${most.month}월이 전체의 `, percent((100 * most.total) / sum), "를 차지합니다."],
      [
        `In ${english[a.month - 1]} `,
        en(a.total),
        ` were made and in ${english[last.month - 1]} `,
        en(last.total),
        ".",
      ],
      [`Output totalled `, en(sum), `, with a peak of `, en(most.total), ` in ${english[most.month - 1]}.`],
    ],
  };
}

function ofTop(random: Random, { ko, en, percent, cell, average }: Words): Scene {
  const length = between(random, 3, 8);
  const start = between(random, 0, 7);
  const totals = Array.from({ length }, () => amount(random)).sort((x, y) => y - x);
  const items = totals.map((total, at) => ({ code: codes[(start + at) % 8]!, name: names[(start + at) % 8]!, total }));
  const sum = totals.reduce((all, one) => all + one, 0);
  const [a, b] = [items[0]!, items[1]!];
  const many = totals[0]! > totals[1]!;
  return {
    ground: {
      query: "10월에 많이 만든 제품은?",
      today,
      runs: [
        top(
          "2026-10-01",
          "2026-10-31",
          items.map(({ code, name, total }) => [code, name, total]),
        ),
      ],
    },
    answers: [
      [`1위는 ${a.code}(${a.name})로 `, ko(a.total), `, 2위는 ${b.code}로 `, ko(b.total), "입니다."],
      [
        "| 순위 | 코드 | 제품명 | 생산량(개) | 비중 |\n|---:|---|---|---:|---:|\n",
        ...items.flatMap(({ code, name, total }, at) => [
          `| ${at + 1} | ${code} | ${name} | `,
          cell(total),
          " | ",
          percent((100 * total) / sum),
          " |\n",
        ]),
      ],
      [...items.flatMap(({ code, total }, at) => [`${at + 1}. ${code}: `, ko(total), "\n"])],
      [`상위 ${length}개 제품의 합계는 `, ko(sum), "입니다."],
      [`${a.code}의 비중은 `, percent((100 * a.total) / sum), "입니다."],
      many ? [`${a.code}은 ${b.code}보다 `, ko(a.total - b.total), " 많습니다."] : ["2026년 10월 순위입니다."],
      [`제품당 평균은 `, average(sum / length), "개입니다."],
      [`${a.code} leads with `, en(a.total), `, followed by ${b.code} with `, en(b.total), "."],
      [`${a.code} accounts for `, percent((100 * a.total) / sum), ` of the total of `, en(sum), "."],
    ],
  };
}

function ofComparison(random: Random, { ko, en, count, percent, cell, average }: Words): Scene {
  const month = between(random, 2, 10);
  const [now, base] = [amount(random) + 500, amount(random) + 500];
  const [nowBatch, baseBatch] = [between(random, 5, 90), between(random, 5, 90)];
  const side = (at: number, total: number, batch: number): [string, string, number, number] => [
    `2026-${two(at)}-01`,
    `2026-${two(at)}-${lastDay(2026, at)}`,
    total,
    batch,
  ];
  const rate = (100 * (now - base)) / base;
  const verb = now >= base ? "증가" : "감소";
  const rose = now >= base ? "more" : "less";
  return {
    ground: {
      query: `${month}월과 ${month - 1}월 비교`,
      today,
      runs: [compare(side(month, now, nowBatch), side(month - 1, base, baseBatch))],
    },
    answers: [
      [
        `${month}월 생산량은 `,
        ko(now),
        `로 ${month - 1}월(`,
        ko(base),
        ") 대비 ",
        ko(Math.abs(now - base)),
        "(",
        percent(rate),
        `) ${verb}했습니다.`,
      ],
      [`${month}월 `, ko(now), ", ", count(nowBatch), `; ${month - 1}월 `, ko(base), ", ", count(baseBatch)],
      [
        `| 구분 | ${month}월 | ${month - 1}월 |\n|---|---:|---:|\n| 총 생산량(개) | `,
        cell(now),
        " | ",
        cell(base),
        " |\n| 배치 평균(개) | ",
        average(now / nowBatch),
        " | ",
        average(base / baseBatch),
        " |",
      ],
      [`전월 대비 `, percent(rate), ` ${verb}`],
      ["두 달의 합계는 ", ko(now + base), "입니다."],
      [
        `In this month `,
        en(now),
        ` were made, `,
        en(Math.abs(now - base)),
        ` ${rose} than the month before (`,
        en(base),
        ").",
      ],
    ],
  };
}

function ofHistory(random: Random, { ko, en, cell }: Words): Scene {
  const code = pick(random, codes);
  const length = between(random, 3, 8);
  const records = Array.from({ length }, (_, at) => {
    const day = `2026-11-${two(20 - at * 2)}`;
    return {
      day,
      lot: `LT${day.slice(2).replaceAll("-", "")}-${String(between(random, 1, 99)).padStart(3, "0")}`,
      quantity: between(random, 300, 6000),
    };
  });
  const sum = records.reduce((all, { quantity }) => all + quantity, 0);
  const [first] = records;
  return {
    ground: {
      query: `${code} 최근 이력`,
      today,
      runs: [
        history(
          code,
          records.map(({ day, lot, quantity }) => [day, lot, quantity]),
        ),
      ],
    },
    answers: [
      [
        `${code}의 최근 생산 기록 ${length}건입니다. 마지막은 ${first!.day} ${first!.lot}, `,
        ko(first!.quantity),
        "입니다.",
      ],
      [
        "| 생산일 | 로트 | 수량(개) |\n|---|---|---:|\n",
        ...records.flatMap(({ day, lot, quantity }) => [`| ${day} | ${lot} | `, cell(quantity), " |\n"]),
      ],
      ["합계는 ", ko(sum), "입니다."],
      [`The last lot was ${first!.lot} with `, en(first!.quantity), "."],
      [
        ...records.flatMap(({ day, quantity }) => [
          `- ${Number(day.slice(5, 7))}월 ${Number(day.slice(8))}일: `,
          ko(quantity),
          "\n",
        ]),
      ],
    ],
  };
}

function ofQuery(random: Random, { ko, count, cell, countCell, en }: Words): Scene {
  const month = between(random, 1, 10);
  const rows = Array.from({ length: between(random, 3, 7) }, (_, at) => ({
    day: `2026-${two(month)}-${two(1 + at * 3)}`,
    total_production: amount(random),
    batch_count: between(random, 1, 40),
  })).sort((x, y) => y.total_production - x.total_production);
  const sum = rows.reduce((all, { total_production }) => all + total_production, 0);
  const [best] = rows;
  const dayOf = (day: string): number => Number(day.slice(8));
  return {
    ground: {
      query: `${month}월 생산이 많은 날은?`,
      today,
      runs: [
        queried(
          "SELECT day FROM production_records WHERE production_date >= ? AND production_date < ?",
          [`2026-${two(month)}-01`, `2026-${two(month + 1)}-01`],
          rows,
        ),
      ],
    },
    answers: [
      [`가장 많이 생산한 날은 ${month}월 ${dayOf(best!.day)}일(`, ko(best!.total_production), ")입니다."],
      [
        "| 날짜 | 생산량 | 배치 수 |\n|---|---:|---:|\n",
        ...rows.flatMap((row) => [
          `| ${row.day} | `,
          cell(row.total_production),
          " | ",
          countCell(row.batch_count),
          " |\n",
        ]),
      ],
      [
        ...rows.flatMap((row, at) => [
          `${at + 1}. ${row.day}: `,
          ko(row.total_production),
          " (",
          count(row.batch_count),
          ")\n",
        ]),
      ],
      [`이 ${rows.length}일의 합계는 `, ko(sum), "입니다."],
      [`The best day was ${best!.day} with `, en(best!.total_production), "."],
    ],
  };
}

function ofSearch(random: Random, { count, countCell }: Words): Scene {
  const length = between(random, 2, 6);
  const items = Array.from({ length }, (_, at) => ({
    code: codes[at]!,
    name: names[at]!,
    records: between(random, 3, 5000),
  }));
  return {
    ground: {
      query: "제품 찾아줘",
      today,
      runs: [
        found(
          "원데이",
          items.map(({ code, name, records }) => [code, name, records]),
        ),
      ],
    },
    answers: [
      [
        `제품 ${length}개를 찾았습니다.\n`,
        ...items.flatMap(({ code, name, records }) => [`- ${code} (${name}): `, count(records), "\n"]),
      ],
      [
        "| 코드 | 제품명 | 기록 수 |\n|---|---|---:|\n",
        ...items.flatMap(({ code, name, records }) => [`| ${code} | ${name} | `, countCell(records), " |\n"]),
      ],
    ],
  };
}

function ofTwoItems(random: Random, { ko, en, percent, cell }: Words): Scene {
  const [a, b] = [codes[between(random, 0, 3)]!, codes[between(random, 4, 7)]!];
  const [x, y] = [amount(random), amount(random)];
  const all = x + y + amount(random);
  const run = (total: number, code?: string) =>
    summary("2026-10-01", "2026-10-31", total, between(random, 3, 60), code);
  const [more, less] = x >= y ? [a, b] : [b, a];
  return {
    ground: { query: `${a}와 ${b} 비교`, today, runs: [run(x, a), run(y, b), run(all)] },
    answers: [
      [`${a}은 `, ko(x), `, ${b}은 `, ko(y), "입니다."],
      [`${more}은 ${less}보다 `, ko(Math.abs(x - y)), " 많습니다."],
      [`${a}의 비중은 전체 `, ko(all), " 중 ", percent((100 * x) / all), "입니다."],
      ["두 제품의 합은 ", ko(x + y), "입니다."],
      [`${a} made `, en(x), ` and ${b} made `, en(y), "."],
      [
        `| 제품 | 생산량(개) | 비중(%) |\n|---|---|---|\n| ${a} | `,
        cell(x),
        " | ",
        percent((100 * x) / all),
        ` |\n| ${b} | `,
        cell(y),
        " | ",
        percent((100 * y) / all),
        " |",
      ],
    ],
  };
}

export const faults = [
  "one digit",
  "two digits swapped",
  "ten times",
  "a tenth",
  "another entry's",
  "some points",
  "invented",
] as const;
export type Fault = (typeof faults)[number];

/** The answer with one figure made wrong; null where that figure cannot be wrong in this way. */
export function spoiled(
  answer: Answer,
  fault: Fault,
  random: Random,
): { answer: Answer; figure: Figure; before: Figure } | null {
  const places = answer.flatMap((part, at) => (typeof part === "string" ? [] : [at]));
  if (places.length === 0) return null;
  const at = pick(random, places);
  const before = answer[at] as Figure;
  const value = wrongValue(before, fault, answer, random);
  if (value === null || value === before.value || before.write(value) === before.write(before.value)) return null;
  const figure = { ...before, value };
  return { answer: answer.with(at, figure), figure, before };
}

function wrongValue({ value, kind }: Figure, fault: Fault, answer: Answer, random: Random): number | null {
  const whole = kind === "quantity" || kind === "batches";
  const digits = String(Math.round(value));
  switch (fault) {
    case "one digit": {
      if (!whole) return null;
      const at = between(random, 0, digits.length - 1);
      const other = (Number(digits[at]) + between(random, 1, 9)) % 10;
      return Number(digits.slice(0, at) + other + digits.slice(at + 1)) || null;
    }
    case "two digits swapped": {
      if (!whole || digits.length < 2) return null;
      const at = between(random, 0, digits.length - 2);
      return Number(digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2)) || null;
    }
    case "ten times":
      return whole || kind === "average" ? value * 10 : null;
    case "a tenth":
      return whole && value >= 100 ? Math.round(value / 10) : null;
    case "another entry's": {
      const others = answer.filter(
        (one): one is Figure => typeof one !== "string" && one.kind === kind && one.value !== value,
      );
      return others.length === 0 ? null : pick(random, others).value;
    }
    case "some points":
      return kind === "percent" ? value + (0.3 + 4.7 * random()) * (random() < 0.5 || value < 6 ? 1 : -1) : null;
    case "invented":
      return whole ? Math.floor(value * (0.3 + 2 * random())) + 7 : null;
  }
}
