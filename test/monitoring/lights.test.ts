import { expect, test } from "bun:test";
import { type LightName, lightNames } from "../../src/monitoring/lights.ts";
import { hour, minute, VirtualHub } from "./virtual-hub.ts";

const light = (hub: VirtualHub, name: LightName) => hub.monitor.lights().find((one) => one.name === name)!;
const rules = (hub: VirtualHub) => hub.monitor.conditions().map(({ rule, severity }) => `${rule} ${severity}`);

test("a light is yellow and red from its thresholds on, and says what they are", () => {
  const hub = new VirtualHub();
  for (const [percent, state] of [
    [69.9, "good"],
    [70, "warning"],
    [84.9, "warning"],
    [85, "critical"],
  ] as const) {
    hub.cpuPercent = percent;
    hub.memoryPercent = percent + 5;
    hub.pass(6 * minute);
    expect([percent, light(hub, "cpu").state]).toEqual([percent, state]);
    expect(light(hub, "memory").state).toBe(percent < 75 ? "good" : percent < 85 ? "warning" : "critical");
  }
  expect(light(hub, "cpu")).toMatchObject({ value: 85, warning: 70, critical: 85, setting: "MONITOR_CPU_PERCENT" });
  expect(hub.monitor.lights().map(({ name }) => name)).toEqual([...lightNames]);
});

test("thresholds are those of the settings", () => {
  const hub = new VirtualHub({ MONITOR_CONNECTIONS: "3,5", MONITOR_DISK_PERCENT: "10,50" });
  hub.connections = 4;
  hub.pass(minute);
  expect(light(hub, "connections")).toMatchObject({ state: "warning", value: 4, warning: 3, critical: 5 });
  expect(light(hub, "disk").state).toBe("critical");
});

test("of few requests nothing is judged; of enough, the slow and the failed ones are", () => {
  const hub = new VirtualHub();
  let answered = 0;
  hub.pass(5 * minute, () => {
    if (answered++ < 19) hub.answer(10_000, 500);
  });
  expect([light(hub, "response").state, light(hub, "errors").state]).toEqual(["none", "none"]);
  expect(light(hub, "response").value).toBeNull();
  hub.pass(minute, () => hub.answer(10_000, 500));
  expect([light(hub, "response").state, light(hub, "errors").state]).toEqual(["critical", "critical"]);
  // A quarter of an hour later it is past.
  hub.pass(20 * minute, () => {
    for (let requests = 0; requests < 30; requests++) hub.answer(4);
  });
  expect([light(hub, "response").state, light(hub, "errors").state]).toEqual(["good", "good"]);
  // One in fifty is 2 %.
  let count = 0;
  hub.pass(20 * minute, () => {
    for (let requests = 0; requests < 30; requests++) hub.answer(200, count++ % 50 === 0 ? 500 : 200);
  });
  expect(light(hub, "errors")).toMatchObject({ state: "warning", value: 2 });
  expect(light(hub, "response").state).toBe("warning");
});

test("what the system does not tell is not judged", () => {
  const hub = new VirtualHub();
  hub.memoryPercent = null;
  hub.pass(minute);
  expect(light(hub, "memory")).toMatchObject({ state: "none", value: null });
});

test("a light is the matter when it was yellow or red for ten minutes at a stretch, and no longer when it is green", () => {
  const hub = new VirtualHub();
  hub.cpuPercent = 75;
  hub.pass(9 * minute);
  expect(rules(hub)).toEqual([]);
  hub.pass(2 * minute);
  expect(rules(hub)).toEqual(["cpu-load info"]);
  const [condition] = hub.monitor.conditions();
  expect(hub.wall - condition!.since!).toBeWithin(10 * minute, 11 * minute + 1);
  expect(condition!.words.ko.what).toContain("70 %");
  expect(condition!.words.en.what).toContain("Now 75 %");
  hub.cpuPercent = 99;
  hub.pass(16 * minute);
  expect(rules(hub)).toEqual(["cpu-load warning"]);
  hub.cpuPercent = 5;
  hub.pass(6 * minute);
  expect(rules(hub)).toEqual([]);
  // A clock that jumps makes nothing long.
  hub.cpuPercent = 99;
  hub.pass(6 * minute);
  hub.wall += 5 * hour;
  hub.pass(minute);
  expect(rules(hub)).toEqual([]);
});

test("errors and the disk are told by the alert rules of their own alone", () => {
  const hub = new VirtualHub({ MONITOR_DISK_PERCENT: "1,2" });
  hub.pass(30 * minute, () => {
    for (let requests = 0; requests < 10; requests++) hub.answer(4, 500);
  });
  expect([light(hub, "disk").state, light(hub, "errors").state]).toEqual(["critical", "critical"]);
  expect(rules(hub)).toEqual([]);
});
