import type { Settings } from "../config.ts";
import { attach, openHost } from "../segments/connection.ts";
import type { Day } from "../segments/day.ts";
import { contractColumns, sameRow } from "../segments/duplicates.ts";
import { type Holding, holdings, liveFileName } from "../segments/ownership.ts";
import { hasIndex, indexesOf, table, verifyTable } from "../segments/schema.ts";
import { OperationError } from "./operation.ts";
import { busyTimeoutMs } from "./rollover-lock.ts";
import {
  addTo,
  agree,
  idsOfDays,
  jsonChunks,
  ofDays,
  type Place,
  reading,
  type Sum,
  type Survey,
  survey,
} from "./rollover-rows.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";

/** Rows of one month that stand in one file and belong into another. */
export interface PlannedMove extends Sum {
  from: string;
  to: string;
  /** `YYYY-MM` */
  month: string;
}

/** What a rollover is about to do. A plain object, so that it can be sent and stored as JSON. */
export interface RolloverPlan {
  /** The factory's date that decides which years are finished. */
  today: Day;
  /** Years that get a file of their own, ascending. */
  newYears: number[];
  moves: PlannedMove[];
  /** Rows that stand in an archive though Live owns their days; they count where they are. */
  staying: { file: string; rows: number }[];
  /** Rows whose text begins with no valid day; they stay where they are. */
  undated: { file: string; rows: number }[];
  /** What counts in each month concerned, over all files (CONTRACT §1, "Every row counts exactly once"). */
  counted: ({ month: string } & Sum)[];
}

/** A file of the plan with what is known of it. */
export interface SurveyedFile extends SourceFile {
  survey: Survey;
}

/** Dates before are slips of the pen: they go with the oldest archive, and no file is named after them. */
const oldestYear = 1970;

/** Days that nobody adds to any more, by the year before the factory's present one. */
export const lastFinishedDay = (today: Day): Day => `${String(Number(today.slice(0, 4)) - 1).padStart(4, "0")}-12-31`;

/** Opens files for reading, each under a schema of its own; `use` must not outlive them. */
export async function withPlaces<T>(
  files: readonly { path: string; fileName: string }[],
  use: (places: Place[]) => Promise<T>,
): Promise<T> {
  const db = openHost();
  try {
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    const places: Place[] = [];
    for (const [position, { path, fileName }] of files.entries()) {
      const schema = `s${position}`;
      await reading(path, () => attach(db, schema, path, false));
      await reading(path, () => verifyTable(db, schema));
      places.push({ db, schema, path, gently: fileName === liveFileName });
    }
    return await use(places);
  } finally {
    db.close();
  }
}

/** Looks through the files: Live as a whole, an archive only where its days are not its own, which an index on the date finds at once. */
export async function surveyFiles(settings: Settings): Promise<SurveyedFile[]> {
  const found: SurveyedFile[] = [];
  for (const file of sourceFiles(settings)) {
    const outside = file.source === "live" ? undefined : { from: file.ownsFrom, to: file.ownsTo };
    found.push(
      await withPlaces([file], async ([place]) => ({ ...file, survey: await survey(place as Place, outside) })),
    );
  }
  return found;
}

/** Looks through the files and plans a rollover on the factory's date `today` (`YYYY-MM-DD`). Throws OperationError where there is no Live file, or where the files do not decide the cutoff. */
export async function planRollover(
  settings: Settings,
  today: Day,
): Promise<{ plan: RolloverPlan; files: SurveyedFile[] }> {
  if (settings.archiveCutoffYear !== undefined) {
    throw new OperationError(
      `The setting ARCHIVE_CUTOFF_YEAR=${settings.archiveCutoffYear} says which days Live owns, so that a new archive would change nothing. Nothing was changed. Remove the setting and try again: the cutoff then follows from the files.`,
    );
  }
  const files = await surveyFiles(settings);
  const live = files.find(({ source }) => source === "live");
  if (!live) {
    throw new OperationError(
      `${liveFileName} is not in ${settings.databaseDir}, so that there is nothing to take finished years out of. Nothing was changed. Put the file back or restore it, or name the hub's folder with --home.`,
    );
  }
  const until = lastFinishedDay(today);
  const newYears = finishedYears(live, until);
  const years = files.filter(({ source }) => source === "archive").map(({ name }) => Number(name.slice(-4)));
  const after = holdings(
    [...years, ...newYears].sort((a, b) => b - a),
    null,
  );
  const moves = new Map<string, PlannedMove>();
  const staying: RolloverPlan["staying"] = [];
  for (const file of files) {
    let strangers = 0;
    for (const [day, sum] of file.survey.days) {
      const owner = after.find(({ ownsFrom, ownsTo }) => ownsFrom <= day && day <= ownsTo);
      if (!owner || owner.name === file.name) continue;
      if (owner.source === "live" || day > until) {
        strangers += sum.rows;
        continue;
      }
      const month = day.slice(0, 7);
      const key = `${month} ${file.name} ${owner.name}`;
      const move = moves.get(key) ?? { from: file.fileName, to: owner.fileName, month, rows: 0, quantity: 0 };
      move.rows += sum.rows;
      move.quantity += sum.quantity;
      moves.set(key, move);
    }
    if (strangers > 0) staying.push({ file: file.fileName, rows: strangers });
  }
  const sorted = [...moves.values()].sort((a, b) => compare(a.month, b.month) || compare(b.from, a.from));
  const undated = files
    .filter(({ survey: { undatedRows } }) => undatedRows > 0)
    .map(({ fileName, survey: { undatedRows } }) => ({ file: fileName, rows: undatedRows }));
  const counted = await countMonths(files, new Set(sorted.map(({ month }) => month)));
  return { plan: { today, newYears, moves: sorted, staying, undated, counted }, files };
}

/** Which days each file owns once the new archives are in service. */
export function holdingsAfter(files: readonly SurveyedFile[], newYears: readonly number[]): Holding[] {
  const years = files.filter(({ source }) => source === "archive").map(({ name }) => Number(name.slice(-4)));
  return holdings(
    [...years, ...newYears].sort((a, b) => b - a),
    null,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Years up to `until` that Live owns and has rows of, ascending. */
function finishedYears(live: SurveyedFile, until: Day): number[] {
  const days = [...live.survey.days.keys()].filter((day) => day >= live.ownsFrom && day <= until);
  const years = [...new Set(days.map((day) => Number(day.slice(0, 4))))];
  return years.filter((year) => year >= oldestYear).sort((a, b) => a - b);
}

/** What counts in each of the months, over all files: every row, but for those that their owner holds as well. */
export async function countMonths(
  files: readonly SurveyedFile[],
  months: ReadonlySet<string>,
): Promise<RolloverPlan["counted"]> {
  const sums = new Map<string, Sum>();
  for (const file of files) {
    const days = file.source === "live" ? file.survey.days : await daysOfMonths(file, months);
    for (const [day, sum] of days) if (months.has(day.slice(0, 7))) addTo(sums, day.slice(0, 7), sum);
    for (const owner of files) {
      if (owner.name === file.name) continue;
      for (const [month, sum] of await twins(file, owner, months)) addTo(sums, month, sum, -1);
    }
  }
  return [...months].sort(compare).map((month) => ({ month, ...(sums.get(month) ?? { rows: 0, quantity: 0 }) }));
}

function daysOfMonths(file: SurveyedFile, months: ReadonlySet<string>): Promise<Map<Day, Sum>> {
  return withPlaces([file], async ([place]) => {
    const { db, schema, path } = place as Place;
    const sorted = [...months].sort(compare);
    // One pass over all of them where no index finds a month.
    const ranges = hasIndex(indexesOf(db, schema), "production_date")
      ? sorted.map((month) => [month, month] as const)
      : sorted.slice(0, 1).map((first) => [first, sorted.at(-1) as string] as const);
    const days = new Map<Day, Sum>();
    for (const [first, last] of ranges) {
      const { sql, bounds } = ofDays(`${first}-01`, `${last}-31`, null);
      const find = () =>
        db
          .query<{ day: string } & Sum, string[]>(
            // By the stored text first, which the index delivers in order.
            `SELECT substr(text, 1, 10) AS day, sum(rows) AS rows, total(quantity) AS quantity FROM (
             SELECT production_date AS text, count(*) AS rows, total(good_quantity) AS quantity
             FROM ${schema}.${table} WHERE ${sql} GROUP BY 1
           ) GROUP BY 1`,
          )
          .all(...bounds);
      for (const { day, ...sum } of await reading(path, find)) addTo(days, day, sum);
    }
    return days;
  });
}

/** Sums per month of the rows in `file` that `owner` owns and holds with the same content. */
async function twins(file: SurveyedFile, owner: SurveyedFile, months: ReadonlySet<string>): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>();
  const days = [...file.survey.days.keys()]
    .filter((day) => day >= owner.ownsFrom && day <= owner.ownsTo && months.has(day.slice(0, 7)))
    .sort(compare);
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return sums;
  await withPlaces([file, owner], async (places) => {
    const [from, to] = places as [Place, Place];
    const find = from.db.query<{ month: string } & Sum, [string]>(
      `SELECT substr(a.production_date, 1, 7) AS month, count(*) AS rows, total(a.good_quantity) AS quantity
       FROM ${from.schema}.${table} a CROSS JOIN ${to.schema}.${table} b ON b.id = a.id
       WHERE a.id IN (SELECT value FROM json_each(?)) AND ${sameRow("a", "b", contractColumns)} GROUP BY 1`,
    );
    for (const { json } of jsonChunks(await idsOfDays(from, first, last, file.survey.undatedPrefixes))) {
      const found = await reading(file.path, () => find.all(json));
      for (const { month, ...sum } of found) if (months.has(month)) addTo(sums, month, sum);
    }
  });
  return sums;
}

/** The first month in which the two tables do not agree; null when they do. */
export function firstDifference(before: RolloverPlan["counted"], after: RolloverPlan["counted"]): string | null {
  const now = new Map(after.map((line) => [line.month, line]));
  return before.find((line) => !agree(line, now.get(line.month)))?.month ?? null;
}

/** The plan as a table for people. */
export function renderPlan(plan: RolloverPlan): string {
  const lines = [`Rollover of the years before ${plan.today.slice(0, 4)}`];
  if (plan.moves.length > 0) {
    lines.push(line("month", "from", "to", "rows", "quantity"));
    for (const { month, from, to, rows, quantity } of plan.moves) lines.push(line(month, from, to, rows, quantity));
    const total = plan.moves.reduce((sum, { rows }) => sum + rows, 0);
    lines.push(
      line(
        "total",
        "",
        "",
        total,
        plan.moves.reduce((sum, { quantity }) => sum + quantity, 0),
      ),
      "",
    );
    lines.push(renderCounted(plan.counted));
  }
  for (const { file, rows } of plan.staying) {
    lines.push(`${rows} rows in ${file} belong to days that are not finished; they stay and count where they are.`);
  }
  for (const { file, rows } of plan.undated) lines.push(`${rows} rows in ${file} have no valid date; they stay there.`);
  return lines.join("\n");
}

/** What counts per month over all files, as a table for people; the same before and after a rollover. */
export function renderCounted(counted: RolloverPlan["counted"]): string {
  const lines = counted.map(({ month, rows, quantity }) => line(month, "all files", "", rows, quantity));
  return [line("month", "counted in", "", "rows", "quantity"), ...lines].join("\n");
}

function line(month: string, from: string, to: string, rows: number | string, quantity: number | string): string {
  const amount = typeof quantity === "number" ? quantity.toFixed(2) : quantity;
  return `${month.padEnd(8)} ${from.padEnd(24)} ${to.padEnd(16)} ${String(rows).padStart(10)} ${amount.padStart(18)}`.trimEnd();
}
