import { expect, test } from "bun:test";
import { Performance } from "../../src/observe/performance.ts";

const plain = { hit: false, rows: 0 };

test("the figures of one name are those of its calls", () => {
  const performance = new Performance();
  for (let ms = 1; ms <= 100; ms++) performance.record("records", ms, { hit: ms <= 25, rows: ms % 2 });
  expect(performance.report()).toEqual({
    records: {
      count: 100,
      avg_ms: 50.5,
      p50_ms: 50,
      p95_ms: 95,
      p99_ms: 99,
      max_ms: 100,
      cache_hit_rate: 0.25,
      avg_rows: 0.5,
    },
  });
});

test("a single call is its own percentile", () => {
  const performance = new Performance();
  performance.record("items", 1.23456, { hit: true, rows: 7 });
  expect(performance.report().items).toEqual({
    count: 1,
    avg_ms: 1.23,
    p50_ms: 1.23,
    p95_ms: 1.23,
    p99_ms: 1.23,
    max_ms: 1.23,
    cache_hit_rate: 1,
    avg_rows: 7,
  });
});

test("only the last 1000 calls count, so a bad morning is forgotten", () => {
  const performance = new Performance();
  for (let call = 0; call < 500; call++) performance.record("records", 9000, { hit: true, rows: 5 });
  for (let call = 0; call < 1000; call++) performance.record("records", 2, plain);
  expect(performance.report().records).toMatchObject({
    count: 1000,
    avg_ms: 2,
    max_ms: 2,
    cache_hit_rate: 0,
    avg_rows: 0,
  });
});

test("the ring forgets exactly the oldest calls", () => {
  const performance = new Performance(3);
  for (const ms of [10, 1, 2, 3, 4]) performance.record("x", ms, plain);
  expect(performance.report().x).toMatchObject({ count: 3, avg_ms: 3, p50_ms: 3, max_ms: 4 });
});

test("names are kept apart and listed in order; nothing recorded is an empty report", () => {
  const performance = new Performance();
  expect(performance.report()).toEqual({});
  performance.record("b", 1, plain);
  performance.record("a", 2, plain);
  expect(Object.entries(performance.report()).map(([name, { max_ms }]) => [name, max_ms])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
