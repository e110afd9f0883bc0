import type { Database } from "bun:sqlite";

/** Views at most, so that the list stays one that a person can read. */
export const mostViews = 200;
/** Characters of a name, and of an address, at most. */
export const mostNameLength = 60;
const mostAddressLength = 4_000;

/** A page with its filter, saved under a name for everybody. */
export interface SavedView {
  id: number;
  name: string;
  /** Path and query of a page of the dashboard. */
  address: string;
  /** Whether wall screens show it. */
  onWall: boolean;
}

/** Why a view was not saved. */
export type Refusal = "nameless" | "longName" | "longAddress" | "taken" | "full";

/** The views that people saved, in hub.db. */
export class SavedViews {
  readonly #db: Database;
  #revision = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Another number after every change. */
  get revision(): number {
    return this.#revision;
  }

  /** All views by name, as a Korean dictionary orders them: Korean, then Latin. */
  list(): SavedView[] {
    return this.#db
      .query<Row, []>("SELECT id, name, address, on_wall FROM saved_view")
      .all()
      .map(({ on_wall, ...view }) => ({ ...view, onWall: on_wall === 1 }))
      .sort((a, b) => order.compare(a.name, b.name));
  }

  /**
   * Saves a page under a name, which is trimmed and is the same whatever its case. Gives the view, or why it was refused; `replace` overwrites
   * the view that has the name.
   */
  save(wanted: Omit<SavedView, "id">, replace: boolean): SavedView | Refusal {
    const name = readName(wanted.name);
    if (name === "") return "nameless";
    if ([...name].length > mostNameLength) return "longName";
    if (wanted.address.length > mostAddressLength) return "longAddress";
    const key = name.normalize("NFKC").toLowerCase();
    const { address, onWall } = wanted;
    const write = this.#db.transaction((): SavedView | Refusal => {
      const present = this.#db.query<{ id: number }, [string]>("SELECT id FROM saved_view WHERE name_key = ?").get(key);
      if (present && !replace) return "taken";
      const { count } = this.#db.query<{ count: number }, []>("SELECT count(*) AS count FROM saved_view").get()!;
      if (!present && count >= mostViews) return "full";
      const { id } = this.#db
        .query<{ id: number }, [string, string, string, number, number]>(
          `INSERT INTO saved_view (name, name_key, address, on_wall, saved_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name_key) DO UPDATE
           SET name = excluded.name, address = excluded.address, on_wall = excluded.on_wall, saved_at = excluded.saved_at
           RETURNING id`,
        )
        .get(name, key, address, onWall ? 1 : 0, Date.now())!;
      return { id, name, address, onWall };
    });
    const saved = write.immediate();
    if (typeof saved !== "string") this.#revision += 1;
    return saved;
  }

  /** Deletes a view; null where it is gone already. */
  remove(id: number): SavedView | null {
    const row = this.#db
      .query<Row, [number]>("DELETE FROM saved_view WHERE id = ? RETURNING id, name, address, on_wall")
      .get(id);
    if (!row) return null;
    this.#revision += 1;
    return { id: row.id, name: row.name, address: row.address, onWall: row.on_wall === 1 };
  }
}

interface Row {
  id: number;
  name: string;
  address: string;
  on_wall: number;
}

const order = new Intl.Collator("ko", { numeric: true });

/** A name as it is kept: no line breaks, control or invisible characters, which would make two names look the same. */
export function readName(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
}
