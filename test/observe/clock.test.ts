import { expect, test } from "bun:test";
import { factoryClock } from "../../src/observe/clock.ts";

const at = (iso: string) => () => Date.parse(iso);

test("the factory's day begins at its own midnight, not at the server's", () => {
  expect(factoryClock("Asia/Seoul", at("2026-11-19T14:59:59.999Z")).today()).toBe("2026-11-19");
  expect(factoryClock("Asia/Seoul", at("2026-11-19T15:00:00Z")).today()).toBe("2026-11-20");
});

test("a timestamp carries the offset of its moment, also across daylight saving", () => {
  expect(factoryClock("Asia/Seoul", at("2026-11-20T00:00:00.7Z")).timestamp()).toBe("2026-11-20T09:00:00+09:00");
  expect(factoryClock("Europe/Berlin", at("2026-07-01T12:00:00Z")).timestamp()).toBe("2026-07-01T14:00:00+02:00");
  expect(factoryClock("Europe/Berlin", at("2026-12-01T12:00:00Z")).timestamp()).toBe("2026-12-01T13:00:00+01:00");
  expect(factoryClock("UTC", at("2026-12-01T12:00:00Z")).timestamp()).toBe("2026-12-01T12:00:00+00:00");
  expect(factoryClock("America/St_Johns", at("2026-12-01T12:00:00Z")).timestamp()).toBe("2026-12-01T08:30:00-03:30");
});

test("a log stamp is the wall clock time of the date given, or of now", () => {
  const clock = factoryClock("Asia/Seoul", at("2026-11-20T00:00:00Z"));
  expect(clock.logStamp()).toBe("2026-11-20 09:00:00");
  expect(clock.logStamp(new Date("2026-01-01T00:00:00Z"))).toBe("2026-01-01 09:00:00");
  expect(clock.logStamp()).toBe("2026-11-20 09:00:00");
  expect(() => clock.logStamp(new Date("x"))).toThrow(RangeError);
});

test("every text follows the clock from second to second, and back when the clock is set back", () => {
  let now = Date.parse("2026-12-31T14:59:59.500Z");
  const clock = factoryClock("Asia/Seoul", () => now);
  expect([clock.today(), clock.logStamp()]).toEqual(["2026-12-31", "2026-12-31 23:59:59"]);
  now += 500;
  expect([clock.today(), clock.logStamp()]).toEqual(["2027-01-01", "2027-01-01 00:00:00"]);
  now -= 1;
  expect(clock.timestamp()).toBe("2026-12-31T23:59:59+09:00");
});

test("a time zone that does not exist is refused at once", () => {
  expect(() => factoryClock("Mars/Olympus")).toThrow(RangeError);
});
