import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const tests = join(import.meta.dir, "..");
const text = readFileSync(join(tests, "../docs/security.md"), "utf8");
/** The rows of the table of ways in: what it is, what guards it, and the tests as they are named. */
const ways = text
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (way in|-)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

/** The tests that a cell names, each with its file: a file is said once for those that follow it. */
function named(cell: string): { file: string; name: string }[] {
  let file = "";
  return [...cell.matchAll(/`([\w./-]+\.test\.tsx?)`|“([^”]+)”/g)].flatMap(([, path, name]) => {
    if (path !== undefined) file = path;
    return name === undefined ? [] : [{ file, name }];
  });
}

test("every way in that docs/security.md names has a test that proves its guard, by its present name", () => {
  expect(ways.length).toBeGreaterThan(30);
  for (const [, way, guard, proof] of ways) {
    expect([way, guard]).toEqual([way, expect.stringMatching(/\w/)]);
    const given = named(proof ?? "");
    expect([way, given.length > 0]).toEqual([way, true]);
    for (const { file, name } of given) {
      const path = join(tests, file);
      expect([file, existsSync(path)]).toEqual([file, true]);
      expect([file, name, readFileSync(path, "utf8").includes(name)]).toEqual([file, name, true]);
    }
  }
});
