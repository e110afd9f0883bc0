import type { Database } from "bun:sqlite";
import type { Month, Target, TargetChange, TargetVersion } from "./types.ts";

/** Characters of a note, and of an origin, at most. */
export const mostNote = 200;

/** What is to be written as the next version. */
export interface NewVersion {
  /** All targets of these months. */
  targets: readonly Target[];
  /** Months whose targets are replaced; those of other months stay. */
  months: readonly Month[];
  madeBy: string;
  note: string;
  origin: string;
}

/** The monthly targets in hub.db, all versions of them. */
export class TargetStore {
  readonly #db: Database;
  #present: { version: TargetVersion | null; targets: readonly Target[] } | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The targets in force and the version they are of; null before the first one. */
  present(): { version: TargetVersion | null; targets: readonly Target[] } {
    if (!this.#present) {
      const version = this.version();
      this.#present = { version, targets: version === null ? [] : this.targetsOf(version.id) };
    }
    return this.#present;
  }

  /** A version, or the newest one; null where there is none. */
  version(id?: number): TargetVersion | null {
    const where = id === undefined ? "ORDER BY id DESC LIMIT 1" : "WHERE id = ?";
    const find = this.#db.query<TargetVersion, number[]>(`SELECT ${columns} FROM target_version ${where}`);
    return (id === undefined ? find.get() : find.get(id)) ?? null;
  }

  /** The newest versions, newest first. */
  versions(limit: number): TargetVersion[] {
    return this.#db
      .query<TargetVersion, [number]>(`SELECT ${columns} FROM target_version ORDER BY id DESC LIMIT ?`)
      .all(limit);
  }

  /** The targets of a version, by month and code. */
  targetsOf(id: number): Target[] {
    return this.#db
      .query<Target, [number, number]>(
        `SELECT month, item_code, quantity FROM target_entry
         WHERE since <= ? AND (until IS NULL OR until > ?) ORDER BY month, item_code`,
      )
      .all(id, id);
  }

  /** What a version changed, by month and code. */
  changesOf(id: number): TargetChange[] {
    return changes(this.targetsOf(id - 1), this.targetsOf(id));
  }

  /** What a version would change in the one in force. */
  preview({ targets, months }: Pick<NewVersion, "targets" | "months">): TargetChange[] {
    const replaced = new Set(months);
    return changes(
      this.present().targets.filter(({ month }) => replaced.has(month)),
      targets,
    );
  }

  /**
   * Writes the next version. Null when it would change nothing; `stale` when the version in force is not `basedOn` (null for none), so that what was shown
   * before is not what would happen.
   */
  save(next: NewVersion, basedOn?: number | null): TargetVersion | "stale" | null {
    const write = this.#db.transaction((): TargetVersion | "stale" | null => {
      this.#present = null;
      if (basedOn !== undefined && (this.version()?.id ?? null) !== basedOn) return "stale";
      const changed = this.preview(next);
      if (changed.length === 0) return null;
      const { id } = this.#db
        .query<{ id: number }, [number, string, string, string]>(
          "INSERT INTO target_version (made_at, made_by, note, origin) VALUES (?, ?, ?, ?) RETURNING id",
        )
        .get(Date.now(), next.madeBy, shortened(next.note), shortened(next.origin))!;
      const end = this.#db.query(
        "UPDATE target_entry SET until = ? WHERE month = ? AND item_code = ? AND until IS NULL",
      );
      const begin = this.#db.query("INSERT INTO target_entry (month, item_code, quantity, since) VALUES (?, ?, ?, ?)");
      for (const { month, item_code, before, after } of changed) {
        if (before !== null) end.run(id, month, item_code);
        if (after !== null) begin.run(month, item_code, after, id);
      }
      return this.version(id);
    });
    try {
      return write.immediate();
    } finally {
      this.#present = null;
    }
  }
}

const columns = "id, made_at, made_by, note, origin";

const shortened = (text: string): string => [...text.replace(/\p{C}+/gu, " ").trim()].slice(0, mostNote).join("");

/** What differs between two sets of targets, by month and code. */
function changes(before: readonly Target[], after: readonly Target[]): TargetChange[] {
  const keyOf = ({ month, item_code }: Target): string => `${month} ${item_code}`;
  const old = new Map(before.map((target) => [keyOf(target), target]));
  const now = new Map(after.map((target) => [keyOf(target), target]));
  const all = [...new Map([...old, ...now])].sort(([a], [b]) => (a < b ? -1 : 1));
  return all.flatMap(([key, { month, item_code }]) => {
    const [was, is] = [old.get(key)?.quantity ?? null, now.get(key)?.quantity ?? null];
    return was === is ? [] : [{ month, item_code, before: was, after: is }];
  });
}
