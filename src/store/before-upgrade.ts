import { Database } from "bun:sqlite";
import { readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fsyncFile, fsyncFolder } from "../segments/fsync.ts";
import { passingTables } from "./passing-tables.ts";

/** Copies of hub.db from before an upgrade that are kept. */
const copiesKept = 3;

/** The name of the copy of a database that is made before its schema becomes `version`. */
export const copyName = (file: string, version: number): string => `${file}.before-v${version}`;

/**
 * Keeps what stands in hub.db as `hub.db.before-vN`, N being the version that it is about to become, without what is made anew by itself; and of such copies the
 * newest three. With it an older hub can be put back. Throws where the copy cannot be made, so that nothing is upgraded without one.
 */
export function keepCopy(file: string, before: number, after: number): void {
  // Of the process's own, because two may find the same old file; a start removes what ends like this.
  const part = `${file}.${process.pid}.db.tmp`;
  rmSync(part, { force: true });
  try {
    // Otherwise another process was quicker: what it kept is the old state, and this copy is not.
    if (copyState(file, part) === before) {
      fsyncFile(part);
      renameSync(part, copyName(file, after));
      fsyncFolder(path.dirname(file));
    }
  } finally {
    rmSync(part, { force: true });
  }
  removeOld(file);
}

/** Copies all tables, and the rows of those that matter, in one read transaction: neither 200 MB of search indexes nor damage in them matters. */
function copyState(file: string, to: string): number {
  const db = new Database(to, { create: true });
  try {
    db.run("ATTACH ? AS source", [file]);
    return db.transaction(() => {
      const { user_version: version } = db.query<{ user_version: number }, []>("PRAGMA source.user_version").get()!;
      const parts = db.query<{ type: string; name: string; sql: string }, []>(
        "SELECT type, name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
      );
      for (const { type, name, sql } of parts.all()) {
        db.run(sql);
        if (type === "table" && !passingTables.includes(name))
          db.run(`INSERT INTO main."${name}" SELECT * FROM source."${name}"`);
      }
      db.run(`PRAGMA main.user_version = ${version}`);
      return version;
    })();
  } finally {
    db.close();
  }
}

function removeOld(file: string): void {
  const folder = path.dirname(file);
  const prefix = copyName(path.basename(file), 0).slice(0, -1);
  const versions = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
  for (const version of versions.slice(copiesKept)) rmSync(path.join(folder, prefix + version), { force: true });
}
