import { expect, test } from "bun:test";
import { addSample, emptySample, type Sample } from "../../src/monitoring/sample.ts";
import { grains, SampleStore } from "../../src/monitoring/store.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { temporaryHome } from "../support/files.ts";
import { day, hour, minute, VirtualHub } from "./virtual-hub.ts";

function sampleOf(at: number, requests: number, ms = 5): Sample {
  const sample = emptySample(at);
  sample.coveredMs = minute;
  sample.sums.requests = requests;
  sample.gauges.hubMemory = { sum: requests, count: 1, max: requests };
  sample.responses.counts[ms] = requests;
  sample.responses.count = requests;
  return sample;
}

const start = Date.UTC(2025, 0, 1);

test("of 500 days each grain keeps what it should, its sums are those of the minutes, and the table stays small", () => {
  const db = openHubDb(temporaryHome());
  const store = new SampleStore(db);
  const byHour = new Map<number, number>();
  for (let days = 0; days < 500; days++) {
    const minutes: Sample[] = [];
    // Two minutes of each hour: as good as sixty for what is tried here.
    for (let half = 0; half < 48; half++) {
      const at = start + days * day + half * 30 * minute;
      const requests = (days * 48 + half) % 97;
      byHour.set(Math.floor(at / hour) * hour, (byHour.get(Math.floor(at / hour) * hour) ?? 0) + requests);
      minutes.push(sampleOf(at, requests));
    }
    store.add(minutes);
  }
  const end = start + 500 * day;
  const hours = store.read(hour, 0, end);
  expect(hours).toHaveLength(400 * 24);
  for (const { at, sums, responses, gauges } of hours) {
    const expected = byHour.get(at)!;
    expect([sums.requests, responses.count, gauges.hubMemory.sum]).toEqual([expected, expected, expected]);
  }
  expect(hours[0]!.at).toBe(end - 400 * day);
  for (const { spanMs, keptMs } of grains)
    expect(store.read(spanMs, 0, end).length).toBeLessThanOrEqual(keptMs / spanMs);
  const { bytes } = db
    .query<{ bytes: number }, []>(
      "SELECT sum(length(figures) + length(response_times) + length(loop_delays) + 20) AS bytes FROM monitoring_sample",
    )
    .get()!;
  expect(bytes).toBeLessThan(4_000_000);
  db.close();
});

test("a sample comes back as it was, however large its counts", () => {
  const db = openHubDb(temporaryHome());
  const store = new SampleStore(db);
  const sample = sampleOf(start, 123);
  for (const bucket of [0, 1, 40, 71]) {
    const count = 3 ** bucket % 1e12;
    sample.responses.counts[bucket]! += count;
    sample.responses.count += count;
    sample.delays.counts[bucket] = 128;
    sample.delays.count += 128;
  }
  sample.responses.sumMs = 987_654_321;
  sample.sums.hubCpuMs = 1.25;
  store.add([sample]);
  expect(store.read(minute, start, start + 1)).toEqual([sample]);
  const more = sampleOf(start + 10_000, 7);
  store.add([more]);
  addSample(sample, more);
  expect(store.read(minute, start, start + 1)).toEqual([sample]);
  db.close();
});

test("a damaged row is missing and nothing else, and what comes after takes its place", () => {
  const db = openHubDb(temporaryHome());
  const store = new SampleStore(db);
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => start + at * minute) as [number, number, number, number];
  store.add([a, b, c, d].map((at) => sampleOf(at, 9)));
  db.run('UPDATE monitoring_sample SET figures = \'{"covered_ms": "many\' WHERE grain = 60 AND at = ?', [a]);
  db.run("UPDATE monitoring_sample SET response_times = x'00ff' WHERE grain = 60 AND at = ?", [b]);
  db.run("UPDATE monitoring_sample SET loop_delays = x'00ff7f01' WHERE grain = 60 AND at = ?", [c]);
  expect(store.read(minute, start, start + hour).map(({ at }) => at)).toEqual([d]);
  store.add([sampleOf(a, 5)]);
  expect(store.read(minute, start, start + hour).map(({ at, sums }) => [at, sums.requests])).toEqual([
    [a, 5],
    [d, 9],
  ]);
  db.close();
});

test("while the table is missing, samples wait in memory and are told of once; nothing of them is lost", () => {
  const hub = new VirtualHub();
  const { sql } = hub.db
    .query<{ sql: string }, []>("SELECT sql FROM sqlite_schema WHERE name = 'monitoring_sample'")
    .get()!;
  hub.db.run("DROP TABLE monitoring_sample");
  hub.pass(45 * minute, () => hub.answer(5));
  expect(hub.monitor.isFailing).toBe(true);
  expect(hub.reported).toHaveLength(1);
  expect(hub.reported[0]).toContain("no such table: monitoring_sample");
  expect(hub.monitor.history("hour").whole.requests).toBe(180);
  hub.db.run(sql);
  hub.pass(15 * minute);
  expect(hub.monitor.isFailing).toBe(false);
  hub.restart(0);
  expect(hub.monitor.history("day").whole.requests).toBe(180);
});

test("an idle hub writes once an hour, one that is used every ten minutes, and one that ends writes all", () => {
  const hub = new VirtualHub();
  const writes = () => hub.db.query<{ changes: number }, []>("SELECT total_changes() AS changes").get()!.changes;
  const transactions = (ms: number, during?: () => void): number => {
    let [count, before] = [0, writes()];
    for (let passed = 0; passed < ms; passed += minute) {
      hub.pass(minute, during);
      const now = writes();
      if (now !== before) count += 1;
      before = now;
    }
    return count;
  };
  expect(transactions(4 * hour)).toBe(4);
  expect(transactions(3 * hour, () => hub.answer(5))).toBeWithin(17, 20);
  hub.pass(3 * minute, () => hub.answer(5));
  const before = hub.monitor.history("hour").whole;
  hub.restart(0);
  expect(hub.monitor.history("hour").whole.requests).toBe(before.requests!);
});
