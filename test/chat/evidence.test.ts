import { expect, test } from "bun:test";
import { correctionFor } from "../../src/chat/evidence/correction.ts";
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

test("names that were said before may be used again, figures of then may not", () => {
  const said = ["BW0021 (Crystal Monthly 2P)의 지난달 생산량은 98,765개입니다."];
  const ground = { ...grounds.total, said };
  expect(unsupportedNumbers("BW0021 (Crystal Monthly 2P)은 123,456개입니다.", ground)).toEqual([]);
  expect(unsupportedNumbers("BW0021 (Crystal Monthly 2P)은 98,765개입니다.", ground)).toEqual([
    { written: "98,765개", at: 29 },
  ]);
});

test("a correction names each number once, as it is written", () => {
  const wrongOnes = unsupportedNumbers("99개, 99개, 98%", grounds.total);
  expect(correctionFor(wrongOnes)).toContain('"99개", "98%"');
});
