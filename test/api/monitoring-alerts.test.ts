import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { homeOfThreeItems } from "../support/chat.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

/** A minute of the alerts is 30 ms; any answer is slow, and three pages are many. */
const env = {
  ALERT_SPEED: "2000",
  QUALITY: "false",
  ALERT_DAILY_SUMMARY: "off",
  ALERT_WEEKLY_SUMMARY: "off",
  MONITOR_RESPONSE_MS: "0.005,0.01",
  MONITOR_CONNECTIONS: "3,900",
};
let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ home: homeOfThreeItems(), env });
});
afterAll(() => hub.stop());

const newest = async (rule: string): Promise<Json> => {
  // Slowly, because this is a request as well: so few say nothing about response times.
  await Bun.sleep(400);
  return (await hub.json(`/alerts/history?rule=${rule}`)).body.data[0];
};
const becomes = (rule: string, state: string): Promise<Json> =>
  eventually(
    `${rule} is ${state}`,
    async () => {
      const alert = await newest(rule);
      return alert?.state === state ? alert : undefined;
    },
    90_000,
  );

test("answers that stay slow are an alert, which is over when nobody waits any more", async () => {
  let asking = true;
  const asked = (async () => {
    while (asking) await Promise.all([1, 2, 3, 4, 5].map((limit) => hub.fetch(`/records?limit=${limit}`)));
  })();
  const alert = await becomes("response-time", "firing");
  asking = false;
  await asked;
  expect(alert.severity).toBe("warning");
  expect(alert.words.ko.what).toContain("응답 시간");
  await becomes("response-time", "resolved");
});

test("too many open connections are an alert, which is over when they are closed", async () => {
  const streams = await Promise.all([1, 2, 3, 4].map(() => hub.fetch("/events")));
  const alert = await becomes("connections", "firing");
  expect(alert.severity).toBe("info");
  for (const stream of streams) await stream.body!.cancel();
  await becomes("connections", "resolved");
});
