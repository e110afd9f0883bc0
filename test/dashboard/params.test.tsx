/** @jsxImportSource hono/jsx */
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { parseFilter } from "../../src/dashboard/filter.ts";
import { FilterBar } from "../../src/dashboard/filter-bar.tsx";
import { texts } from "../../src/dashboard/i18n/language.ts";
import { type Params, parseParams, valuesOf } from "../../src/dashboard/params.ts";
import { link, type View } from "../../src/dashboard/view.ts";

const told = (name: string) => () => (text: string) => `${name} is not ${text}`;
const number = z.optional(z.string().transform(Number).pipe(z.number()));
const params = {
  least: { schema: number, fault: told("least"), field: () => <input name="least" /> },
  most: {
    schema: number,
    fault: told("most"),
    suits: (value: number, { least }: Readonly<Record<string, unknown>>) =>
      least === undefined || value >= Number(least),
  },
  window: { schema: z.enum(["7", "28"]).default("7"), fault: told("window") },
  open: { schema: z.string().optional(), fault: told("open"), passing: true },
} satisfies Params;

function viewOf(address: string): View {
  const query = new URL(address, "http://hub").searchParams;
  const now = { today: "2026-11-21", newest: "2026-11-19" };
  const fields = { path: "/p", texts: texts.en, names: new Map(), format: { exact: String } };
  return { ...fields, ...parseFilter(query, now), ...parseParams(params, query, texts.en) } as unknown as View;
}

describe("a page's own parameters", () => {
  test("have the values that the address says, or their defaults", () => {
    expect(valuesOf(params, viewOf("/p?least=1.5&most=20&window=28"))).toMatchObject({
      least: 1.5,
      most: 20,
      window: "28",
    });
    expect(valuesOf(params, viewOf("/p?least=&other=1"))).toEqual({
      least: undefined,
      most: undefined,
      window: "7",
      open: undefined,
    });
    expect(valuesOf(params, viewOf("/p?least=1&least=%202%20")).least).toBe(2);
  });

  test("that mean nothing, or do not go with another, are told and left out", () => {
    const view = viewOf(`/p?least=5&most=4&window=${"8".repeat(80)}`);
    expect(view.params).toEqual({ least: "5" });
    expect(view.paramFaults).toEqual(["most is not 4", `window is not ${"8".repeat(60)}…`]);
    expect(viewOf("/p?least=many&most=4").params).toEqual({ most: "4" });
  });

  test("stay in every link to the same page, without defaults, and out of those to others", () => {
    const view = viewOf("/p?period=last_7&least=1&most=2&window=7");
    expect(link(view)).toBe("/p?period=last_7&least=1&most=2");
    expect(link(view, { period: "today" })).toBe("/p?period=today&least=1&most=2");
    expect(link(view, { params: { least: null, most: "a&b" } })).toBe("/p?period=last_7&most=a%26b");
    expect(link(view, {}, "/other")).toBe("/other?period=last_7");
    expect(link(view, { params: { least: "3" } }, "/other")).toBe("/other?period=last_7&least=3");
  });

  test("that say where on the page one is stay until the filter or another parameter changes", () => {
    const view = viewOf("/p?least=1&open=a");
    expect(link(view)).toBe("/p?least=1&open=a");
    expect(link(view, { params: { open: "b" } })).toBe("/p?least=1&open=b");
    expect(link(view, { params: { least: "2" } })).toBe("/p?least=2");
    expect(link(view, { q: "x" })).toBe("/p?q=x&least=1");
    expect(link(viewOf("/p?least=1"), { params: { open: "a" } })).toBe("/p?least=1&open=a");
    expect(String(<FilterBar view={view} params={params} />)).not.toContain('name="open"');
  });

  test("stay when the filter is sent: each has its field or goes along unseen", () => {
    const html = String(<FilterBar view={viewOf("/p?least=1&most=2&window=soon")} params={params} />);
    expect(html.match(/<input [^>]*name="(?:least|most|window)"[^>]*>/g)).toEqual([
      '<input name="least"/>',
      '<input type="hidden" name="most" value="2"/>',
    ]);
    expect(html).toContain("<li>window is not soon</li>");
  });
});
