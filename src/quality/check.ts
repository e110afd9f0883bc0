import { addDays } from "../production/calendar.ts";
import type { Columns } from "../rollup/columns.ts";
import type { Day } from "../segments/day.ts";
import { isDay } from "../segments/day.ts";
import type { Reader } from "../segments/reader.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { newItems, stoppedItems } from "./catalogue.ts";
import { readDayFacts } from "./day-facts.ts";
import { type Drift, driftFindings, driftWithHistory } from "./drift.ts";
import { fileOf, futureDays, misplacedRows, undatedRows } from "./file-checks.ts";
import { type Finding, type Found, kinds } from "./finding.ts";
import { type History, historyOf, positionOf } from "./history.ts";
import { Levels, unusualDays, unusualItemDays } from "./levels.ts";
import { changedNames, newestNames } from "./names.ts";
import { oddQuantities } from "./quantities.ts";
import { rowFindings, type ScannedDay } from "./row-checks.ts";
import { examplesOf, mostIllustrated } from "./samples.ts";
import { type Scanned, type ScannedDays, signatures } from "./scanned-days.ts";
import { missingDays } from "./working-days.ts";

/** Days on which what is far from usual is told: it is said within a day, and four weeks later it is history. */
const toldDays = 28;
/** Days without production and odd quantities are told for as long as rows are looked at; production that stood still long ago for a quarter. */
const missingToldDays = 92;
/** Rows read in one go: half a second. The rest follows in the next one. */
const rowsAtOnce = 250_000;
/** Days whose rows are read again at each new version, because lots and names may change without the totals. */
const alwaysRead = 3;
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

/** What is needed to look. */
export interface CheckTools {
  reader: Reader;
  scanned: ScannedDays;
  /** Daily totals of each segment. */
  columnsOf: ReadonlyMap<Segment, Columns>;
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
export function check({ snapshot, today, days, holidays }: CheckOptions, tools: CheckTools): Checked {
  const { segments, version } = snapshot;
  const { reader, scanned, columnsOf } = tools;
  const columns = segments.map((segment) => columnsOf.get(segment)!);
  const nothing = { version, today, drift: null, days: null, read: 0, pending: 0, unindexed: [] };
  const ofFiles = [...undatedRows(segments), ...misplacedRows(segments), ...futureDays(columns, today)];
  const history = historyOf(columns, today, holidays);
  if (!history) return { ...nothing, findings: illustrated(ofFiles, reader, segments, () => []) };

  const last = addDays(history.first, history.length - 1);
  const from = addDays(last, 1 - days);
  const rows = readRows(snapshot, tools, from, last);
  const { found, drift, complete } = fromTotals(history, newestNames(columns), { today, days });
  const names = changedNames(reader, segments, history, newestNames(columns));
  const factsOf = (file: string, day: Day) => rows.days.filter((one) => one.file === file && one.day === day);
  scanned.keepOnly(segments.map(({ name }) => name));
  return {
    version,
    today,
    findings: illustrated([...found, ...rowFindings(rows.days), ...ofFiles, ...names], reader, segments, factsOf),
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
  const found = [
    ...missingDays(history, Math.max(0, history.length - missingToldDays), now),
    ...unusualDays(levels, Math.max(0, complete - toldDays), complete),
    ...unusualItemDays(levels, Math.max(0, complete - toldDays), complete),
    ...stoppedItems(levels, complete),
    ...driftFindings(drift),
    ...oddQuantities(history, Math.max(0, history.length - days), history.length),
    ...newItems(history, history.length, names),
  ];
  return { found, drift, complete };
}

interface ReadRows {
  days: (ScannedDay & { segment: Segment })[];
  pending: number;
  unindexed: string[];
}

/** Reads the rows of the days that changed since they were read, newest first and no more than some at once. */
function readRows({ segments }: Snapshot, { reader, scanned, columnsOf }: CheckTools, from: Day, to: Day): ReadRows {
  let budget = rowsAtOnce;
  const result: ReadRows = { days: [], pending: 0, unindexed: [] };
  const newest = new Set(newestDays(columnsOf.values(), to));
  const knownOf = new Map(segments.map((segment) => [segment, scanned.of(segment.name)]));
  const flagged = flaggedDays(knownOf);
  for (const segment of segments.toSorted((a, b) => (a.ownsTo > b.ownsTo ? -1 : 1))) {
    if (!hasIndex(segment.facts.indexes, "production_date")) {
      result.unindexed.push(segment.name);
      continue;
    }
    const known = knownOf.get(segment)!;
    const present = signatures(columnsOf.get(segment)!, from, to);
    const read = new Map<Day, Scanned>();
    for (const day of [...present.keys()].sort().reverse()) {
      const { signature, rows } = present.get(day)!;
      const found = known.get(day);
      const isKnown = found?.signature === signature && !newest.has(day) && !flagged.has(day);
      // What is known of a version that is gone is shown until its turn comes.
      if (!isKnown && budget > 0 && isDay(day)) {
        budget -= rows;
        read.set(day, { signature, facts: readDayFacts(reader, segment, day) });
      } else if (!isKnown) result.pending += 1;
      const facts = read.get(day)?.facts ?? found?.facts;
      if (facts) result.days.push({ file: fileOf(segment), day, facts, segment });
    }
    const changed = new Map([...read].filter(([day, one]) => !Bun.deepEquals(known.get(day), one)));
    scanned.put(
      segment.name,
      changed,
      [...known.keys()].filter((day) => !present.has(day)),
    );
  }
  result.days.sort(byDay);
  return result;
}

/** Days with a finding are read again at each version, so that a corrected row is noticed that leaves the totals as they were. */
function flaggedDays(knownOf: ReadonlyMap<Segment, ReadonlyMap<Day, Scanned>>): Set<Day | null> {
  const days = [...knownOf].flatMap(([segment, known]) =>
    [...known].map(([day, { facts }]): ScannedDay => ({ file: fileOf(segment), day, facts })),
  );
  return new Set(rowFindings(days.sort(byDay)).map(({ day }) => day));
}

const byDay = (a: ScannedDay, b: ScannedDay): number =>
  a.day === b.day ? (a.file < b.file ? -1 : 1) : a.day < b.day ? -1 : 1;

function newestDays(all: Iterable<Columns>, to: Day): Day[] {
  const days = [...all].flatMap(({ days }) => days.filter((day) => day <= to).slice(-alwaysRead));
  return [...new Set(days)].sort().slice(-alwaysRead);
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
