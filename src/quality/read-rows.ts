import type { Columns } from "../rollup/columns.ts";
import type { Day } from "../segments/day.ts";
import type { Reader } from "../segments/reader.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import { type DayFacts, readDayFacts } from "./day-facts.ts";
import { fileOf } from "./file-checks.ts";
import { rowFindings, type ScannedDay } from "./row-checks.ts";
import { type Scanned, type ScannedDays, signatures } from "./scanned-days.ts";

/** Rows read in one go, half a second: the rest follows in the next one. */
const rowsAtOnce = 250_000;
/** Rows that are read again at each version of their file although their totals are the same. */
const rowsAgain = 100_000;
/** Days that are read again, because lots and names may change without the totals: the newest ones, and those with a finding. */
const newestAgain = 3;

/** What is needed to read rows. */
export interface RowTools {
  reader: Reader;
  scanned: ScannedDays;
  /** Daily totals of each segment. */
  columnsOf: ReadonlyMap<Segment, Columns>;
}

/** What is known of the rows of each day. */
export interface ReadRows {
  /** In ascending order. */
  days: (ScannedDay & { segment: Segment })[];
  /** Days that are still to be read. */
  pending: number;
  /** Segments without an index on the date, whose days cannot be read one by one. */
  unindexed: string[];
}

interface Order {
  segment: Segment;
  day: Day;
  rows: number;
  signature: string;
}

/** Reads the rows of the days that changed since they were read, newest first and no more than some at once. Throws SourceError when a file cannot be read. */
export function readRows(segments: readonly Segment[], tools: RowTools, from: Day, to: Day): ReadRows {
  const indexed = segments.filter(({ facts }) => hasIndex(facts.indexes, "production_date"));
  const knownOf = new Map(indexed.map((segment) => [segment, tools.scanned.of(segment.name)]));
  const presentOf = new Map(indexed.map((one) => [one, signatures(tools.columnsOf.get(one)!, from, to)]));
  const days = [...new Set([...presentOf.values()].flatMap((present) => [...present.keys()]))].sort();
  const again = new Set<Day | null>([...days.slice(-newestAgain), ...flaggedDays(knownOf)]);

  const changed: Order[] = [];
  const repeated: Order[] = [];
  for (const [segment, present] of presentOf) {
    for (const [day, { signature, rows }] of present) {
      const known = knownOf.get(segment)!.get(day);
      const order = { segment, day, rows, signature };
      if (known?.signature !== signature) changed.push(order);
      else if (again.has(day) && known.version !== segment.version) repeated.push(order);
    }
  }
  const newestFirst = (a: Order, b: Order): number => (a.day === b.day ? 0 : a.day > b.day ? -1 : 1);
  const begun = within(changed.sort(newestFirst), rowsAtOnce);
  const read = new Map<Segment, Map<Day, Scanned>>();
  for (const { segment, day, signature } of [...begun, ...within(repeated.sort(newestFirst), rowsAgain)]) {
    const own = read.get(segment) ?? new Map<Day, Scanned>();
    read.set(segment, own);
    own.set(day, { signature, version: segment.version, facts: readDayFacts(tools.reader, segment, day) });
  }

  const result: ReadRows = { days: [], pending: changed.length - begun.length, unindexed: [] };
  result.unindexed = segments.filter((segment) => !indexed.includes(segment)).map(({ name }) => name);
  for (const [segment, present] of presentOf) {
    const known = knownOf.get(segment)!;
    const own = read.get(segment) ?? new Map<Day, Scanned>();
    for (const day of present.keys()) {
      // What is known of a version that is gone is shown until its turn comes.
      const facts = (own.get(day) ?? known.get(day))?.facts;
      if (facts) result.days.push({ file: fileOf(segment), day, facts, segment });
    }
    const gone = [...known.keys()].filter((day) => !present.has(day));
    tools.scanned.put(segment.name, own, gone);
  }
  tools.scanned.keepOnly(segments.map(({ name }) => name));
  result.days.sort(byDay);
  return result;
}

/** The first orders whose rows are within a number, and at least one. */
function within(orders: readonly Order[], most: number): Order[] {
  let rows = 0;
  return orders.filter((order, at) => {
    rows += order.rows;
    return at === 0 || rows <= most;
  });
}

/** Days with a finding, so that a corrected row is noticed that leaves the totals as they were. */
function flaggedDays(knownOf: ReadonlyMap<Segment, ReadonlyMap<Day, { facts: DayFacts }>>): (Day | null)[] {
  const days = [...knownOf].flatMap(([segment, known]) =>
    [...known].map(([day, { facts }]): ScannedDay => ({ file: fileOf(segment), day, facts })),
  );
  return rowFindings(days.sort(byDay)).map(({ day }) => day);
}

const byDay = (a: ScannedDay, b: ScannedDay): number =>
  a.day === b.day ? (a.file < b.file ? -1 : 1) : a.day < b.day ? -1 : 1;
