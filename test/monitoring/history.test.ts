import { expect, test } from "bun:test";
import { seededRandom } from "../../src/demo/random.ts";
import { type Figures, type Range, ranges } from "../../src/monitoring/history.ts";
import { bucketAround, day, hour, minute, VirtualHub } from "./virtual-hub.ts";

interface Answered {
  at: number;
  ms: number;
}

/** The time that this share of the requests stayed within, from the times themselves. */
function nearestRank(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

/** Expects the percentiles of a span to be in the buckets of the true ones, and its requests to be those of the span. */
function expectTrue(figures: Figures, answered: readonly Answered[], stepMs: number): void {
  const times = answered.filter(({ at }) => at >= figures.at && at < figures.at + stepMs).map(({ ms }) => ms);
  expect([figures.at, figures.requests ?? 0]).toEqual([figures.at, times.length]);
  if (times.length === 0) expect(figures.p95_ms).toBeNull();
  if (times.length === 0) return;
  for (const [share, found] of [
    [0.5, figures.p50_ms],
    [0.95, figures.p95_ms],
    [0.99, figures.p99_ms],
  ] as const) {
    const [from, to] = bucketAround(nearestRank(times, share));
    // Figures have two decimals.
    expect(found!).toBeGreaterThanOrEqual(from - 0.005);
    expect(found!).toBeLessThanOrEqual(to + 0.005);
  }
}

test("over every range and every step of it the percentiles are those of all requests, across restarts", () => {
  const { fraction: random } = seededRandom(11);
  const hub = new VirtualHub();
  const answered: Answered[] = [];
  // Quick at night and slow by day, so that averages of percentiles would be far from the percentiles.
  const work = () => {
    const busy = (hub.wall % day) / hour > 9 && (hub.wall % day) / hour < 18;
    for (let requests = Math.floor(random() * (busy ? 9 : 3)); requests > 0; requests--) {
      const ms = Math.exp((busy ? 4 : 0) + 3 * (random() + random() + random() - 1.5));
      hub.answer(ms);
      // Noted at the look that follows, in the middle of the time since the last one.
      answered.push({ at: hub.wall, ms });
    }
  };
  hub.pass(13 * hour, work);
  hub.restart(7 * minute);
  hub.pass(4 * hour, work);
  hub.restart(3 * hour);
  hub.pass(5 * hour + 8 * minute, work);
  for (const range of Object.keys(ranges) as Range[]) {
    const { steps, whole, stepMs, from, to } = hub.monitor.history(range);
    expect(steps).toHaveLength(ranges[range].steps);
    for (const step of steps) expectTrue(step, answered, stepMs);
    expectTrue(whole, answered, to - from);
  }
  const { whole } = hub.monitor.history("week");
  expect(whole.requests).toBe(answered.length);
});

test("a gap in which the hub did not run is a gap and no zero, and what a crash loses is what was not written yet", () => {
  const hub = new VirtualHub();
  hub.pass(2 * hour, () => hub.answer(5));
  hub.restart(2 * hour, { crash: true });
  hub.pass(5 * minute);
  const { steps } = hub.monitor.history("day");
  const known = steps.filter(({ covered_seconds }) => covered_seconds > 0);
  const gap = steps.filter(({ at }) => at >= hub.wall - 2 * hour && at < hub.wall - 10 * minute);
  expect(gap.length).toBeGreaterThan(9);
  for (const { requests, cpu_percent, memory_hub_mb } of gap)
    expect([requests, cpu_percent, memory_hub_mb]).toEqual([null, null, null]);
  const requests = known.reduce((sum, step) => sum + step.requests!, 0);
  expect(requests).toBeLessThanOrEqual(480);
  expect(requests).toBeGreaterThanOrEqual(480 - 44);
});

test("figures are what was put in: rates, processor, memory, connections", () => {
  const hub = new VirtualHub();
  hub.cpuPercent = 30;
  let at = 0;
  hub.pass(hour, () => {
    hub.hubMemory = (at % 2 === 0 ? 100 : 200) * 1024 * 1024;
    hub.connections = at % 60;
    hub.tokens += 10;
    hub.answer(20, at % 10 === 0 ? 503 : at % 10 === 1 ? 404 : at % 10 === 2 ? 429 : 200);
    at += 1;
  });
  const { whole } = hub.monitor.history("hour");
  expect(whole).toMatchObject({
    requests: 240 - 4,
    client_errors: 23,
    server_errors: 23,
    rate_limited: 23,
    requests_per_hour: 240,
    tokens: 10 * (240 - 4),
    error_rate_percent: 9.75,
    cpu_percent: 30,
    memory_hub_mb: 150,
    memory_hub_max_mb: 200,
    memory_percent: 40,
    disk_percent: 50,
    sse_clients: 1,
    connections: 59,
  });
});

test("a clock that is put back or forward loses and doubles nothing, and empties no history", () => {
  const hub = new VirtualHub();
  let answered = 0;
  const work = () => {
    hub.answer(5);
    answered += 1;
  };
  hub.pass(2 * hour, work);
  hub.wall -= hour;
  hub.pass(hour, work);
  const { whole } = hub.monitor.history("day");
  expect(whole.requests).toBe(answered);
  expect(whole.covered_seconds).toBe((3 * hour) / 1000);
  // An hour twice: as many requests an hour as ever.
  expect(whole.requests_per_hour).toBe(240);
  hub.wall += 365 * day;
  hub.pass(hour, work);
  hub.wall -= 365 * day + hour;
  hub.pass(hour, work);
  expect(hub.monitor.history("day").whole.requests).toBe(answered - 240);
});

test("a PC that slept makes no hour of one reading", () => {
  const hub = new VirtualHub();
  hub.pass(10 * minute, () => hub.answer(5));
  hub.wall += 8 * hour;
  hub.steady += 8 * hour;
  hub.pass(10 * minute, () => hub.answer(5));
  const { whole } = hub.monitor.history("day");
  expect(whole.requests).toBe(80);
  expect(whole.covered_seconds).toBeLessThanOrEqual(21 * 60);
});
