import { addDays } from "../production/calendar.ts";
import type { Day } from "../segments/day.ts";
import type { Reader } from "../segments/reader.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { newItems, stoppedItems } from "./catalogue.ts";
import { type Drift, driftFindings, driftWithHistory } from "./drift.ts";
import { futureDays, misplacedRows, undatedRows } from "./file-checks.ts";
import { type Finding, type Found, kinds } from "./finding.ts";
import { type History, historyOf, positionOf } from "./history.ts";
import { Levels, unusualDays, unusualItemDays } from "./levels.ts";
import { changedNames, newestNames } from "./names.ts";
import { oddQuantities } from "./quantities.ts";
import { type RowTools, readRows } from "./read-rows.ts";
import { rowFindings } from "./row-checks.ts";
import { examplesOf, mostIllustrated } from "./samples.ts";
import { missingDays } from "./working-days.ts";

/** Days on which what is far from usual is told: it is said within a day, and four weeks later it is history. */
const toldDays = 28;
/** Days without production and odd quantities are told for as long as rows are looked at; production that stood still long ago for a quarter. */
const missingToldDays = 92;
/** Findings of a kind at most; a flood of them is one fault. */
const mostOfKind = 200;

/** What is looked at, and how. */
export interface CheckOptions {
  snapshot: Snapshot;
  /** The factory's date. */
  today: Day;
  /** Days back from the newest one whose rows are looked at. */
  days: number;
  /** Whether the factory keeps Korean holidays. */
  holidays: boolean;
}

/** What a check found, and what it looked at. */
export interface Checked {
  version: string;
  today: Day;
  findings: Finding[];
  drift: Drift | null;
  /** First and last day with rows, and the last complete one. */
  days: { first: Day; last: Day; complete: Day } | null;
  /** Days whose rows were read so far, and days that are still to be read. */
  read: number;
  pending: number;
  /** Files whose rows cannot be looked at day by day, because they lack the index on the date. */
  unindexed: string[];
}

/** Looks through one version of the data. The same data, date and days read give the same findings. Throws SourceError when a file cannot be read or changed. */
export function check({ snapshot, today, days, holidays }: CheckOptions, tools: RowTools): Checked {
  const { segments, version } = snapshot;
  const { reader, columnsOf } = tools;
  const columns = segments.map((segment) => columnsOf.get(segment)!);
  const nothing = { version, today, drift: null, days: null, read: 0, pending: 0, unindexed: [] };
  const ofFiles = [...undatedRows(segments), ...misplacedRows(segments), ...futureDays(columns, today)];
  const history = historyOf(columns, today, holidays);
  if (!history) return { ...nothing, findings: illustrated(ofFiles, reader, segments, () => []) };

  const last = addDays(history.first, history.length - 1);
  const from = addDays(last, 1 - days);
  const rows = readRows(segments, tools, from, last);
  const names = newestNames(columns);
  const { found, drift, complete } = fromTotals(history, names, { today, days });
  const renamed = changedNames(reader, segments, history, names);
  const factsOf = (file: string, day: Day) => rows.days.filter((one) => one.file === file && one.day === day);
  return {
    version,
    today,
    findings: illustrated([...found, ...rowFindings(rows.days), ...ofFiles, ...renamed], reader, segments, factsOf),
    drift,
    days: { first: history.first, last, complete: addDays(history.first, Math.max(0, complete - 1)) },
    read: rows.days.length,
    pending: rows.pending,
    unindexed: rows.unindexed,
  };
}

/** What the daily totals alone tell. Today is not over, and is left out where the amount of a day matters. */
export function fromTotals(
  history: History,
  names: ReadonlyMap<string, string | null>,
  { today, days }: Pick<CheckOptions, "today" | "days">,
): { found: Found[]; drift: Drift | null; complete: number } {
  const now = positionOf(history, today);
  const complete = Math.min(history.length, now);
  const levels = new Levels(history);
  const drift = driftWithHistory(levels, complete);
  const [from, until] = [Math.max(0, complete - toldDays), complete];
  const stopped = stoppedItems(levels, complete);
  const wholeDays = unusualDays(levels, from, until);
  const found = [
    ...missingDays(history, Math.max(0, history.length - missingToldDays), now),
    ...wholeDays,
    ...withoutConsequences(unusualItemDays(levels, from, until), wholeDays, stopped),
    ...stopped,
    ...driftFindings(drift),
    ...oddQuantities(history, Math.max(0, history.length - days), history.length),
    ...newItems(history, history.length, names),
  ];
  return { found, drift, complete };
}

/** Days of items that no other finding explains: a day that is odd as a whole is so for its items, and an item that has stopped has nothing each day. */
function withoutConsequences(items: Found[], wholeDays: readonly Found[], stopped: readonly Found[]): Found[] {
  const whole = new Set(wholeDays.map(({ day, figures }) => `${day} ${figures.side}`));
  const last = new Map(stopped.map(({ item, figures }) => [item, String(figures.last)]));
  return items.filter(
    ({ item, day, figures }) => !whole.has(`${day} ${figures.side}`) && !(last.has(item) && day! > last.get(item)!),
  );
}

/** Findings with examples, by kind and then newest first; of each kind no more than can be read. */
function illustrated(
  found: readonly Found[],
  reader: Reader,
  segments: readonly Segment[],
  factsOf: Parameters<typeof examplesOf>[3],
): Finding[] {
  return kinds.flatMap((kind) => {
    const own = found
      .filter((one) => one.kind === kind)
      .sort(newestFirst)
      .slice(0, mostOfKind);
    return own.map((one, at) => ({
      ...one,
      rows: at < mostIllustrated ? examplesOf(reader, segments, one, factsOf) : [],
    }));
  });
}

const newestFirst = (a: Found, b: Found): number => {
  const [one, other] = [a.day ?? "", b.day ?? ""];
  if (one !== other) return one > other ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};
