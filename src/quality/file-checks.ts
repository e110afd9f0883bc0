import type { Columns } from "../rollup/columns.ts";
import type { Day } from "../segments/day.ts";
import type { Segment } from "../segments/types.ts";
import { type Found, findingId } from "./finding.ts";

/** Days after today that are named one by one. */
const mostFutureDays = 30;

/** The file of a segment: what was appended to Live is Live's. */
export const fileOf = ({ source, name }: Segment): string => (source === "live" ? "live" : name);

/** Rows without a valid day, file by file. */
export function undatedRows(segments: readonly Segment[]): Found[] {
  return byFile(segments, ({ facts }) => facts.undated.rows).map(([file, rows, own]): Found => {
    const texts = own.flatMap(({ facts }) => facts.undated.prefixes ?? []);
    const kind = "undated-rows" as const;
    const figures = {
      file,
      rows,
      texts: texts
        .slice(0, 5)
        .map((text) => `'${text}'`)
        .join(", "),
    };
    return { id: findingId(kind, file), kind, severity: "warning", day: null, item: null, extent: rows, figures };
  });
}

/** Rows in a file that does not own their day; those that the owner holds as well count once already. */
export function misplacedRows(segments: readonly Segment[]): Found[] {
  return byFile(segments, ({ misplaced }) => misplaced).map(([file, rows, own]): Found => {
    const twins = own.reduce((sum, { excluded }) => sum + excluded.rows, 0);
    const kind = "misplaced-rows" as const;
    const figures = { file, rows, twins, alone: rows - twins, from: own[0]!.ownsFrom, to: own[0]!.ownsTo };
    const severity = rows > twins ? "warning" : "info";
    return { id: findingId(kind, file), kind, severity, day: null, item: null, extent: rows, figures };
  });
}

function byFile(segments: readonly Segment[], of: (segment: Segment) => number): [string, number, Segment[]][] {
  const files = Map.groupBy(segments, fileOf);
  return [...files]
    .map(([file, own]): [string, number, Segment[]] => [file, own.reduce((sum, one) => sum + of(one), 0), own])
    .filter(([, rows]) => rows > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Days after today that have rows. */
export function futureDays(columns: readonly Columns[], today: Day): Found[] {
  const rows = new Map<Day, number>();
  for (const { days, dayStart, count } of columns) {
    for (let at = days.length - 1; at >= 0 && days[at]! > today; at--) {
      const own = count.subarray(dayStart[at]!, dayStart[at + 1]!).reduce((sum, one) => sum + one, 0);
      rows.set(days[at]!, (rows.get(days[at]!) ?? 0) + own);
    }
  }
  const days = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, mostFutureDays);
  return days.map(([day, count]): Found => {
    const kind = "future-days" as const;
    const figures = { day, rows: count, today };
    return { id: findingId(kind, day), kind, severity: "warning", day, item: null, extent: count, figures };
  });
}
