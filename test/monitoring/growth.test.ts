import { expect, test } from "bun:test";
import { seededRandom } from "../../src/demo/random.ts";
import { growthOf, type MemoryAt } from "../../src/monitoring/growth.ts";
import { hour, minute, VirtualHub } from "./virtual-hub.ts";

const mb = 1024 * 1024;

/** A day in tens of minutes; `bytes` by the hours that passed. */
const points = (megabytes: (hours: number) => number, hours = 24): MemoryAt[] =>
  Array.from({ length: hours * 6 }, (_, at) => ({ at: at * 10 * minute, bytes: megabytes(at / 6) * mb }));

test("a leak is found under the noise of work, with its rate", () => {
  const { fraction: random } = seededRandom(3);
  const growth = growthOf(
    points((hours) => 200 + 10 * hours + 60 * random()),
    null,
  )!;
  expect(growth.bytesPerHour / mb).toBeWithin(9, 11);
  expect(growth.from / mb).toBeWithin(210, 250);
  expect(growth.to / mb).toBeWithin(440, 490);
  expect(growth.hoursLeft).toBeNull();
});

test("what is no leak is not told: noise, a step, a daily swing, a peak, the start of a run", () => {
  const { fraction: random } = seededRandom(4);
  const cases: Record<string, MemoryAt[]> = {
    noise: points(() => 200 + 150 * random()),
    step: points((hours) => (hours < 11 ? 200 : 700) + 20 * random()),
    swing: points((hours) => 300 + 200 * Math.sin((hours / 24) * 2 * Math.PI)),
    peak: points((hours) => (hours > 20 ? 2_000 : 200) + 10 * random()),
    little: points((hours) => 200 + 3 * hours),
    short: points((hours) => 200 + 100 * hours, 11),
    falling: points((hours) => 900 - 20 * hours),
    none: [],
  };
  for (const [name, of] of Object.entries(cases)) expect([name, growthOf(of, 50_000 * mb)]).toEqual([name, null]);
});

test("slow growth is told when the machine's memory ends within three days", () => {
  const slow = points((hours) => 2_000 + 10 * hours);
  expect(growthOf(slow, 1_000 * mb)).toBeNull();
  expect(growthOf(slow, 500 * mb)!.hoursLeft).toBeWithin(49, 51);
});

test("the monitor tells of growth in this run alone, after its caches are full, and of its end", () => {
  const hub = new VirtualHub();
  const leak = () => {
    hub.hubMemory += 0.3 * mb;
  };
  hub.pass(14 * hour, leak);
  const [condition] = hub.monitor.conditions();
  expect(condition).toMatchObject({ rule: "memory-growth", severity: "warning", page: "/dashboard/monitoring" });
  expect(condition!.words.ko.what).toMatch(/메모리가 13시간 동안 꾸준히 늘어 \d+ MB에서 \d+ MB/);
  hub.restart(minute);
  hub.hubMemory = 100 * mb;
  hub.pass(2 * hour);
  expect(hub.monitor.conditions()).toEqual([]);
});
