import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { lightNames } from "../../src/monitoring/lights.ts";
import { homeOfThreeItems } from "../support/chat.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

/** The hub looks at itself four times a second. */
const env = { MONITOR_MEMORY_PERCENT: "0.001,99.9", ALERT_SPEED: "60" };

describe("monitoring by REST", () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await startHub({ home: homeOfThreeItems(), env });
  });
  afterAll(() => hub.stop());

  const samples = async (range: string, of: Hub): Promise<Json> =>
    (await of.json(`/monitoring/samples?range=${range}`)).body;

  test("counts the requests that were made, and still knows them after a restart, in every range", async () => {
    let own = await startHub({ home: homeOfThreeItems(), env });
    for (let call = 0; call < 30; call++) await own.fetch(`/records?limit=${1 + (call % 10)}`);
    for (let call = 0; call < 5; call++) await own.fetch(`/nothing-here-${call}`);
    const seen = await eventually("the hub has looked at itself", async () => {
      const { whole } = await samples("hour", own);
      return whole.client_errors === 5 ? whole : undefined;
    });
    expect(seen.requests).toBeGreaterThanOrEqual(35);
    expect(seen.cache_hits).toBeGreaterThanOrEqual(20);
    expect(seen.server_errors).toBe(0);
    expect(seen.p50_ms).toBeLessThanOrEqual(seen.p95_ms);
    expect(seen.p95_ms).toBeLessThanOrEqual(seen.p99_ms);
    expect(seen.memory_hub_mb).toBeWithin(20, 2_000);
    await own.stop();
    own = await startHub({ home: own.home, env });
    for (const [range, count, step] of [
      ["hour", 60, 60],
      ["day", 144, 600],
      ["week", 168, 3600],
    ] as const) {
      const { whole, samples: steps, step_seconds, from, to } = await samples(range, own);
      expect([steps.length, step_seconds]).toEqual([count, step]);
      expect((Date.parse(to) - Date.parse(from)) / 1000).toBe(count * step);
      expect(whole.client_errors).toBe(5);
      expect(whole.requests).toBeGreaterThanOrEqual(seen.requests);
      const sum = (name: string) => steps.reduce((all: number, one: Json) => all + (one[name] ?? 0), 0);
      expect([sum("requests"), sum("client_errors")]).toEqual([whole.requests, 5]);
      // Where nobody looked, there is nothing to say.
      expect(steps[0]).toMatchObject({ at: from, covered_seconds: 0, requests: null, cpu_percent: null, p95_ms: null });
    }
    await own.stop();
  });

  test("gives the lights with their thresholds, and what they mean in both languages", async () => {
    const lights = await eventually("memory and disk are judged", async () => {
      const { body } = await hub.json("/api/v1/monitoring/lights");
      const isJudged = (wanted: string) => body.lights.find(({ name }: Json) => name === wanted).value !== null;
      return isJudged("memory") && isJudged("disk") ? body.lights : undefined;
    });
    expect(lights.map(({ name }: Json) => name)).toEqual([...lightNames]);
    const light = (name: string) => lights.find((one: Json) => one.name === name);
    expect(light("memory")).toMatchObject({ warning: 0.001, critical: 99.9, setting: "MONITOR_MEMORY_PERCENT" });
    expect(light("memory").state).toBe("warning");
    expect(light("disk").value).toBeWithin(0, 100.01);
    for (const { words } of lights) {
      expect(words.ko.action).toMatch(/[가-힣]/);
      expect(words.en.action).toMatch(/^[A-Z]/);
    }
  });

  test("says which ranges there are when another one is asked for", async () => {
    const { status, body } = await hub.json("/monitoring/samples?range=year");
    expect(status).toBe(422);
    expect(body.detail[0]).toMatchObject({ loc: ["query", "range"] });
    expect(JSON.stringify(body.detail)).toContain("week");
  });
});
