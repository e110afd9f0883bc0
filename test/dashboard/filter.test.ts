import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addressOf,
  comparedDays,
  comparisons,
  type Filter,
  parseFilter,
  periods,
  unitChoices,
  unitOf,
} from "../../src/dashboard/filter.ts";

// A Saturday.
const now = { today: "2026-11-21", newest: "2026-11-19" };
const parse = (query: string) => parseFilter(new URLSearchParams(query), now);
const days = (query: string): [string, string] => {
  const { from, to } = parse(query).filter;
  return [from, to];
};

describe("a filter's period", () => {
  test.each([
    ["today", "2026-11-21", "2026-11-21"],
    ["yesterday", "2026-11-20", "2026-11-20"],
    ["this_week", "2026-11-16", "2026-11-19"],
    ["last_7", "2026-11-13", "2026-11-19"],
    ["last_30", "2026-10-21", "2026-11-19"],
    ["last_90", "2026-08-22", "2026-11-19"],
    ["this_month", "2026-11-01", "2026-11-19"],
    ["last_month", "2026-10-01", "2026-10-31"],
    ["this_quarter", "2026-10-01", "2026-11-19"],
    ["last_quarter", "2026-07-01", "2026-09-30"],
    ["this_year", "2026-01-01", "2026-11-19"],
    ["last_year", "2025-01-01", "2025-12-31"],
  ])("%s is %s to %s on a Saturday whose data end two days before", (period, from, to) => {
    expect(days(`period=${period}`)).toEqual([from, to]);
  });

  test("is the last 30 days of data where the address names none", () => {
    expect(parse("").filter).toEqual({
      period: "last_30",
      from: "2026-10-21",
      to: "2026-11-19",
      items: [],
      q: "",
      compare: "previous",
      unit: "auto",
    });
  });

  test("that is over ends where the data end, unless only such days are missing as are usual without production", () => {
    const until = (newest: string, query: string) => {
      const { filter } = parseFilter(new URLSearchParams(query), { ...now, newest });
      const before = comparedDays(filter)!;
      return [filter.to, before.from, before.to];
    };
    expect(until("2026-10-20", "period=last_month")).toEqual(["2026-10-20", "2026-09-01", "2026-09-20"]);
    expect(until("2026-10-29", "period=last_month")).toEqual(["2026-10-31", "2026-09-01", "2026-09-30"]);
    expect(until("2026-08-31", "period=last_quarter")).toEqual(["2026-08-31", "2026-04-01", "2026-05-31"]);
    expect(until("2026-10-20", "period=this_quarter&compare=last_year")).toEqual([
      "2026-10-20",
      "2025-10-01",
      "2025-10-20",
    ]);
  });

  test("that goes on ends today where its data are of earlier periods alone, or there are none", () => {
    for (const newest of ["2026-10-20", null]) {
      const { from, to } = parseFilter(new URLSearchParams("period=this_month"), { ...now, newest }).filter;
      expect([from, to]).toEqual(["2026-11-01", "2026-11-21"]);
    }
  });

  test("ends today while there are no data", () => {
    expect(parseFilter(new URLSearchParams("period=last_7"), { ...now, newest: null }).filter.to).toBe("2026-11-21");
  });

  test("is any range, of which one end may be missing, and a named period wins over it", () => {
    expect(days("from=2026-01-05&to=2026-02-01")).toEqual(["2026-01-05", "2026-02-01"]);
    expect(days("from=2026-01-05")).toEqual(["2026-01-05", "2026-11-19"]);
    expect(days("to=2026-01-05")).toEqual(["2026-01-05", "2026-01-05"]);
    expect(days("period=today&from=2026-01-05&to=2026-02-01")).toEqual(["2026-11-21", "2026-11-21"]);
    expect(days("period=custom&from=0001-01-01&to=9999-12-31")).toEqual(["0001-01-01", "9999-12-31"]);
  });
});

describe("what means nothing in an address", () => {
  test.each([
    ["period=soon", "period", "soon"],
    ["from=2026-02-30&to=2026-03-01", "from", "2026-02-30"],
    ["to=yesterday", "to", "yesterday"],
    ["from=2026-03-02&to=2026-03-01", "range", "2026-03-02 > 2026-03-01"],
    ["compare=never", "compare", "never"],
    ["compare_from=2026-02-30", "compare", "2026-02-30,2026-02-30"],
    ["compare=custom&compare_from=2026-02-02&compare_to=2026-02-01", "compare", "2026-02-02,2026-02-01"],
    ["unit=second", "unit", "second"],
  ])("%s is told and replaced by the default", (query, field, value) => {
    const { filter, faults } = parse(query);
    expect(faults).toEqual([{ field, value } as never]);
    expect(filter).toEqual(parse("").filter);
  });

  test("is cut where it is long, and a keyword of more than 100 characters is not used", () => {
    const { filter, faults } = parse(`q=${"x".repeat(101)}`);
    expect(filter.q).toBe("");
    expect(faults).toEqual([{ field: "q", value: `${"x".repeat(60)}…` }]);
  });
});

test("an address leaves out what is the default, and reads as people write it", () => {
  const { filter } = parse("period=last_7&items=BW0021,A/1,50%25&q=%EB%A0%8C%EC%A6%88&compare=none&unit=week&other=1");
  expect(filter.items).toEqual(["BW0021", "A/1", "50%"]);
  expect(addressOf("/", filter)).toBe(
    "/?period=last_7&items=BW0021,A%2F1,50%25&q=%EB%A0%8C%EC%A6%88&compare=none&unit=week",
  );
  expect(addressOf("/", parse("").filter)).toBe("/");
});

const code = fc
  .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."ABab01%2C5,/_&=+# 렌😀") })
  .map((text) => text.trim())
  .filter(Boolean);
const filters: fc.Arbitrary<Filter> = fc
  .record({
    period: fc.constantFrom(...periods, "custom" as const),
    items: fc.uniqueArray(code, { maxLength: 5 }),
    q: fc.string({ maxLength: 20 }).map((text) => text.trim()),
    compare: fc.constantFrom(...comparisons),
    unit: fc.constantFrom(...unitChoices),
  })
  .map((drawn) => {
    const { from, to } = parse(
      drawn.period === "custom" ? "from=2024-02-29&to=2025-01-01" : `period=${drawn.period}`,
    ).filter;
    const other = { from: "2023-05-01", to: "2023-05-31" };
    return { ...drawn, from, to, ...(drawn.compare === "custom" ? { other } : {}) };
  });

test("every filter is what its address says, whatever the codes and the keyword hold", () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const { filter: read, faults } = parseFilter(new URL(addressOf("/", filter), "http://hub").searchParams, now);
      expect(read).toEqual(filter);
      expect(faults).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("whatever an address holds, there is a filter whose days are in order", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom("period", "from", "to", "items", "q", "compare", "compare_from", "compare_to", "unit"),
          fc.string(),
        ),
      ),
      (pairs) => {
        const { filter } = parseFilter(new URLSearchParams(pairs), now);
        expect(filter.from <= filter.to).toBe(true);
        expect(comparisons).toContain(filter.compare);
      },
    ),
    { numRuns: 200 },
  );
});

describe("what a period is compared with", () => {
  const compared = (query: string) => {
    const range = comparedDays(parse(query).filter);
    return range && [range.from, range.to];
  };
  test.each([
    ["period=today", "2026-11-20", "2026-11-20"],
    ["period=this_week", "2026-11-09", "2026-11-12"],
    ["period=last_7", "2026-11-06", "2026-11-12"],
    ["period=this_month", "2026-10-01", "2026-10-19"],
    ["period=last_month", "2026-09-01", "2026-09-30"],
    ["period=this_quarter", "2026-07-01", "2026-08-19"],
    ["period=this_quarter&compare=last_year", "2025-10-01", "2025-11-19"],
    ["period=last_quarter", "2026-04-01", "2026-06-30"],
    ["period=last_quarter&compare=last_year", "2025-07-01", "2025-09-30"],
    ["from=2025-02-01&to=2025-02-28&compare=last_year", "2024-02-01", "2024-02-29"],
    ["from=2026-10-01&to=2026-10-31", "2026-09-01", "2026-09-30"],
    ["period=this_year", "2025-01-01", "2025-11-19"],
    ["period=last_year", "2024-01-01", "2024-12-31"],
    ["from=2026-03-01&to=2026-03-10", "2026-02-19", "2026-02-28"],
    ["period=last_month&compare=last_year", "2025-10-01", "2025-10-31"],
    ["from=2024-02-29&to=2024-02-29&compare=last_year", "2023-02-28", "2023-02-28"],
  ])("%s: %s to %s", (query, from, to) => {
    expect(compared(query)).toEqual([from, to]);
  });
  test("is any range, which begins with the previous period's days; a named comparison wins over it", () => {
    expect(compared("compare_from=2020-01-01&compare_to=2020-03-01")).toEqual(["2020-01-01", "2020-03-01"]);
    expect(compared("compare_to=2020-03-01")).toEqual(["2020-03-01", "2020-03-01"]);
    expect(compared("period=last_7&compare=custom")).toEqual(["2026-11-06", "2026-11-12"]);
    expect(compared("period=last_7&compare=previous&compare_from=2020-01-01")).toEqual(["2026-11-06", "2026-11-12"]);
  });
  test("nothing, where nothing is wanted", () => {
    expect(compared("compare=none")).toBeNull();
  });
});

test("the unit of a series follows its length unless it is chosen", () => {
  const unit = (query: string) => unitOf(parse(query).filter);
  expect(["last_90", "this_year"].map((period) => unit(`period=${period}`))).toEqual(["day", "week"]);
  expect(unit("from=2020-01-01&to=2026-11-21")).toBe("month");
  expect(unit("from=0001-01-01&to=9999-12-31")).toBe("year");
  expect(unit("period=this_year&unit=day")).toBe("day");
});
