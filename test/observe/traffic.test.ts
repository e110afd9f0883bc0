import { expect, test } from "bun:test";
import fc from "fast-check";
import { latencyBetween, latencyBounds, latencyPercentile } from "../../src/observe/latency.ts";
import { Traffic } from "../../src/observe/traffic.ts";

/** A traffic with these times under one route. */
function trafficOf(times: readonly number[]): Traffic {
  const traffic = new Traffic();
  for (const ms of times) traffic.note("GET /records", 200, ms);
  return traffic;
}

test("requests are told apart by route and status, and added up by whose fault they are", () => {
  const traffic = new Traffic();
  for (const status of [200, 200, 304, 404, 422, 429, 500, 503]) traffic.note("GET /records", status, 1);
  traffic.note("POST /chat", 200, 2_000);
  traffic.rateLimited("api");
  expect(traffic.totals()).toEqual({ requests: 9, clientErrors: 2, serverErrors: 2, rateLimited: 1 });
  expect(traffic.refusals()).toEqual(new Map([["api", 1]]));
  expect(traffic.routes().map(({ route, byStatus }) => [route, Object.fromEntries(byStatus)])).toEqual([
    ["GET /records", { 200: 2, 304: 1, 404: 1, 422: 1, 429: 1, 500: 1, 503: 1 }],
    ["POST /chat", { 200: 1 }],
  ]);
});

test("a time that equals a bound is within it, as Prometheus counts", () => {
  for (const bound of [0.01, 1, 100, 500, 100_000]) {
    const at = latencyBounds.indexOf(bound);
    expect(trafficOf([bound]).latency().counts[at]).toBe(1);
    expect(trafficOf([bound * 1.0001]).latency().counts[at + 1]).toBe(1);
  }
});

test("routes that wait for something else are left out of the response times, and in the totals", () => {
  const traffic = new Traffic((route) => route === "POST /chat");
  traffic.note("POST /chat", 200, 5_000);
  traffic.note("GET /records", 200, 3);
  expect(traffic.latency()).toMatchObject({ count: 1, sumMs: 3 });
  expect(traffic.totals().requests).toBe(2);
});

test("percentiles are within a bucket of the nearest rank, whatever the times", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 90_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99, 1),
      (times, share) => {
        const found = latencyPercentile(trafficOf(times).latency(), share)!;
        const exact = times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1]!;
        expect(found / exact).toBeWithin(0.74, 1.36);
      },
    ),
  );
});

test("the difference of two read-outs is what happened in between", () => {
  const traffic = trafficOf([1, 1, 1]);
  const earlier = traffic.latency();
  for (let call = 0; call < 100; call++) traffic.note("GET /items", 200, 200);
  const between = latencyBetween(earlier, traffic.latency());
  expect(between).toMatchObject({ count: 100, sumMs: 20_000 });
  expect(latencyPercentile(between, 0.5)!).toBeWithin(150, 200.1);
  expect(latencyPercentile(latencyBetween(traffic.latency(), traffic.latency()), 0.5)).toBeNull();
});

test("a time beyond every bound is counted, and its percentile is the last bound", () => {
  const latency = trafficOf([1e9]).latency();
  expect(latency.counts.at(-1)).toBe(1);
  expect(latencyPercentile(latency, 0.99)).toBe(100_000);
});
