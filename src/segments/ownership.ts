import { type Day, firstDayEver, lastDayEver } from "./day.ts";

/** The name of the Live file, fixed by the ERP. */
export const liveFileName = "production_analysis.db";
const archivePattern = /^archive_(\d{4})\.db$/;

/** A file that may hold rows and the days it owns; `ownsFrom > ownsTo` means none. */
export interface Holding {
  name: string;
  fileName: string;
  source: "live" | "archive";
  ownsFrom: Day;
  ownsTo: Day;
}

const yearStart = (year: number): Day => `${String(year).padStart(4, "0")}-01-01`;
const yearEnd = (year: number): Day => `${String(year).padStart(4, "0")}-12-31`;

/** Years of the archive files among the names of a folder, newest first. */
export function archiveYears(fileNames: readonly string[]): number[] {
  return fileNames
    .flatMap((name) => archivePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((year) => year >= 1 && year < 9999)
    .sort((a, b) => b - a);
}

/**
 * Which days each file owns (CONTRACT, "Cutoff"): the newest archive ends its year, Live owns every later day, an archive owns what no
 * earlier archive holds. `cutoffYear` overrides where Live begins. Newest first. Depends on file names alone, never on today's date.
 */
export function holdings(years: readonly number[], cutoffYear: number | null): Holding[] {
  const cutoff = cutoffYear ?? years[0] ?? null;
  const live: Holding = {
    name: "live",
    fileName: liveFileName,
    source: "live",
    ownsFrom: cutoff === null ? firstDayEver : yearStart(cutoff + 1),
    ownsTo: lastDayEver,
  };
  const archives = years.map((year, position): Holding => {
    const older = years[position + 1];
    const end = position === 0 ? (cutoff as number) : Math.min(year, cutoff as number);
    return {
      name: `archive_${String(year).padStart(4, "0")}`,
      fileName: `archive_${String(year).padStart(4, "0")}.db`,
      source: "archive",
      ownsFrom: older === undefined ? firstDayEver : yearStart(older + 1),
      ownsTo: yearEnd(end),
    };
  });
  return [live, ...archives];
}
