import { expect, test } from "bun:test";
import { WorkShare } from "../../src/segments/work-share.ts";

test("works in a row need no rest until the burst is used up, from the first moment of a process on", () => {
  const share = new WorkShare(4, 10_000);
  let now = 5;
  for (let works = 1; works <= 10; works++) {
    now += 200;
    expect(share.spent(200, now)).toBeLessThanOrEqual(now);
  }
  // Beside the burst of 10 s each work of 0.2 s takes up 0.8 s, of which 0.2 s have passed: 16 are too many.
  for (let works = 11; works <= 16; works++) {
    now += 200;
    share.spent(200, now);
  }
  expect(share.spent(200, now + 200)).toBeGreaterThan(now + 200);
});

test("what is done without a pause gets one part in four of the time, however long it goes on", () => {
  const share = new WorkShare(4, 10_000);
  let [now, worked] = [0, 0];
  while (now < 1_000_000) {
    now += 100;
    worked += 100;
    now = Math.max(now, share.spent(100, now));
  }
  expect(worked / now).toBeWithin(0.24, 0.26);
});
