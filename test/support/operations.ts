import { Database } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadSettings, type Settings } from "../../src/config.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import type { JournalMode } from "./files.ts";
import { CREATE_TABLE } from "./files.ts";

/** The context of an operation in a home folder, and what it said. */
export interface TestContext extends OperationContext {
  readonly said: string[];
  readonly phases: string[];
}

/** Settings of a home folder as the hub would load them, with the given variables. */
export function settingsOf(home: string, env: Readonly<Record<string, string>> = {}): Settings {
  return loadSettings({ home, env });
}

/** What an operation is given by the command line, keeping what it says. */
export function contextOf(home: string, env: Readonly<Record<string, string>> = {}): TestContext {
  const said: string[] = [];
  const phases: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  return {
    settings: settingsOf(home, env),
    log: { info: say("INFO"), warn: say("WARN"), error: say("ERROR") },
    progress: ({ phase }) => void phases.push(phase),
    said,
    phases,
  };
}

/** Names in database/backups, sorted. */
export function backupNames(home: string): string[] {
  const folder = join(home, "database", "backups");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Path of a backup. */
export function backupPath(home: string, name: string): string {
  return join(home, "database", "backups", name);
}

/** Names in the database folder besides folders and lock files, sorted. */
export function databaseNames(home: string): string[] {
  return readdirSync(join(home, "database"), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** Every row of a file and its monthly sums, as one text that two files share only if they hold the same. */
export function contentOf(path: string): string {
  const database = new Database(path, { readonly: true });
  try {
    const hash = new Bun.CryptoHasher("sha1");
    let rows = 0;
    for (const row of database.query("SELECT * FROM production_records ORDER BY id").values()) {
      hash.update(JSON.stringify(row));
      rows += 1;
    }
    const months = database
      .query(
        "SELECT substr(production_date, 1, 7), count(*), total(good_quantity) FROM production_records GROUP BY 1 ORDER BY 1",
      )
      .values();
    return `${rows} rows ${hash.digest("hex")} ${JSON.stringify(months)}`;
  } finally {
    database.close(true);
  }
}

/** What SQLite's integrity_check says of a file. */
export function integrityOf(path: string): string {
  const database = new Database(path, { readonly: true });
  try {
    return (database.query("PRAGMA integrity_check").get() as { integrity_check: string }).integrity_check;
  } finally {
    database.close(true);
  }
}

/** Writes a file with so many rows over twelve months; `version` is the quantity of each row. */
export function writeManyRows(path: string, rows: number, version: number, journal: JournalMode = "delete"): void {
  const database = new Database(path, { create: true });
  database.run(`PRAGMA journal_mode = ${journal}`);
  database.run("PRAGMA synchronous = OFF");
  database.run(CREATE_TABLE);
  database.run(
    `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${rows})
     INSERT INTO production_records
     SELECT id, printf('2026-%02d-%02d 오전 12:00:00', 1 + id % 12, 1 + id % 28), 'LT' || id,
            printf('BW%04d', id % 500), '클리어 렌즈 ' || (id % 500), ${version} FROM n`,
  );
  database.run("CREATE INDEX idx_production_date ON production_records (production_date)");
  database.close(true);
}

/** One operation in a process of its own, as the running hub and the command line start them. */
export interface OperationOrder {
  readonly name: "backup" | "restore" | "drill" | "watch";
  readonly home: string;
  readonly args: unknown;
  /** Has the process kill itself when it reports this step (from 1). */
  readonly dieAtStep?: number;
}

/** Starts an operation; its last line on stdout is its result as JSON, and its exit code 1 when it said why it failed. */
export function startOperation(order: OperationOrder) {
  return Bun.spawn([process.execPath, resolve(import.meta.dir, "../faults/operation-process.ts")], {
    stdin: Buffer.from(JSON.stringify(order)),
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs an operation as a process to its end and gives its exit code and what it wrote to stderr. */
export async function operationOutcome(order: OperationOrder): Promise<{ code: number; said: string }> {
  const child = startOperation(order);
  const [code, said] = await Promise.all([child.exited, child.stderr.text()]);
  return { code, said: said.trim() };
}
