/** The factory's wall clock, which need not be the server's: a hub in the cloud still says the factory's "today". */
export type FactoryClock = {
  /** The factory's date, `YYYY-MM-DD`. */
  today(): string;
  /** ISO 8601 with the offset of that moment, `2026-11-20T09:00:00+09:00`; of `date` or of now. RangeError for an invalid date. */
  timestamp(date?: Date): string;
  /** `YYYY-MM-DD HH:MM:SS` of `date` or of now. Throws RangeError for an invalid date. */
  logStamp(date?: Date): string;
};

/**
 * A clock in `timezone` (a name that Intl accepts; RangeError for others). `now` gives the milliseconds since 1970.
 *
 * The texts are made once a second: a time zone lookup takes a microsecond, and the log asks on every request.
 */
export function factoryClock(timezone: string, now: () => number = Date.now): FactoryClock {
  const texts = (second: number) => {
    const timestamp = Temporal.Instant.fromEpochMilliseconds(second * 1000)
      .toZonedDateTimeISO(timezone)
      .toString({ smallestUnit: "second", timeZoneName: "never" });
    return { second, timestamp, today: timestamp.slice(0, 10), logStamp: timestamp.slice(0, 19).replace("T", " ") };
  };
  let current = texts(Math.floor(now() / 1000));

  function at(milliseconds: number) {
    const second = Math.floor(milliseconds / 1000);
    if (second !== current.second) current = texts(second);
    return current;
  }

  return {
    today: () => at(now()).today,
    timestamp: (date) => at(date?.getTime() ?? now()).timestamp,
    logStamp: (date) => at(date?.getTime() ?? now()).logStamp,
  };
}

/** A time that is farther ahead of the machine's clock than this was not noted a moment ago, ms. */
const aheadMs = 60_000;

/** True for a time, ms since 1970, that was noted while the machine's clock was ahead: nobody knows how long ago it was. */
export const isAhead = (ms: number): boolean => ms > Date.now() + aheadMs;
