import { expect, spyOn, test } from "bun:test";
import fc from "fast-check";
import { RateLimiter } from "../../src/http/rate-limit.ts";

/** A limiter whose clock the test sets (milliseconds). */
function limiterAt(limit: number, windowSec = 60) {
  const clock = { now: 0 };
  const limiter = new RateLimiter({ limit, windowSec, now: () => clock.now });
  return { clock, limiter, take: (client = "a") => limiter.take(client) };
}

test("calls up to the limit pass and count down, the next one is told when to come back", () => {
  const { clock, take } = limiterAt(3);
  expect([take().remaining, take().remaining, take().remaining]).toEqual([2, 1, 0]);
  clock.now = 12_345;
  expect(take()).toEqual({ allowed: false, limit: 3, remaining: 0, retryAfterSec: 48 });
  clock.now += 48_000;
  expect(take()).toEqual({ allowed: true, limit: 3, remaining: 2, retryAfterSec: 0 });
});

test("a steady client at exactly the limit is never refused", () => {
  const { clock, take } = limiterAt(60);
  const refused = Array.from({ length: 600 }, () => {
    clock.now += 1000;
    return take();
  }).filter(({ allowed }) => !allowed);
  expect(refused).toEqual([]);
});

test("the turn of the minute gives no second budget", () => {
  const { clock, take } = limiterAt(10);
  clock.now = 59_900;
  for (let call = 0; call < 10; call++) expect(take().allowed).toBe(true);
  clock.now = 60_100;
  expect(take().allowed).toBe(false);
});

test("refused calls do not count: knocking on does not prolong the wait", () => {
  const { clock, take } = limiterAt(2);
  take();
  take();
  for (clock.now = 0; clock.now < 60_000; clock.now += 500) expect(take().allowed).toBe(false);
  expect(take().allowed).toBe(true);
});

test("clients have budgets of their own", () => {
  const { take } = limiterAt(1);
  expect([take("a"), take("b"), take("a")].map(({ allowed }) => allowed)).toEqual([true, true, false]);
});

test("a limit of 0 lets everyone through", () => {
  const { take } = limiterAt(0);
  for (let call = 0; call < 1000; call++) {
    expect(take()).toEqual({ allowed: true, limit: 0, remaining: 0, retryAfterSec: 0 });
  }
});

test("of ten thousand clients the one unseen for longest makes room for a new one", () => {
  const { take } = limiterAt(1);
  for (let client = 0; client < 10_000; client++) take(String(client));
  expect(take("0").allowed).toBe(false);
  expect(take("one more").allowed).toBe(true);
  expect(take("0").allowed).toBe(false);
  expect(take("1").allowed).toBe(true);
});

test("its own clock is used when none is given", () => {
  const clock = spyOn(performance, "now").mockReturnValue(12_345);
  try {
    const limiter = new RateLimiter({ limit: 1, windowSec: 60 });
    expect(limiter.take("a").allowed).toBe(true);
    expect(limiter.take("a")).toEqual({ allowed: false, limit: 1, remaining: 0, retryAfterSec: 60 });
    clock.mockReturnValue(72_345);
    expect(limiter.take("a").allowed).toBe(true);
  } finally {
    clock.mockRestore();
  }
});

test("whatever the times of the calls, the limiter keeps what an exact log of all calls demands", () => {
  const gap = fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: 0, max: 50, noNaN: true }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 1500 }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 999, 1000, 1001) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 8000 }) },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(gap, { minLength: 1, maxLength: 300 }),
      (limit, windowSec, gaps) => {
        const { clock, take } = limiterAt(limit, windowSec);
        const windowMs = windowSec * 1000;
        /** Times of all calls that were allowed. */
        const log: number[] = [];
        const callsSince = (time: number) => log.filter((call) => call > time).length;
        for (const step of gaps) {
          clock.now += step;
          const now = Math.floor(clock.now); // the limiter's clock ticks in milliseconds
          const decision = take();
          const within = callsSince(now - windowMs);
          if (decision.allowed) {
            expect(within).toBeLessThan(limit);
            expect(decision.remaining).toBeLessThan(limit - within);
            log.push(now);
          } else {
            // Calls are forgotten a second late at the most.
            expect(callsSince(now - windowMs - 1000)).toBeGreaterThanOrEqual(limit);
            expect(Number.isInteger(decision.retryAfterSec)).toBe(true);
            expect(decision.retryAfterSec).toBeGreaterThanOrEqual(1);
            expect(decision.retryAfterSec).toBeLessThanOrEqual(windowSec + 1);
          }
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("after the seconds told, a client that waited passes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.double({ min: 0, max: 700, noNaN: true }), { minLength: 30, maxLength: 80 }),
      (limit, gaps) => {
        const { clock, take } = limiterAt(limit, 3);
        for (const gap of gaps) {
          clock.now += gap;
          const { allowed, retryAfterSec } = take();
          if (allowed) continue;
          clock.now += retryAfterSec * 1000;
          expect(take().allowed).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
