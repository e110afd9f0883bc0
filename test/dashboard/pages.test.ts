import { expect, test } from "bun:test";
import { pages } from "../../src/dashboard/pages/index.ts";

test("every page has a key, an id and a path that no other one has, and no key is the one that begins them all", () => {
  for (const of of ["key", "id", "path"] as const) {
    const all = pages.map((page) => page[of]);
    expect([of, all.filter((one, at) => one === "" || all.indexOf(one) !== at)]).toEqual([of, []]);
  }
  expect(pages.map(({ key }) => key)).not.toContain("g");
});

test("pages of one group of the menu stand together, in the order in which they are listed everywhere", () => {
  const groups = pages.map(({ group }) => group ?? "production");
  expect(groups).toEqual(groups.toSorted((a, b) => Number(a === "hub") - Number(b === "hub")));
});
