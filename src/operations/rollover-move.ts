import type { Database } from "bun:sqlite";
import type { Day } from "../segments/day.ts";
import { contractColumns, sameRow } from "../segments/duplicates.ts";
import { table } from "../segments/schema.ts";
import { columnsOf } from "./rollover-archive.ts";
import {
  attachReadOnly,
  busyTimeoutInLockMs,
  identityOf,
  lockTargetMs,
  openForWriting,
  unlocked,
  writing,
} from "./rollover-lock.ts";
import { type SurveyedFile, withPlaces } from "./rollover-plan.ts";
import { idsAtOnce, idsOfDays, jsonChunks, ofDays, type Place, reading } from "./rollover-rows.ts";

/** Rows of some days to be moved from one file to the archive that owns the days. */
export interface MoveOrder {
  from: SurveyedFile;
  to: SurveyedFile;
  days: { from: Day; to: Day };
  /** Rows of these ids stand in a third file as well, with the same content: both count, and in the archive only one could. */
  blocked: ReadonlySet<number>;
  /**
   * The archive was made from this file a moment ago, so that a row which differs was changed by the ERP since and takes the place of the
   * older one.
   */
  fresh: boolean;
  /** Only put the rows into the archive: both files hold them then, and they count once. */
  copyOnly?: boolean;
}

export interface MoveResult {
  /** Rows that are gone from the file, because the archive holds them. */
  left: number;
  /** Rows put into the archive, which did not hold them before. */
  added: number;
  /** Rows that stay, because their id is taken in the archive by another row or they are blocked. */
  kept: number;
  /** The longest time the file was locked, ms. */
  longestLockMs: number;
  /** The ERP put another file in the place of this one, which ended the work on it. */
  replaced: boolean;
}

const noResult = (): MoveResult => ({ left: 0, added: 0, kept: 0, longestLockMs: 0, replaced: false });

const firstChunk = 2_000;
/** Without indexes so many are compared and deleted in some 45 ms. */
const greatestChunk = 50_000;
const consequence =
  "The rows that were not moved yet count where they are, and every answer is right. The next start of the hub or of the command goes on.";

/**
 * Deletes the rows that an archive made from this very file holds with the same content in every column, and leaves those that differ to
 * `moveRows`: the archive is only read. Goes along the ids in short transactions, which is how the pages of the table lie. While a chunk is compared
 * and deleted nobody can change it; between two chunks other writers get their turn. Queries are right at every instant, because a row that
 * stands in both files counts once (CONTRACT §1). Ends early once the archive is not `isSound`.
 */
export async function removeArchived(
  order: Pick<MoveOrder, "from" | "to" | "days"> & { isSound: () => boolean },
  onMoved: (rows: number) => void,
): Promise<MoveResult> {
  const result = noResult();
  result.replaced = await withBoth(order, async (source, target, wasReplaced) => {
    const mover = moverOf(source, target, order);
    const pace = new Pace();
    let after: number | null = Number.MIN_SAFE_INTEGER;
    while (after !== null && order.isSound() && !wasReplaced()) {
      const from: number = after;
      const { value, ms } = await unlocked(order.from.path, consequence, () =>
        locked(source, () => mover.removeNext(from, pace.rows)),
      );
      after = value.last;
      result.left += value.removed;
      result.longestLockMs = Math.max(result.longestLockMs, ms);
      onMoved(value.removed);
      await pace.pause(ms);
    }
  });
  return result;
}

/** Moves rows wherever they stand, a list of ids at a time; otherwise as `removeArchived`. */
export async function moveRows(order: MoveOrder, onMoved: (rows: number) => void): Promise<MoveResult> {
  const { from, days, blocked } = order;
  const result = noResult();
  const all = await withPlaces([from], ([place]) =>
    idsOfDays(place as Place, days.from, days.to, from.survey.undatedPrefixes),
  );
  const ids = blocked.size > 0 ? all.filter((id) => !blocked.has(id)) : all;
  result.kept = all.length - ids.length;
  if (ids.length === 0) return result;
  result.replaced = await withBoth(order, async (source, target, wasReplaced) => {
    const mover = moverOf(source, target, order);
    const pace = new Pace();
    for (let at = 0; at < ids.length && !wasReplaced(); ) {
      const chunk = ids.slice(at, at + Math.min(pace.rows, idsAtOnce));
      const { value, ms } = await unlocked(from.path, consequence, () => locked(source, () => mover.carry(chunk)));
      at += chunk.length;
      result.left += value.left;
      result.added += value.added;
      result.kept += value.kept;
      result.longestLockMs = Math.max(result.longestLockMs, ms);
      onMoved(value.left);
      await pace.pause(ms);
    }
  });
  return result;
}

/** How many rows are dealt with under one lock, after what the chunks before took. */
class Pace {
  rows = firstChunk;

  /** SQLite has no queue for locks: whoever waits looks again after up to 100 ms, and must find the file free often enough. */
  async pause(ms: number): Promise<void> {
    const factor = Math.min(1.5, lockTargetMs / Math.max(1, ms));
    this.rows = Math.round(Math.min(greatestChunk, Math.max(500, this.rows * factor)));
    await Bun.sleep(ms * (0.3 + 0.2 * Math.random()));
  }
}

/**
 * Opens both files for as long as the work takes. `wasReplaced` says that the ERP put another file in the place of the first: what is deleted
 * here is deleted nowhere then. Returns whether it did.
 */
async function withBoth(
  { from, to }: Pick<MoveOrder, "from" | "to">,
  work: (source: Database, target: Database, wasReplaced: () => boolean) => Promise<void>,
): Promise<boolean> {
  const identity = identityOf(from.path);
  const source = openForWriting(from.path);
  const target = openForWriting(to.path);
  try {
    source.run("PRAGMA cache_size = -32768");
    attachReadOnly(target, "source", from.path);
    for (const db of [source, target]) db.run(`PRAGMA busy_timeout = ${busyTimeoutInLockMs}`);
    const wasReplaced = () => identityOf(from.path) !== identity;
    await work(source, target, wasReplaced);
    return wasReplaced();
  } finally {
    target.close();
    source.close();
  }
}

/** Does work while nobody else writes the source, and measures how long it was locked. */
function locked<T>(source: Database, work: () => T): { value: T; ms: number } {
  let began = performance.now();
  const value = writing(source, () => {
    began = performance.now();
    return work();
  });
  return { value, ms: performance.now() - began };
}

/** What is done with a chunk while its file is locked. */
interface Mover {
  removeNext: (after: number, rows: number) => { last: number | null; removed: number };
  carry: (ids: readonly number[]) => Pick<MoveResult, "left" | "added" | "kept">;
}

function moverOf(
  source: Database,
  target: Database,
  { from, days, fresh = false, copyOnly = false }: Pick<MoveOrder, "from" | "days"> & Partial<MoveOrder>,
): Mover {
  const columns = columnsOf(source, "main");
  const names = columns.map((name) => `"${name}"`).join(", ");
  const same = sameRow("a", "b", columns);
  const wanted = ofDays(days.from, days.to, from.survey.undatedPrefixes);
  const listed = "id IN (SELECT value FROM json_each(?))";
  const between = "id > ? AND id <= ?";
  type Parameters = (string | number)[];

  const next = source.query<{ last: number | null }, [number, number]>(
    `SELECT max(id) AS last FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?)`,
  );
  const compare = (which: string, parameters: Parameters) =>
    target
      .query<{ present: number; equal: number }, Parameters>(
        `SELECT count(*) AS present, total(b.id IS NOT NULL AND ${same}) AS equal
         FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${which} AND ${wanted.sql}) a
         LEFT JOIN main.${table} b ON b.id = a.id`,
      )
      .get(...parameters)!;
  const add = (parameters: Parameters): number =>
    target
      .query<unknown, Parameters>(
        `INSERT ${fresh ? "OR REPLACE " : ""}INTO main.${table} (${names}) SELECT ${names}
         FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${listed} AND ${wanted.sql}) a
         WHERE NOT EXISTS (SELECT 1 FROM main.${table} b WHERE b.id = a.id${fresh ? ` AND ${same}` : ""})`,
      )
      .run(...parameters).changes;
  const equalIds = (which: string, parameters: Parameters): number[] =>
    (
      target
        .query<{ id: number }, Parameters>(
          `SELECT a.id FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${which} AND ${wanted.sql}) a
           CROSS JOIN main.${table} b ON b.id = a.id WHERE ${same}`,
        )
        .values(...parameters) as [number][]
    ).map(([id]) => id);
  const remove = (which: string, parameters: Parameters) =>
    source.query<unknown, Parameters>(`DELETE FROM ${table} NOT INDEXED WHERE ${which}`).run(...parameters);

  return {
    removeNext: (after, rows) => {
      const last = next.get(after, rows)?.last ?? null;
      if (last === null) return { last, removed: 0 };
      const parameters = [after, last, ...wanted.bounds];
      const { present, equal } = compare(between, parameters);
      if (equal > 0 && equal === present) remove(`${between} AND ${wanted.sql}`, parameters);
      else if (equal > 0) remove(listed, [JSON.stringify(equalIds(between, parameters))]);
      return { last, removed: equal };
    },
    carry: (ids) => {
      const parameters = [JSON.stringify(ids), ...wanted.bounds];
      const { present, equal } = compare(listed, parameters);
      const added = equal < present ? add(parameters) : 0;
      const found = equalIds(listed, parameters);
      if (copyOnly) return { left: 0, added, kept: 0 };
      if (found.length > 0) remove(listed, [JSON.stringify(found)]);
      return { left: found.length, added, kept: present - found.length };
    },
  };
}

/** True when every column of the rows finds its place in the other file. */
export function fits(from: SurveyedFile, to: SurveyedFile): Promise<boolean> {
  return withPlaces([from, to], async (places) => {
    const [a, b] = places as [Place, Place];
    const there = new Set(columnsOf(b.db, b.schema));
    return columnsOf(a.db, a.schema).every((name) => there.has(name));
  });
}

/** Ids of rows that stand with the same content in two files neither of which owns their days, while the owner lacks them. */
export async function findBlocked(
  files: readonly SurveyedFile[],
  owner: SurveyedFile,
  days: { from: Day; to: Day },
): Promise<Set<number>> {
  const blocked = new Set<number>();
  const others = files.filter(
    ({ name, survey }) =>
      name !== owner.name && [...survey.days.keys()].some((day) => day >= days.from && day <= days.to),
  );
  // From old to new, so that the few rows of an archive are looked up in Live and never the other way round.
  const ordered = others.toReversed();
  for (const [position, file] of ordered.entries()) {
    for (const other of ordered.slice(position + 1)) {
      await withPlaces([file, other, owner], async (places) => {
        const [a, b, c] = places as [Place, Place, Place];
        const find = a.db.query<{ id: number }, string[]>(
          `SELECT a.id FROM ${a.schema}.${table} a CROSS JOIN ${b.schema}.${table} b ON b.id = a.id
           WHERE a.id IN (SELECT value FROM json_each(?)) AND ${sameRow("a", "b", contractColumns)}
             AND NOT EXISTS (SELECT 1 FROM ${c.schema}.${table} c WHERE c.id = a.id AND ${sameRow("a", "c", contractColumns)})`,
        );
        const ids = await idsOfDays(a, days.from, days.to, file.survey.undatedPrefixes);
        for (const { json } of jsonChunks(ids)) {
          for (const { id } of await reading(a.path, () => find.all(json))) blocked.add(id);
        }
      });
    }
  }
  return blocked;
}
