import { expect, test } from "bun:test";
import { latencyBetween, latencyPercentile } from "../../src/observe/latency.ts";
import { LoopDelay } from "../../src/observe/loop-delay.ts";
import { eventually } from "../support/hub.ts";

test("work that holds the event loop up shows as delay, and quiet times do not", async () => {
  const delay = new LoopDelay(20);
  await eventually("it was looked at ten times", () => delay.read().count >= 10 || undefined);
  const quiet = delay.read();
  for (let times = 0; times < 5; times++) {
    const end = performance.now() + 150;
    while (performance.now() < end);
    await Bun.sleep(1);
  }
  delay.stop();
  const busy = latencyBetween(quiet, delay.read());
  expect(latencyPercentile(busy, 0.99)!).toBeGreaterThan(100);
  expect(latencyPercentile(quiet, 0.5)!).toBeLessThan(100);
});
