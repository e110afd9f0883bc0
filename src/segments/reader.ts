import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import { attach, openHost } from "./connection.ts";
import { closeRanges, keptSql, openRanges } from "./duplicates.ts";
import { asSourceError, SourceError } from "./errors.ts";
import { datedSql } from "./facts.ts";
import { look } from "./look.ts";
import { table } from "./schema.ts";
import type { Segment } from "./types.ts";

/** SQLite attaches ten databases at the most (SQLITE_MAX_ATTACHED); an eleventh takes the place of the one used longest ago. */
const maxAttached = 10;
/**
 * A mirror is the hub's own, so it may stay open while it is used. A source is let go after this time even when it is used all the
 * while, because an open handle blocks a rename on Windows; to attach it again costs 0.3 ms.
 */
const mirrorIdleMs = 5_000;
const sourceIdleMs = 100;

type Prepared = Statement<unknown, SQLQueryBindings[]>;

interface Attached {
  schema: string;
  segment: Segment;
  statements: Map<string, Prepared>;
  /** When it was used last; for a source, when it was attached. */
  usedAt: number;
}

/**
 * Reads segments through one connection to which files are attached as questions need them and detached when idle.
 *
 * SQL names the rows as `{rows}`, what keeps duplicates of the owner's rows out as `{kept}`, and what keeps rows without a valid day out
 * as `{dated}`; the reader puts in the segment's schema and conditions. A statement with both leaves rows without a valid day to `{dated}`.
 * Statements are prepared once per segment and kept.
 */
export class Reader {
  readonly #db: Database = openHost();
  readonly #attached = new Map<string, Attached>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** The rows of a statement as arrays in column order. Throws SourceError when the file cannot be read. */
  rows<Row extends unknown[]>(segment: Segment, sql: string, parameters: SQLQueryBindings[]): Row[] {
    return this.#read(segment, sql, (statement) => statement.values(...parameters) as Row[]);
  }

  /** The rows of a statement as objects with a field per column. Throws SourceError when the file cannot be read. */
  records<Row>(segment: Segment, sql: string, parameters: SQLQueryBindings[]): Row[] {
    return this.#read(segment, sql, (statement) => statement.all(...parameters) as Row[]);
  }

  /** Detaches every file and closes the connection. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    for (const name of [...this.#attached.keys()]) this.#release(name);
    this.#db.close();
  }

  #read<T>(segment: Segment, sql: string, read: (statement: Prepared) => T): T {
    try {
      return read(this.#statement(segment, sql));
    } catch (error) {
      this.#release(segment.name);
      const told = asSourceError(error);
      if (told instanceof SourceError) told.segment = segment.name;
      throw told;
    }
  }

  #statement(segment: Segment, sql: string): Prepared {
    const attached = this.#attach(segment);
    let statement = attached.statements.get(sql);
    if (!statement) {
      const { schema } = attached;
      const kept = keptSql(segment, schema, sql.includes("{dated}"));
      const text = sql
        .replaceAll("{rows}", `${schema}.${table}`)
        .replaceAll("{kept}", () => kept)
        .replaceAll("{dated}", () => datedSql(segment.facts.undated.prefixes));
      statement = this.#db.prepare(text);
      attached.statements.set(sql, statement);
    }
    return statement;
  }

  #attach(segment: Segment): Attached {
    const now = performance.now();
    const found = this.#attached.get(segment.name);
    if (found && found.segment.file === segment.file && found.segment.version === segment.version) {
      if (found.segment === segment || Bun.deepEquals(found.segment.excluded, segment.excluded)) {
        found.segment = segment;
        if (segment.immutable) found.usedAt = now;
        return found;
      }
    }
    if (found) this.#release(segment.name);
    if (this.#attached.size >= maxAttached) this.#release(this.#leastUsed());
    const schema = `s${++this.#count}`;
    attach(this.#db, schema, segment.file, segment.immutable);
    const attached: Attached = { schema, segment, statements: new Map(), usedAt: now };
    this.#attached.set(segment.name, attached);
    openRanges(this.#db, schema, segment.excluded);
    if (!segment.immutable && this.#timer) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#timer ??= this.#detachLater(segment.immutable ? mirrorIdleMs : sourceIdleMs);
    return attached;
  }

  #release(name: string): void {
    const attached = this.#attached.get(name);
    if (!attached) return;
    this.#attached.delete(name);
    for (const statement of attached.statements.values()) statement.finalize();
    this.#db.run(`DETACH ${attached.schema}`);
    closeRanges(this.#db, attached.schema);
  }

  #leastUsed(): string {
    return [...this.#attached].reduce((oldest, entry) => (entry[1].usedAt < oldest[1].usedAt ? entry : oldest))[0];
  }

  #detachLater(delay: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timer = null;
      const now = performance.now();
      for (const [name, { segment, usedAt }] of this.#attached) {
        if (now - usedAt >= (segment.immutable ? mirrorIdleMs : sourceIdleMs)) this.#release(name);
      }
      if (this.#attached.size === 0) return;
      const anySource = [...this.#attached.values()].some(({ segment }) => !segment.immutable);
      this.#timer = this.#detachLater(anySource ? sourceIdleMs : mirrorIdleMs);
    }, delay);
    timer.unref();
    return timer;
  }
}

/** True while the source still looks as it did when this version of the segment was made. */
export function isUnchanged(segment: Segment): boolean {
  return segment.version.startsWith(`${look(segment.file).version}/`);
}
