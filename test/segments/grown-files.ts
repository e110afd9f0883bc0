import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { makeMirror } from "../../src/segments/mirror.ts";
import { makeTail } from "../../src/segments/tail.ts";
import type { Facts } from "../../src/segments/types.ts";
import { CREATE_TABLE } from "../support/files.ts";

/** A source file and the mirror that was made of an earlier state of it. */
export interface GrownFile {
  source: string;
  base: string;
  facts: Facts;
}

/** Opens a database of the ERP's, made with these pragmas where it does not exist. */
export function openSource(source: string, pragmas: readonly string[] = [], create = CREATE_TABLE): Database {
  const db = new Database(source, { create: true });
  db.run("PRAGMA busy_timeout = 60000");
  for (const pragma of pragmas) db.run(`PRAGMA ${pragma}`);
  db.run("PRAGMA synchronous = OFF");
  if (db.query("SELECT 1 FROM sqlite_schema WHERE name = 'production_records'").get() === null) db.run(create);
  return db;
}

/** Adds rows with ids of SQLite's choice; `text` is the name, so that rows can be of any length. */
export function append(db: Database, rows: number, text = "클리어 렌즈"): void {
  db.run(
    `INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity)
     SELECT '2026-01-13 오전 12:00:00', 'LT' || value, 'BW00' || (value % 7), ?, value
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?) SELECT value FROM n)`,
    [text, rows],
  );
}

/** Why there is no tail (null: base and tail are the source), and the facts of the tail where there is one. */
export interface Tail {
  refused: string | null;
  facts: Facts | null;
}

/** Mirrors the source as it is now. */
export async function mirrorOf(source: string): Promise<GrownFile> {
  const base = `${source}.mirror`;
  const { facts } = await makeMirror({ source, target: base, durable: false });
  return { source, base, facts };
}

/** The tail beside the mirror. */
export const tailFile = ({ base }: GrownFile): string => `${base}.tail`;

/** Makes the tail of a source that may have grown; one from before is removed. */
export function tailOf(file: GrownFile, maxRows = 100_000, holds?: readonly number[]): Tail {
  const target = tailFile(file);
  rmSync(target, { force: true });
  const order = { source: file.source, base: file.base, lastId: file.facts.maxId, target, maxRows };
  const result = makeTail(order, holds);
  return "refused" in result ? { ...result, facts: null } : { refused: null, facts: result.facts };
}

/** All rows of these files together, every value with its type, by id. */
export function allRows(files: readonly string[]): string[] {
  return files
    .flatMap((file) => {
      const db = new Database(file, { readonly: true });
      try {
        return db
          .query<{ id: number; content: string }, []>(
            `SELECT id, concat_ws('|', id, quote(production_date), quote(lot_number), quote(item_code), quote(item_name), quote(good_quantity)) content
             FROM production_records NOT INDEXED`,
          )
          .all();
      } finally {
        db.close();
      }
    })
    .sort((a, b) => a.id - b.id)
    .map(({ content }) => content);
}
