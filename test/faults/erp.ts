/**
 * An ERP that writes one database file, run as a process of its own: `bun test/faults/erp.ts FILE delete|wal`.
 * It reads commands as JSON lines from stdin and answers each with one JSON line. It stands for any program that shares the
 * file with the hub: it knows nothing of the hub and waits 5 s for a lock.
 */
import { Database } from "bun:sqlite";
import { renameSync } from "node:fs";
import { createInterface } from "node:readline";
import { CREATE_TABLE, INSERT_ROW, type JournalMode, rowValues, writeDatabase } from "../support/files.ts";
import { FIRST_STABLE_ID, versionRow, versionRows } from "../support/versions.ts";

/** What the ERP can be told. */
export type ErpCommand =
  | { do: "write"; how: WriteKind; version: number }
  | { do: "storm"; seconds: number; kinds: readonly WriteKind[]; seed: number }
  | { do: "lock" }
  | { do: "unlock" }
  | { do: "die"; version: number };

/** One way of writing the next version. */
export type WriteKind = "update" | "refill" | "refill in parts" | "replace";

/** What the ERP went through while it wrote. */
export interface ErpReport {
  readonly version: number;
  readonly statements: number;
  readonly writes: Record<WriteKind, number>;
  /** The longest time one statement found the file locked. */
  readonly longestMs: number;
  readonly longestStatement: string;
  /** Statements that were refused, with the reason. */
  readonly refused: readonly string[];
  /** Refills in several transactions that took so long that a reader may rightly take the half-filled table for the new state: [from, to], ms since 1970. */
  readonly slowRefills: readonly (readonly [number, number])[];
  readonly integrity: string;
}

/** A refill that takes longer than this may be seen half done; the hub waits about a second for the rest. */
const PATIENCE_MS = 500;
const LOCK_PATIENCE_MS = 5_000;
const PARTS = 4;

class Erp {
  readonly #path: string;
  readonly #journal: JournalMode;
  #database: Database;
  #statements = 0;
  #longestMs = 0;
  #longestStatement = "";
  readonly #refused: string[] = [];
  readonly #slowRefills: [number, number][] = [];
  readonly #writes: Record<WriteKind, number> = { update: 0, refill: 0, "refill in parts": 0, replace: 0 };

  constructor(path: string, journal: JournalMode) {
    this.#path = path;
    this.#journal = journal;
    this.#database = this.#open();
  }

  async write(how: WriteKind, version: number): Promise<void> {
    this.#writes[how] += 1;
    if (how === "update") this.#update(version);
    else if (how === "refill") this.#refill(version);
    else if (how === "refill in parts") await this.#refillInParts(version);
    else this.#replace(version);
  }

  /** Writes one version after the other from 2 on, in random ways and at random times. */
  async storm(seconds: number, kinds: readonly WriteKind[], seed: number): Promise<ErpReport> {
    const random = mulberry32(seed);
    const end = Date.now() + seconds * 1000;
    let version = 1;
    while (Date.now() < end) {
      version += 1;
      await this.write(kinds[Math.floor(random() * kinds.length)] ?? "update", version);
      // Bursts and pauses: the hub meets both many changes in a row and a file at rest.
      await Bun.sleep(random() < 0.3 ? 0 : random() * 80);
    }
    this.#database.run(`PRAGMA busy_timeout = ${LOCK_PATIENCE_MS}`);
    return {
      version,
      statements: this.#statements,
      writes: this.#writes,
      longestMs: Math.round(this.#longestMs * 10) / 10,
      longestStatement: this.#longestStatement,
      refused: this.#refused,
      slowRefills: this.#slowRefills,
      integrity: (this.#database.query("PRAGMA integrity_check").get() as { integrity_check: string }).integrity_check,
    };
  }

  lock(): void {
    // In WAL mode readers pass a writer's lock; exclusive locking mode keeps them out as a rollback journal does.
    if (this.#journal === "wal") this.#run("PRAGMA locking_mode = EXCLUSIVE");
    this.#run("BEGIN EXCLUSIVE");
  }

  unlock(): void {
    this.#run("COMMIT");
    this.close();
    this.#database = this.#open();
  }

  /** Ends the process in the middle of a transaction that has already reached the file. */
  die(version: number): never {
    // A small cache makes SQLite write changed pages to the file before the commit, as a large transaction does.
    this.#run("PRAGMA cache_size = 10");
    this.#run("BEGIN IMMEDIATE");
    this.#run("UPDATE production_records SET good_quantity = ?", version);
    for (let id = 1_000_000; id < 1_020_000; id++) this.#run(INSERT_ROW, ...rowValues(versionRow(id, version)));
    process.kill(process.pid, "SIGKILL");
    throw new Error("SIGKILL came back");
  }

  close(): void {
    this.#database.close();
  }

  #update(version: number): void {
    this.#transaction(() => {
      this.#run("UPDATE production_records SET good_quantity = ?", version);
      this.#run("DELETE FROM production_records WHERE id < ?", FIRST_STABLE_ID);
      for (const row of versionRows(version)) if (row.id < FIRST_STABLE_ID) this.#run(INSERT_ROW, ...rowValues(row));
    });
  }

  #refill(version: number): void {
    this.#transaction(() => {
      this.#run("DELETE FROM production_records");
      for (const row of versionRows(version)) this.#run(INSERT_ROW, ...rowValues(row));
    });
  }

  async #refillInParts(version: number): Promise<void> {
    const started = Date.now();
    const rows = versionRows(version);
    const part = Math.ceil(rows.length / PARTS);
    this.#transaction(() => this.#run("DELETE FROM production_records"));
    for (let first = 0; first < rows.length; first += part) {
      await Bun.sleep(10);
      this.#transaction(() => {
        for (const { id } of rows.slice(first, first + part))
          this.#run(INSERT_ROW, ...rowValues(versionRow(id, version)));
      });
    }
    if (Date.now() - started > PATIENCE_MS) this.#slowRefills.push([started, Date.now()]);
  }

  #replace(version: number): void {
    const next = `${this.#path}.next`;
    writeDatabase(next, versionRows(version), this.#journal);
    // What still stands in the write-ahead log belongs to the old file, so it is emptied before the new file takes its name.
    if (this.#journal === "wal") this.#emptyLog();
    this.#database.close();
    renameSync(next, this.#path);
    this.#database = this.#open();
  }

  #open(): Database {
    const database = new Database(this.#path, { create: true, readwrite: true });
    database.run(`PRAGMA busy_timeout = ${LOCK_PATIENCE_MS}`);
    database.run(`PRAGMA journal_mode = ${this.#journal}`);
    database.run("PRAGMA synchronous = OFF");
    database.run(CREATE_TABLE.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"));
    // From here on it waits by itself, so that it knows for how long.
    database.run("PRAGMA busy_timeout = 0");
    return database;
  }

  #transaction(work: () => void): void {
    this.#run("BEGIN IMMEDIATE");
    work();
    this.#run("COMMIT");
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#patiently(sql, () => this.#database.query(sql).run(...values));
  }

  #emptyLog(): void {
    const sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    this.#patiently(sql, () => {
      const { busy } = this.#database.query<{ busy: number }, []>(sql).get()!;
      if (busy) throw Object.assign(new Error("The log is being read."), { code: "SQLITE_BUSY" });
    });
  }

  /** Does a statement again each millisecond while the file is locked. */
  #patiently(sql: string, work: () => void): void {
    let lockedAt: number | null = null;
    this.#statements += 1;
    for (;;) {
      try {
        work();
        return;
      } catch (error) {
        const now = performance.now();
        lockedAt ??= now;
        // Up to the last refusal: what comes after it may be this process standing still.
        const lockedMs = now - lockedAt;
        if (lockedMs > this.#longestMs) {
          this.#longestMs = lockedMs;
          this.#longestStatement = sql;
        }
        const isLocked = String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY");
        if (!isLocked || lockedMs > LOCK_PATIENCE_MS) {
          this.#refused.push(`${sql}: ${error}`);
          throw error;
        }
        Bun.sleepSync(1);
      }
    }
  }
}

/** A small seeded random number generator, so that a storm can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) {
  const [path = "", journal] = process.argv.slice(2);
  const erp = new Erp(path, journal === "wal" ? "wal" : "delete");
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as ErpCommand;
    let answer: unknown = {};
    try {
      if (command.do === "write") await erp.write(command.how, command.version);
      else if (command.do === "storm") answer = await erp.storm(command.seconds, command.kinds, command.seed);
      else if (command.do === "lock") erp.lock();
      else if (command.do === "unlock") erp.unlock();
      else erp.die(command.version);
    } catch (error) {
      answer = { error: String(error) };
    }
    console.log(JSON.stringify(answer));
  }
  erp.close();
}
