import { type Database, SQLiteError } from "bun:sqlite";
import type { Alert } from "./alert.ts";
import type { Severity } from "./condition.ts";

interface Stored {
  id: number;
  source: string;
  rule: string;
  subject: string;
  severity: Severity;
  words: string;
  page: string | null;
  started_at: number;
  fired_at: number;
  told_at: number | null;
  told_severity: Severity | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  snoozed_until: number | null;
  resolved_at: number | null;
  closed_at: number | null;
}

/** Which alerts of the past are asked for. Times in ms since 1970. */
export interface HistoryQuery {
  from?: number;
  to?: number;
  severity?: Severity | undefined;
  rule?: string | undefined;
  limit: number;
}

const day = 86_400_000;
/** How long alerts that are over are kept: a year and some days, so that a year can be looked back on. */
const keptMs = 400 * day;

/** The alerts and what rules remember, in hub.db: written only when something is new. */
export class AlertStore {
  readonly #db: Database;
  /** What is remembered and not in hub.db yet, as JSON by name. */
  readonly #unwritten = new Map<string, string>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Does several writes as one: all of them or none. Without any it takes no lock, as most looks write nothing. */
  together<T>(write: () => T): T {
    return this.#db.transaction(write).deferred();
  }

  /** Alerts that are open, or that something is still to be told of. */
  unclosed(): Alert[] {
    return this.#all("WHERE closed_at IS NULL ORDER BY id");
  }

  /** An alert by its number; null where there is none. */
  get(id: number): Alert | null {
    return this.#all("WHERE id = ?", id)[0] ?? null;
  }

  /** Alerts that began to fire in a time, newest first. */
  history({ from = 0, to = Number.MAX_SAFE_INTEGER, severity, rule, limit }: HistoryQuery): Alert[] {
    return this.#all(
      "WHERE fired_at >= ? AND fired_at < ? AND severity = coalesce(?, severity) AND rule = coalesce(?, rule) ORDER BY fired_at DESC, id DESC LIMIT ?",
      from,
      to,
      severity ?? null,
      rule ?? null,
      limit,
    );
  }

  /** Rules that ever fired. */
  rulesInHistory(): string[] {
    return this.#db
      .query<{ rule: string }, []>("SELECT DISTINCT rule FROM alert ORDER BY rule")
      .all()
      .map(({ rule }) => rule);
  }

  /** Stores a new alert and forgets those of more than a year ago. */
  add(alert: Omit<Alert, "id">): Alert {
    this.#db.run("DELETE FROM alert WHERE closed_at IS NOT NULL AND fired_at < ?", [alert.firedAt - keptMs]);
    const { id } = this.#db
      .query<{ id: number }, (string | number | null)[]>(
        `INSERT INTO alert (source, rule, subject, severity, words, page, started_at, fired_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .get(
        alert.source,
        alert.rule,
        alert.subject,
        alert.severity,
        JSON.stringify(alert.words),
        alert.page,
        alert.startedAt,
        alert.firedAt,
      )!;
    return { ...alert, id };
  }

  /** Writes what may change of an alert. */
  update(alert: Alert): void {
    this.#db
      .query(
        `UPDATE alert SET severity = ?, words = ?, told_at = ?, told_severity = ?, acknowledged_at = ?, acknowledged_by = ?,
         snoozed_until = ?, resolved_at = ?, closed_at = ? WHERE id = ?`,
      )
      .run(
        alert.severity,
        JSON.stringify(alert.words),
        alert.toldAt,
        alert.toldSeverity,
        alert.acknowledgedAt,
        alert.acknowledgedBy,
        alert.snoozedUntil,
        alert.resolvedAt,
        alert.closedAt,
        alert.id,
      );
  }

  /** When people were last told anything of earlier alerts of the same rule and subject; null where they never were. */
  lastToldBefore({ id, rule, subject }: Alert): number | null {
    return this.#db
      .query<{ at: number | null }, [string, string, number]>(
        "SELECT max(max(told_at, coalesce(closed_at, told_at))) AS at FROM alert WHERE rule = ? AND subject = ? AND id < ?",
      )
      .get(rule, subject, id)!.at;
  }

  /** How often the same rule fired for the same subject since a time. */
  timesSince({ rule, subject }: Alert, since: number): number {
    return this.#db
      .query<{ times: number }, [string, string, number]>(
        "SELECT count(*) AS times FROM alert WHERE rule = ? AND subject = ? AND fired_at >= ?",
      )
      .get(rule, subject, since)!.times;
  }

  /** What is remembered under a name; null where nothing is. */
  recall(name: string): unknown {
    const unwritten = this.#unwritten.get(name);
    if (unwritten !== undefined) return JSON.parse(unwritten);
    const found = this.#db
      .query<{ value: string }, [string]>("SELECT value FROM alert_memory WHERE name = ?")
      .get(name);
    return found ? JSON.parse(found.value) : null;
  }

  /**
   * Remembers a value, which JSON can hold; where hub.db takes nothing, because the disk is full say, until it does: that disk is what people must hear
   * of just then.
   */
  remember(name: string, value: unknown): void {
    this.#unwritten.set(name, JSON.stringify(value));
    this.writeRemembered();
  }

  /** Writes what could not be written when it was to be remembered. */
  writeRemembered(): void {
    try {
      for (const [name, value] of this.#unwritten) {
        this.#db.run("INSERT OR REPLACE INTO alert_memory (name, value) VALUES (?, ?)", [name, value]);
        this.#unwritten.delete(name);
      }
    } catch (error) {
      if (!(error instanceof SQLiteError)) throw error;
    }
  }

  #all(condition: string, ...values: (string | number | null)[]): Alert[] {
    return this.#db
      .query<Stored, (string | number | null)[]>(`SELECT * FROM alert ${condition}`)
      .all(...values)
      .map(read);
  }
}

function read(stored: Stored): Alert {
  return {
    id: stored.id,
    source: stored.source,
    rule: stored.rule,
    subject: stored.subject,
    severity: stored.severity,
    words: JSON.parse(stored.words),
    page: stored.page,
    startedAt: stored.started_at,
    firedAt: stored.fired_at,
    toldAt: stored.told_at,
    toldSeverity: stored.told_severity,
    acknowledgedAt: stored.acknowledged_at,
    acknowledgedBy: stored.acknowledged_by,
    snoozedUntil: stored.snoozed_until,
    resolvedAt: stored.resolved_at,
    closedAt: stored.closed_at,
  };
}
