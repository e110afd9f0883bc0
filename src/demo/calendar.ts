const DAY_MS = 86_400_000;
/** A production line runs Monday to Friday, little on Saturday, hardly on Sunday. Sunday first. */
const WEEKDAY = [0.04, 0.95, 1.05, 1.05, 1.05, 1, 0.3];
/** January first: a dip at the turn of the year and in the summer holidays, a peak before them. */
const SEASON = [0.85, 0.9, 1.05, 1.05, 1.05, 1.15, 1.15, 0.85, 1, 1.05, 1.05, 0.9];
/** Korean public holidays with a fixed date, month and day. */
const HOLIDAYS = new Set(["01-01", "03-01", "05-05", "06-06", "08-15", "10-03", "10-09", "12-25"]);
const HOLIDAY = 0.05;
const YEARLY_GROWTH = 1.08;

/** One calendar day of the demo data and its share of the production. */
export interface DemoDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly weight: number;
}

/** All days from `first` to `last` (`YYYY-MM-DD`, both inclusive) with weekday, season, holiday and growth weights. */
export function demoDays(first: string, last: string): DemoDay[] {
  const start = Date.parse(first);
  const days: DemoDay[] = [];
  for (let time = start; time <= Date.parse(last); time += DAY_MS) {
    const date = new Date(time);
    const day = date.toISOString().slice(0, 10);
    const holiday = HOLIDAYS.has(day.slice(5)) ? HOLIDAY : 1;
    const growth = YEARLY_GROWTH ** ((time - start) / (365.25 * DAY_MS));
    days.push({ day, weight: WEEKDAY[date.getUTCDay()]! * SEASON[date.getUTCMonth()]! * holiday * growth });
  }
  return days;
}

/** The day `offset` days after `day` (before, if negative), as `YYYY-MM-DD`. */
export function addDays(day: string, offset: number): string {
  return new Date(Date.parse(day) + offset * DAY_MS).toISOString().slice(0, 10);
}

/** Splits `total` rows over the days in the proportion of their weights; the sum is exactly `total`. */
export function rowsPerDay(days: readonly DemoDay[], total: number): number[] {
  const sum = days.reduce((all, { weight }) => all + weight, 0);
  let weightSoFar = 0;
  let rowsSoFar = 0;
  return days.map(({ weight }, index) => {
    weightSoFar += weight;
    const upTo = index === days.length - 1 ? total : Math.round((total * weightSoFar) / sum);
    const rows = upTo - rowsSoFar;
    rowsSoFar = upTo;
    return rows;
  });
}
