import { expect, test } from "bun:test";
import { parseFilter } from "../../../src/dashboard/filter.ts";
import { texts } from "../../../src/dashboard/i18n/language.ts";
import { pages } from "../../../src/dashboard/pages/index.ts";
import { link, type View } from "../../../src/dashboard/view.ts";
import { onWall, wallOf, wallSeconds } from "../../../src/dashboard/views/wall.ts";
import type { SavedView } from "../../../src/store/saved-views.ts";

const now = { today: "2026-11-21", newest: "2026-11-19" };

function viewOf(address: string): View {
  const { pathname, searchParams } = new URL(address, "http://hub");
  const coverage = { first: "2020-01-01", last: now.newest, newest: now.newest };
  const fields = { path: pathname, params: {}, texts: texts.en, today: now.today, coverage };
  return { ...fields, ...parseFilter(searchParams, now) } as unknown as View;
}

test("wall=1 is half a minute, other numbers are seconds from 5 to 600, and nothing or 0 is no wall", () => {
  const seconds = (query: string) => wallSeconds(new URLSearchParams(query));
  expect(["wall=1", "wall=yes", "wall=45.4", "wall=3", "wall=-9", "wall=1e9"].map(seconds)).toEqual([
    30, 30, 45, 5, 5, 600,
  ]);
  expect(["", "wall=", "wall=0", "other=1"].map(seconds)).toEqual([null, null, null, null]);
});

test("without marked views all pages of data follow one another with the same filter, and after the last the first", () => {
  const seen: string[] = [];
  let address = "/?period=last_7&items=BW0021";
  const ofData = pages.filter(({ unfiltered }) => !unfiltered);
  for (const _ of ofData) {
    const { next, leave, name } = wallOf(viewOf(address), 30, [saved("not on the wall", "/?period=today", false)]);
    expect([leave, name]).toEqual([address, null]);
    expect(next).toEndWith("?period=last_7&items=BW0021&wall=1");
    address = next.replace(/.wall=1$/, "");
    seen.push(address);
  }
  expect(new Set(seen).size).toBe(ofData.length);
  expect(address).toBe("/?period=last_7&items=BW0021");
});

test("marked views take their place, also from a page that is none of them, and what is no page any more is left out", () => {
  const views = [
    saved("A", "/?period=today"),
    saved("B", "/dashboard/gone"),
    saved("C", "/?compare=none&period=last_30"),
    saved("D", "/?q=x", false),
    saved("E", "/dashboard/operations"),
  ];
  const from = (address: string) => wallOf(viewOf(address), 10, views);
  expect(from("/")).toEqual({ seconds: 10, next: "/?period=today&wall=10", leave: "/", name: null });
  expect(from("/?period=today")).toMatchObject({ next: "/?compare=none&wall=10", name: "A" });
  expect(from("/?compare=none")).toMatchObject({ next: "/?period=today&wall=10", name: "C" });
});

test("the address of a page on the wall says so and leads to the same page", () => {
  expect([onWall("/", 30), onWall("/?q=1", 5)]).toEqual(["/?wall=1", "/?q=1&wall=5"]);
  expect(link(viewOf("/?wall=5&q=1"))).toBe("/?q=1");
});

function saved(name: string, address: string, marked = true): SavedView {
  return { id: 1, name, address, onWall: marked };
}
