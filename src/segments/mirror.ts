import { Database } from "bun:sqlite";
import { renameSync, rmSync } from "node:fs";
import { copySource } from "./copy.ts";
import { SourceError } from "./errors.ts";
import { readFacts } from "./facts.ts";
import { fsyncFile } from "./fsync.ts";
import { indexesBesideTotals, indexesOf, requiredIndexes, table, verifyTable } from "./schema.ts";
import type { SourceVersion } from "./source-version.ts";
import type { Facts } from "./types.ts";

/** Order to copy a source file into a mirror; carried out in a process that does nothing else with SQLite files. */
export interface MirrorOrder {
  source: string;
  /** Where the finished mirror is to stand; the copy is made beside it under a temporary name. */
  target: string;
  /** Sync the mirror to the disk before it is published, so that it can be trusted after a power cut. */
  durable: boolean;
  /** Leave out the index that only summaries use: daily totals answer them, and at 5 million rows it takes 6 s of 16. */
  totalsAnswer?: boolean;
}

export interface MirrorResult extends SourceVersion {
  facts: Facts;
}

/**
 * Copies a source, checks the copy, adds the indexes it lacks and publishes it by rename.
 * The source is open for the copy alone. Throws SourceError when it is locked, broken, or keeps changing.
 */
export async function makeMirror(order: MirrorOrder): Promise<MirrorResult> {
  const part = `${order.target}.tmp`;
  removeDatabase(part);
  try {
    const copied = await copySource(order.source, part);
    const facts = finish(part, order);
    renameSync(part, order.target);
    return { facts, ...copied };
  } catch (error) {
    removeDatabase(part);
    throw error;
  }
}

/** Deletes a database with its side files; true when nothing is left of it. */
export function removeDatabase(file: string): boolean {
  for (const path of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Windows: a reader still has it open; whoever cleans up next tries again.
      return false;
    }
  }
  return true;
}

function finish(part: string, { durable, totalsAnswer }: MirrorOrder): Facts {
  const db = new Database(part);
  try {
    // Disposable until it is published, so nothing is synced or journalled meanwhile; a copy in WAL format becomes a plain one.
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("PRAGMA synchronous = OFF");
    db.run("PRAGMA cache_size = -65536");
    const verdict = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get();
    if (verdict?.quick_check !== "ok") {
      throw new SourceError("broken", "The file is damaged: SQLite's quick_check found an error.");
    }
    return completeMirror(db, totalsAnswer ? indexesBesideTotals : requiredIndexes);
  } finally {
    db.close();
    if (durable) fsyncFile(part);
  }
}

/** Gives the table of a database the indexes that it lacks, and reads its facts. Throws SourceError where it is not the ERP's table. */
export function completeMirror(db: Database, required = requiredIndexes): Facts {
  verifyTable(db, "main");
  const present = indexesOf(db, "main");
  for (const index of required) {
    if (present.includes(index.columns)) continue;
    db.run(`CREATE INDEX IF NOT EXISTS hub_${index.name} ON ${table} (${index.columns})`);
  }
  db.run("PRAGMA analysis_limit = 400");
  db.run("ANALYZE main");
  return readFacts(db, "main", true);
}
