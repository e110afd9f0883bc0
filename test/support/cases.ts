import fc from "fast-check";
import type { Query } from "../oracle.ts";
import type { Factory, Row } from "./files.ts";
import { SUMMARIES } from "./summaries.ts";

/** Which files a factory has. A reused hub keeps its set, because a file that goes away is answered from its last version. */
export interface Layout {
  readonly live: boolean;
  readonly years: readonly number[];
  readonly cutoffYear?: number;
}

/** One request, or one cursor walk (endpoint `walk`). */
export interface Asked {
  readonly endpoint: string;
  readonly query: Query;
  /** Picks one of the rows as the cursor. */
  readonly cursor: number | null;
  /** Ways of writing the same request that must not change its answer. */
  readonly spelling: readonly Spelling[];
}

/** Under /api/v1, with a trailing slash, with an unknown, an empty or a repeated parameter. */
export type Spelling = "version" | "slash" | "unknown" | "empty" | "repeated";

/** One small nasty database and what it is asked. */
export interface Case {
  readonly layout: Layout;
  readonly factory: Factory;
  readonly written: "renamed" | "in place" | "in place, WAL";
  /** Whether a hub is started for this case alone. */
  readonly fresh: boolean;
  readonly requests: readonly Asked[];
}

const LAYOUTS: readonly Layout[] = [
  { live: true, years: [2025] },
  { live: true, years: [] },
  { live: true, years: [2021, 2024, 2025] },
  { live: false, years: [2023, 2025] },
  { live: true, years: [2022, 2023, 2024, 2025] },
  { live: true, years: [2024, 2025], cutoffYear: 2023 },
  { live: true, years: [2024], cutoffYear: 2025 },
];

const CODES = [..."BW0021,B0061,bw0021,C1203,A/1,50%,A_1,AB1,품목,😀1,～1,=1+1,#1?&+".split(","), '"'];
const NAMES = [
  null,
  "렌즈",
  "클리어 렌즈 신형",
  "Clear_Lens",
  "100% UV",
  'a,"b"',
  "줄\n바꿈",
  "=cmd()",
  "LENS",
  "Ünï",
  "'",
];
const LOTS = [null, "LT260113-001", "LT260113-002", "lt26", "LT%", "LT_", "", "-1", "@x"];
const DAYS = ["2021", "2022", "2023", "2024", "2025", "2026"]
  .flatMap((year) => [`${year}-01-01`, `${year}-01-02`, `${year}-06-15`, `${year}-12-31`])
  .concat(["0001-01-01", "9999-12-31", "2024-02-29", "2020-12-31", "2024-12-30"]);
const TIMES = [" 오전 12:00:00", "", " 오후 03:04:05", " 14:05:00", "T00:00:00Z", "0"];
const UNDATED = [
  "2026-02-30",
  "0000-00-00",
  "",
  "미정",
  "2026-1-3",
  "20260113",
  "2023-02-29 오전 12:00:00",
  " 2026-01-13",
];
// A REAL column keeps what is no number as it is.
const ODD = ["abc", "12abc", Buffer.from("7개"), Number.POSITIVE_INFINITY] as unknown as number[];
const QUARTERS = [100, 250, 0, -5, 0.5, -0.25, 12.125, 1e9, null, ...ODD];
// No negative tenths: their rounding errors would not cancel, and ties would depend on the order of addition.
const TENTHS = [100, 0.1, 0.2, 0.3, 1.1, 0, null];
const SEARCHES = [..."렌즈,lens,L,%,_,0,t26,BW,/,=,ü,Ü,😀,없음,\\,*,\n".split(","), '"'];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const dateText = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(pick(DAYS), pick(TIMES)).map(([day, time]) => day + time) },
  { weight: 1, arbitrary: pick(UNDATED) },
);

const rowsOf = (quantities: readonly (number | null)[]) =>
  fc.uniqueArray(
    fc.record({
      id: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(2 ** 40)),
      production_date: dateText,
      lot_number: pick(LOTS),
      item_code: pick(CODES),
      item_name: pick(NAMES),
      good_quantity: pick(quantities),
    }),
    // Fewer than 100 rows: a table that loses many of more is held back for a while as a refill in progress.
    { selector: ({ id }) => id, maxLength: 25 },
  );

/** A row copied to another file, as it is or changed: there it takes the place of the row with the same id. */
const copy = fc.record({
  from: fc.nat(4),
  row: fc.nat(24),
  to: fc.nat(4),
  changed: fc.constantFrom(false, false, true),
});

const factoryOf = (layout: Layout): fc.Arbitrary<Factory> => {
  const files = layout.years.length + Number(layout.live);
  return pick([QUARTERS, QUARTERS, TENTHS])
    .chain((quantities) =>
      fc.record({
        tables: fc.array(rowsOf(quantities), { minLength: files, maxLength: files }),
        copies: fc.array(copy, { maxLength: 8 }),
      }),
    )
    .map(({ tables, copies }) => {
      const byId = tables.map((rows) => new Map(rows.map((row) => [row.id, row])));
      for (const { from, row, to, changed } of copies) {
        const source = [...(byId[from]?.values() ?? [])];
        const copied = source[row % source.length];
        if (copied) byId[to]?.set(copied.id, changed ? { ...copied, good_quantity: 7 } : copied);
      }
      const rows = byId.map((table): Row[] => [...table.values()]);
      return {
        live: layout.live ? (rows.pop() ?? []) : null,
        archives: new Map(layout.years.map((year, index) => [year, rows[index] ?? []])),
      };
    });
};

type Choices = Readonly<Record<string, fc.Arbitrary<string>>>;

/** At most three of the parameters: with more of them hardly a row would be left. */
const few = (choices: Choices): fc.Arbitrary<Query> =>
  fc
    .subarray(Object.keys(choices), { maxLength: Math.min(3, Object.keys(choices).length) })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, choices[name] ?? fc.constant("")]))));

const code = fc.oneof(
  { weight: 6, arbitrary: pick(CODES) },
  { weight: 1, arbitrary: pick(["XX", "bw002", "BW0021 "]) },
);
const day = pick(DAYS);
const limit = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(1000)).map(String);
const limits: Choices = { limit };
const filters: Choices = {
  date_from: day,
  date_to: day,
  item_code: code,
  q: pick(SEARCHES),
  lot_number: pick(["LT", "LT26", "lt", "LT%", "LT_", "-", "L"]),
  min_quantity: pick(["0", "-5", "0.5", "100", "1e3"]),
  max_quantity: pick(["0", "99.5", "1000000000", "-0.25"]),
  raw_dates: pick(["true", "false"]),
};
/** What summaries take, but for the days, of which there are several. */
const ofSummaries: Choices = { item_code: code, limit, year_month: day.map((one) => one.slice(0, 7)) };
const chosen = (names: readonly string[]): Choices =>
  Object.fromEntries(names.map((name) => [name, /_(from|to)$/.test(name) ? day : ofSummaries[name]!]));
const together = (...parts: fc.Arbitrary<Query>[]): fc.Arbitrary<Query> =>
  fc.tuple(...parts).map((queries) => Object.assign({}, ...queries) as Query);

const noCursor = fc.constant(null);
const asked = (
  endpoint: string | fc.Arbitrary<string>,
  query: fc.Arbitrary<Query>,
  cursor: fc.Arbitrary<number | null> = noCursor,
): fc.Arbitrary<Asked> =>
  fc.record({
    endpoint: typeof endpoint === "string" ? fc.constant(endpoint) : endpoint,
    query: query.map(inOrder),
    cursor,
    spelling: fc.subarray<Spelling>(["version", "slash", "unknown", "empty", "repeated"], { maxLength: 2 }),
  });

/** Turns reversed ranges round: how those are refused is tested elsewhere. */
function inOrder(query: Query): Query {
  const turned = { ...query };
  for (const range of ["date", "period1", "period2"]) {
    const [from, to] = [query[`${range}_from`], query[`${range}_to`]];
    if (from && to && from > to) Object.assign(turned, { [`${range}_from`]: to, [`${range}_to`]: from });
  }
  return turned;
}

const request: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 12,
    arbitrary: asked("/records", together(few(filters), few({ limit, offset: pick(["0", "1", "7", "500"]) }))),
  },
  { weight: 8, arbitrary: asked("/records", together(few(filters), few(limits)), fc.nat(150)) },
  { weight: 8, arbitrary: asked("walk", together(few(filters), fc.record({ limit: pick(["1", "2", "3", "10"]) }))) },
  {
    weight: 6,
    arbitrary: asked(
      code.map((one) => `/records/${encodeURIComponent(one)}`),
      few({ limit, raw_dates: pick(["true", "false"]) }),
    ),
  },
  { weight: 6, arbitrary: asked("/items", few({ q: pick(SEARCHES), limit })) },
  ...Object.entries(SUMMARIES).map(([path, { optional, required = {} }]) => ({
    // Where more can be chosen, more can go wrong.
    weight: 2 * Math.max(2, optional.length + Object.keys(required).length - 1),
    arbitrary: asked(path, together(fc.record(chosen(Object.keys(required))), few(chosen(optional)))),
  })),
  // An export is made by a process of its own, which takes ten times as long as another answer.
  { weight: 1, arbitrary: asked("/records.csv", few(filters)) },
  { weight: 1, arbitrary: asked("/records.xlsx", few(filters)) },
);

/** Draws small nasty databases and requests for every data endpoint of CONTRACT §3. */
export const caseArbitrary: fc.Arbitrary<Case> = pick(LAYOUTS).chain((layout) =>
  fc.record({
    layout: fc.constant(layout),
    factory: factoryOf(layout),
    written: pick(["renamed", "renamed", "in place", "in place, WAL"] as const),
    fresh: fc.noBias(fc.nat(29)).map((drawn) => drawn === 0),
    requests: fc.array(request, { minLength: 1, maxLength: 8 }),
  }),
);
