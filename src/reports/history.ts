import type { Database } from "bun:sqlite";
import type { ReportKind } from "../config/reports.ts";
import type { Day } from "../segments/day.ts";

/** A report that was made. Times in ms since 1970. */
export interface MadeReport {
  kind: ReportKind;
  /** First day of its period. */
  first_day: Day;
  made_at: number;
  headline: string;
  /** When it was last handed to the channels; null for never. */
  sent_at: number | null;
}

/** Reports remembered of each kind: as many as the folder may hold. */
const most = 10_000;

/** The table of reports in hub.db: the newest one of each period. */
export class ReportHistory {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Remembers a report that was made; when it was sent stays. */
  made({ kind, first_day, made_at, headline }: Omit<MadeReport, "sent_at">): void {
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
    return this.#db
      .query<MadeReport, [string, string]>(
        "SELECT kind, first_day, made_at, headline, sent_at FROM report WHERE kind = ? AND first_day = ?",
      )
      .get(kind, firstDay);
  }

  /** Reports, the newest period first. */
  list(limit = most): MadeReport[] {
    return this.#db
      .query<MadeReport, [number]>(
        "SELECT kind, first_day, made_at, headline, sent_at FROM report ORDER BY first_day DESC, kind LIMIT ?",
      )
      .all(limit);
  }
}
