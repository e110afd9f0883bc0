import { expect, test } from "bun:test";
import type { Evidence } from "../../../src/chat/types.ts";
import { viewOf, viewsOf } from "../../../src/dashboard/chat/evidence-link.ts";
import { parseFilter } from "../../../src/dashboard/filter.ts";

const month = { from: "2026-10-01", to: "2026-10-31" };
const evidence = (fields: Partial<Evidence>): Evidence => ({
  tool: "get_production_summary",
  arguments: { date_from: month.from, date_to: month.to },
  period: month,
  item_code: null,
  row_count: 1,
  segments: ["live"],
  ...fields,
});
const filterOf = (href: string) =>
  parseFilter(new URL(href, "http://hub").searchParams, { today: "2026-11-21", newest: "2026-11-20" });

test("each tool leads to the page that shows what it asked about, with its days, its item and nothing else", () => {
  const shown: [Partial<Evidence>, string][] = [
    [{}, "/?from=2026-10-01&to=2026-10-31"],
    [{ item_code: "BW0021" }, "/?from=2026-10-01&to=2026-10-31&items=BW0021"],
    [{ tool: "get_monthly_trend" }, "/dashboard/trends?from=2026-10-01&to=2026-10-31&unit=month"],
    [{ tool: "get_top_items" }, "/dashboard/items?from=2026-10-01&to=2026-10-31"],
    [{ tool: "get_item_history", item_code: "A/1" }, "/dashboard/batches?from=2026-10-01&to=2026-10-31&items=A%2F1"],
    [
      { tool: "search_production_items", arguments: { keyword: "렌즈 & <b>" }, period: null },
      "/dashboard/items?q=%EB%A0%8C%EC%A6%88+%26+%3Cb%3E",
    ],
    [
      {
        tool: "compare_periods",
        arguments: {
          period1_from: "2026-10-01",
          period1_to: "2026-10-31",
          period2_from: "2025-10-01",
          period2_to: "2025-10-31",
        },
        period: { from: "2025-10-01", to: "2026-10-31" },
      },
      "/dashboard/compare?from=2026-10-01&to=2026-10-31&compare_from=2025-10-01&compare_to=2025-10-31",
    ],
    [{ tool: "execute_custom_query", arguments: { sql: "SELECT 1" } }, "/?from=2026-10-01&to=2026-10-31"],
    [
      { tool: "execute_custom_query", arguments: { sql: "SELECT 1", description: "daily totals" } },
      "/dashboard/trends?from=2026-10-01&to=2026-10-31&unit=day",
    ],
  ];
  for (const [fields, href] of shown) {
    expect([fields.tool, viewOf(evidence(fields), "ko")?.href]).toEqual([fields.tool, href]);
    expect(filterOf(href).faults).toEqual([]);
  }
});

test("codes that need quoting arrive as they are", () => {
  for (const code of ["A/1,5%", "%2C", "A&B=C", "<img>"]) {
    const { href } = viewOf(evidence({ item_code: code }), "ko")!;
    expect(filterOf(href).filter.items).toEqual([code]);
  }
});

test("a query whose days nobody knows leads nowhere", () => {
  const query = evidence({
    tool: "execute_custom_query",
    arguments: { sql: "SELECT COUNT(*) FROM production_records" },
    period: null,
  });
  expect(viewOf(query, "ko")).toBeNull();
  expect(viewsOf([query], "en")).toEqual([]);
});

test("calls that show the same page are one link, named in the language of the question", () => {
  const both = [evidence({}), evidence({}), evidence({ tool: "get_top_items" })];
  expect(viewsOf(both, "ko").map(({ label }) => label)).toEqual([
    "종합 현황 · 2026-10-01 ~ 2026-10-31",
    "제품별 분석 · 2026-10-01 ~ 2026-10-31",
  ]);
  expect(viewsOf([evidence({ item_code: "BW0021" })], "en")[0]!.label).toBe(
    "Overview · 2026-10-01 ~ 2026-10-31 · BW0021",
  );
});
