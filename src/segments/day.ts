/** A calendar day as text, `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31; texts compare as days do. */
export type Day = string;

export const firstDayEver: Day = "0001-01-01";
export const lastDayEver: Day = "9999-12-31";

/** Greater than every text that begins with the same prefix: U+10FFFF has the greatest UTF-8 bytes, which SQLite compares. */
export const afterAll = "\u{10FFFF}";

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True when the text is a valid calendar day in the form YYYY-MM-DD, years 0001 to 9999. */
export function isDay(text: string): boolean {
  const parts = dayPattern.exec(text);
  if (!parts) return false;
  const year = Number(parts[1]);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  if (year === 0 || month === 0 || month > 12 || day === 0) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= daysInMonth[month - 1]! + (leap ? 1 : 0);
}

/** The first ten characters, which are the day of a stored date text (CONTRACT: "A day"). */
export function dayOf(text: string): string {
  return text.slice(0, 10);
}

/** A range of days as it is written: one day alone is named once. */
export const daysText = ({ from, to }: { from: Day; to: Day }): string => (from === to ? from : `${from} ~ ${to}`);
