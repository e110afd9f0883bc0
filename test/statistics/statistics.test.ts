import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { seasonFactors, weekdayProfile, workingWeekdays } from "../../src/statistics/profile.ts";
import { itemBins, otherBin, populationStability, psiByChance } from "../../src/statistics/psi.ts";
import { mad, madToSigma, median, quantile, winsorizedMean } from "../../src/statistics/robust.ts";
import { binomialAtLeast, logGamma, poissonAtLeast, poissonAtMost } from "../../src/statistics/tails.ts";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

describe("quantiles", () => {
  test("are those of R and NumPy", () => {
    const values = [9, 1, 4, 7];
    expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([1, 3.25, 5.5, 8.4, 9]);
    expect(median([])).toBeNaN();
  });

  test("lie between the smallest and the greatest value, ascend with the share, and leave the values as they were", () => {
    fc.assert(
      fc.property(
        numbers,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const before = [...values];
          const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))];
          expect(low).toBeGreaterThanOrEqual(Math.min(...values));
          expect(high).toBeLessThanOrEqual(Math.max(...values));
          expect(low).toBeLessThanOrEqual(high + 1e-9);
          expect(values).toEqual(before);
        },
      ),
    );
  });
});

describe("robust measures", () => {
  test("move and stretch with the values", () => {
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 1, max: 100 }),
        (values, shift, scale) => {
          const moved = values.map((value) => value * scale + shift);
          const near = (found: number, wanted: number) =>
            expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(wanted)));
          near(median(moved), median(values) * scale + shift);
          near(mad(moved), mad(values) * scale);
          near(winsorizedMean(moved), winsorizedMean(values) * scale + shift);
        },
      ),
    );
  });

  test("stay where they are when less than half of the values become anything", () => {
    const good = Array.from({ length: 21 }, (_, at) => 100 + at);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (slips) => {
          const values = [...good.slice(0, 11), ...slips];
          expect(median(values)).toBeGreaterThanOrEqual(100);
          expect(median(values)).toBeLessThanOrEqual(110);
          expect(mad(values)).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  test("estimate the standard deviation of what is normally distributed", () => {
    const normal = [-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28];
    expect(madToSigma * mad(normal)).toBeCloseTo(0.77, 1);
  });
});

describe("tails", () => {
  test("are those of the tables", () => {
    expect(logGamma(10)).toBeCloseTo(Math.log(362_880), 10);
    expect(poissonAtLeast(1, 2)).toBeCloseTo(1 - Math.exp(-2), 12);
    expect(poissonAtMost(0, 11.5)).toBeCloseTo(Math.exp(-11.5), 12);
    expect(poissonAtMost(3, 1)).toBeCloseTo(Math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6), 12);
    expect(poissonAtLeast(250, 200)).toBeCloseTo(0.000_35, 4);
    expect(binomialAtLeast(2, 3, 0.5)).toBeCloseTo(0.5, 12);
    expect(binomialAtLeast(1, 20_000, 1e-4)).toBeCloseTo(1 - (1 - 1e-4) ** 20_000, 10);
  });

  test("of whole counts add up to one, and fall with the distance", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0.01, max: 400, noNaN: true }), (count, mean) => {
        expect(poissonAtLeast(count, mean) + poissonAtMost(count - 1, mean)).toBeCloseTo(1, 9);
        expect(poissonAtLeast(count + 1, mean)).toBeLessThanOrEqual(poissonAtLeast(count, mean) + 1e-12);
        expect(poissonAtMost(count, mean)).toBeGreaterThanOrEqual(poissonAtMost(count - 0.5, mean) - 1e-12);
      }),
    );
  });
});

describe("weekdays and seasons", () => {
  test("of a week of five days are found although one Monday in ten is a holiday", () => {
    const days = Array.from({ length: 182 }, (_, at) => {
      const weekday = at % 7;
      const isHoliday = at % 70 === 0;
      return { weekday, value: weekday > 4 || isHoliday ? 0 : 100 + weekday };
    });
    expect(workingWeekdays(days)).toEqual([true, true, true, true, true, false, false]);
    const profile = weekdayProfile(days);
    expect(profile.reduce((sum, factor) => sum + factor, 0)).toBeCloseTo(7, 9);
    expect(profile[4]! / profile[1]!).toBeCloseTo(104 / 101, 9);
    expect(profile[6]).toBe(0);
    expect(weekdayProfile([])).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(workingWeekdays([])).toEqual(new Array(7).fill(false));
  });

  test("of a growing factory are told apart from its growth, and not guessed at from less than two years", () => {
    const pattern = [0.85, 0.9, 1.05, 1.05, 1.05, 1.15, 1.15, 0.85, 1, 1.05, 1.05, 0.85];
    const months = Array.from({ length: 36 }, (_, at) => ({
      year: 2023 + Math.floor(at / 12),
      month: (at % 12) + 1,
      level: pattern[at % 12]! * 1000 * 1.08 ** (at / 12),
    }));
    const factors = seasonFactors(months);
    for (const [month, factor] of factors.entries()) expect(Math.abs(factor - pattern[month]!)).toBeLessThan(0.03);
    expect(seasonFactors(months.slice(0, 23))).toEqual(new Array(12).fill(1));
    expect(seasonFactors(months.map((month) => ({ ...month, level: 0 })))).toEqual(new Array(12).fill(1));
  });
});

describe("the population stability index", () => {
  test("is that of the formula, names who moved, and is nothing where a period is empty", () => {
    const found = populationStability([
      { key: "A", before: 50, now: 20 },
      { key: "B", before: 50, now: 80 },
    ])!;
    expect(found.psi).toBeCloseTo(-0.3 * Math.log(0.4) + 0.3 * Math.log(1.6), 12);
    expect(found.bins.map(({ key }) => key)).toEqual(["A", "B"]);
    expect(populationStability([{ key: "A", before: 0, now: 3 }])).toBeNull();
    expect(psiByChance(11, 1000, 1000)).toBeCloseTo(0.02, 12);
  });

  test("is never negative, the same both ways, and 0 for the same shares", () => {
    const bins = fc.array(fc.record({ before: fc.nat(1000), now: fc.nat(1000) }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(bins, fc.integer({ min: 1, max: 9 }), (drawn, times) => {
        const all = drawn.map((bin, at) => ({ ...bin, key: `I${at}` }));
        const found = populationStability(all);
        if (found === null) return;
        expect(found.psi).toBeGreaterThanOrEqual(0);
        const back = populationStability(all.map(({ key, before, now }) => ({ key, before: now, now: before })))!;
        expect(back.psi).toBeCloseTo(found.psi, 9);
        const same = populationStability(all.map(({ key, before }) => ({ key, before, now: before * times })));
        expect(same?.psi ?? 0).toBeCloseTo(0, 12);
      }),
    );
  });

  test("has a bin for each item of weight and one for all others", () => {
    const items = Array.from({ length: 300 }, (_, at) => ({ key: `I${at}`, before: 1, now: 1 }));
    const bins = itemBins([{ key: "A", before: 500, now: 500 }, { key: "N", before: 0, now: 200 }, ...items]);
    expect(bins).toEqual([
      { key: "A", before: 500, now: 500 },
      { key: "N", before: 0, now: 200 },
      { key: otherBin, before: 300, now: 300 },
    ]);
  });
});
