import type { Database } from "bun:sqlite";
import type { Day } from "../segments/day.ts";
import { table } from "../segments/schema.ts";
import { columnsOf } from "./rollover-archive.ts";
import {
  attachReadOnly,
  busyTimeoutInLockMs,
  identityOf,
  lockTargetMs,
  openForWriting,
  patiently,
  writing,
} from "./rollover-lock.ts";
import { type SurveyedFile, withPlaces } from "./rollover-plan.ts";
import { contractColumns, idsOfDays, jsonChunks, ofDays, type Place, sameRow } from "./rollover-rows.ts";

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
  /** Rows that stand in the archive now and no longer in the other file. */
  moved: number;
  /** Rows that stay, because their id is taken in the archive by another row or they are blocked. */
  kept: number;
  /** The longest time the file was locked, ms. */
  longestLockMs: number;
}

const firstChunk = 2_000;
const greatestChunk = 20_000;
const consequence =
  "The rows that were not moved yet count where they are, and every answer is right. The next start of the hub or of the command goes on.";

/**
 * Moves rows in short transactions, and deletes only what the archive holds with the same content in every column. While a chunk is
 * compared and deleted nobody can change it; between two chunks other writers get their turn. Queries are right at every instant, because
 * a row that stands in both files counts once (CONTRACT §1).
 */
export async function moveRows(order: MoveOrder, onMoved: (rows: number) => void): Promise<MoveResult> {
  const { from, to, days, blocked } = order;
  const result: MoveResult = { moved: 0, kept: 0, longestLockMs: 0 };
  const all = await withPlaces([from], ([place]) =>
    idsOfDays(place as Place, days.from, days.to, from.survey.undatedPrefixes),
  );
  const ids = blocked.size > 0 ? all.filter((id) => !blocked.has(id)) : all;
  result.kept = all.length - ids.length;
  if (ids.length === 0) return result;
  const identity = identityOf(from.path);
  const source = openForWriting(from.path);
  const target = openForWriting(to.path);
  try {
    source.run("PRAGMA cache_size = -65536");
    attachReadOnly(target, "source", from.path);
    const carry = chunkMover(source, target, order);
    for (const db of [source, target]) db.run(`PRAGMA busy_timeout = ${busyTimeoutInLockMs}`);
    let size = firstChunk;
    for (let at = 0; at < ids.length; ) {
      // The ERP put another file in the place of this one: what is deleted here would be deleted nowhere.
      if (identityOf(from.path) !== identity) break;
      const chunk = ids.slice(at, at + size);
      const { moved, kept, ms } = await patiently(from.path, consequence, () => carry(chunk));
      at += chunk.length;
      result.moved += moved;
      result.kept += kept;
      result.longestLockMs = Math.max(result.longestLockMs, ms);
      size = Math.round(Math.min(greatestChunk, Math.max(500, size * Math.min(1.5, lockTargetMs / Math.max(1, ms)))));
      onMoved(chunk.length);
      // SQLite has no queue for locks: whoever waits looks again after up to 100 ms, and must find the file free often enough.
      await Bun.sleep(ms * (0.3 + 0.2 * Math.random()));
    }
  } finally {
    target.close();
    source.close();
  }
  return result;
}

type Carry = (ids: readonly number[]) => { moved: number; kept: number; ms: number };

/** Ids this dense are named by their first and last: a list of them costs as much as the comparison itself. */
const dense = 2;

function chunkMover(source: Database, target: Database, order: MoveOrder): Carry {
  const { from, days, fresh, blocked, copyOnly } = order;
  const columns = columnsOf(source, "main");
  const names = columns.map((name) => `"${name}"`).join(", ");
  const same = sameRow("a", "b", columns);
  const wanted = ofDays(days.from, days.to, from.survey.undatedPrefixes);
  const listed = "id IN (SELECT value FROM json_each(?))";
  const between = "id BETWEEN ? AND ?";
  type Parameters = (string | number)[];

  const compare = (which: string, parameters: Parameters) =>
    target
      .query<{ present: number; equal: number }, Parameters>(
        `SELECT count(*) AS present, total(b.id IS NOT NULL AND ${same}) AS equal
         FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${which} AND ${wanted.sql}) a
         LEFT JOIN main.${table} b ON b.id = a.id`,
      )
      .get(...parameters)!;
  const add = (parameters: Parameters) =>
    target
      .query<unknown, Parameters>(
        `INSERT ${fresh ? "OR REPLACE " : ""}INTO main.${table} (${names}) SELECT ${names}
         FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${listed} AND ${wanted.sql}) a
         WHERE NOT EXISTS (SELECT 1 FROM main.${table} b WHERE b.id = a.id${fresh ? ` AND ${same}` : ""})`,
      )
      .run(...parameters);
  const equalIds = (parameters: Parameters) =>
    target
      .query<{ id: number }, Parameters>(
        `SELECT a.id FROM (SELECT * FROM source.${table} NOT INDEXED WHERE ${listed} AND ${wanted.sql}) a
         CROSS JOIN main.${table} b ON b.id = a.id WHERE ${same}`,
      )
      .values(...parameters) as [number][];
  const remove = (which: string, parameters: Parameters) =>
    source.query<unknown, Parameters>(`DELETE FROM ${table} NOT INDEXED WHERE ${which}`).run(...parameters);

  const carryRange = (first: number, last: number): { moved: number; kept: number } | null => {
    const parameters = [first, last, ...wanted.bounds];
    const { present, equal } = compare(between, parameters);
    if (equal < present) return null;
    if (!copyOnly) remove(`${between} AND ${wanted.sql}`, parameters);
    return { moved: present, kept: 0 };
  };
  const carryListed = (ids: readonly number[]): { moved: number; kept: number } => {
    const parameters = [JSON.stringify(ids), ...wanted.bounds];
    const { present, equal } = compare(listed, parameters);
    if (equal < present) add(parameters);
    const found = equalIds(parameters);
    if (found.length > 0 && !copyOnly) remove(listed, [JSON.stringify(found.map(([id]) => id))]);
    return { moved: found.length, kept: present - found.length };
  };

  return (ids) => {
    const first = ids[0] as number;
    const last = ids.at(-1) as number;
    const isDense = blocked.size === 0 && last - first < dense * ids.length;
    let began = performance.now();
    const done = writing(source, () => {
      began = performance.now();
      return (isDense ? carryRange(first, last) : null) ?? carryListed(ids);
    });
    return { ...done, ms: performance.now() - began };
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
        for (const { json } of jsonChunks(ids)) for (const { id } of find.all(json)) blocked.add(id);
      });
    }
  }
  return blocked;
}
