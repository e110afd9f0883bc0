import type { Database } from "bun:sqlite";
import type { ReportKind } from "../config/reports.ts";
import { Deliveries, type Faring } from "../notify/deliveries.ts";
import type { Day } from "../segments/day.ts";

/** A report that was made. Times in ms since 1970. */
export interface MadeReport {
  kind: ReportKind;
  /** First day of its period. */
  first_day: Day;
  made_at: number;
  headline: string;
  /** When it was last handed to the outbox; null for never. Whether it arrived say `deliveries`. */
  handed_at: number | null;
  /** How it fares on each channel since then; none once the outbox has forgotten them. */
  deliveries: Omit<Faring, "notification">[];
}

type Row = Omit<MadeReport, "deliveries"> & { message: string | null };

/** When it had arrived on all its channels; null before, and where one of them failed. */
export function arrivedAt({ deliveries }: Pick<MadeReport, "deliveries">): number | null {
  if (deliveries.length === 0 || deliveries.some(({ state }) => state !== "delivered")) return null;
  return Math.max(...deliveries.map(({ finished_at }) => finished_at!));
}

/** Reports remembered of each kind: as many as the folder may hold. */
const most = 10_000;

const columns = "kind, first_day, made_at, headline, sent_at AS handed_at, message";

/** The table of reports in hub.db: the newest one of each period. */
export class ReportHistory {
  readonly #db: Database;
  readonly #deliveries: Deliveries;

  constructor(db: Database) {
    this.#db = db;
    this.#deliveries = new Deliveries(db);
  }

  /** Remembers a report that was made; when it was handed over stays. */
  made({ kind, first_day, made_at, headline }: Omit<MadeReport, "handed_at" | "deliveries">): void {
    this.#db
      .query(
        `INSERT INTO report (kind, first_day, made_at, headline) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, first_day) DO UPDATE SET made_at = ?3, headline = ?4`,
      )
      .run(kind, first_day, made_at, headline);
  }

  /** Hands a report over and remembers that it was, both or neither. `send` gives the message's id. */
  sent(kind: ReportKind, firstDay: Day, at: number, send: () => string): void {
    this.#db
      .transaction(() => {
        const message = send();
        this.#db
          .query("UPDATE report SET sent_at = ?, message = ? WHERE kind = ? AND first_day = ?")
          .run(at, message, kind, firstDay);
      })
      .immediate();
  }

  /** One report; null for a period of which none was made. */
  get(kind: ReportKind, firstDay: Day): MadeReport | null {
    const row = this.#db
      .query<Row, [string, string]>(`SELECT ${columns} FROM report WHERE kind = ? AND first_day = ?`)
      .get(kind, firstDay);
    return row && this.#withDeliveries([row])[0]!;
  }

  /** Reports, the newest period first. */
  list(limit = most): MadeReport[] {
    const rows = this.#db
      .query<Row, [number]>(`SELECT ${columns} FROM report ORDER BY first_day DESC, kind LIMIT ?`)
      .all(limit);
    return this.#withDeliveries(rows);
  }

  #withDeliveries(rows: readonly Row[]): MadeReport[] {
    const idsOf = ({ message }: Row): string[] => message?.split(" ") ?? [];
    const byMessage = Map.groupBy(this.#deliveries.faring(rows.flatMap(idsOf)), ({ notification }) => notification);
    return rows.map((row) => {
      const { message: _, ...made } = row;
      const faring = idsOf(row).flatMap((id) => byMessage.get(id) ?? []);
      return { ...made, deliveries: faring.map(({ notification: _, ...one }) => one) };
    });
  }
}
