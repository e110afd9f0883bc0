import { expect, test } from "bun:test";
import { unsupportedNumbers } from "../../src/chat/evidence/gate.ts";
import { grounds, right, wrong } from "./evidence-table.ts";

test("no number of a right answer is rejected, in whatever notation it stands", () => {
  expect(right.length).toBeGreaterThanOrEqual(100);
  const rejected = right.flatMap(([ground, answer]) =>
    unsupportedNumbers(answer, grounds[ground]).map(({ written }) => `${written} of ${answer}`),
  );
  expect(rejected).toEqual([]);
});

test("the wrong number of an answer is found, in whatever notation it stands", () => {
  expect(wrong.length).toBeGreaterThanOrEqual(100);
  const missed = wrong.flatMap(([ground, answer, written]) => {
    const found = unsupportedNumbers(answer, grounds[ground]).map((one) => one.written);
    return found.includes(written) ? [] : [`${written} of ${answer}: ${found.join("; ")}`];
  });
  expect(missed).toEqual([]);
});
