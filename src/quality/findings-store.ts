import type { Database } from "bun:sqlite";
import type { Day } from "../segments/day.ts";
import type { Finding, FindingSeverity, Kind } from "./finding.ts";

/** `open`: found and not said to be fine. `accepted`: found, and somebody said that it is fine. `gone`: no longer in the data. */
export const findingStates = ["open", "accepted", "gone"] as const;
export type FindingState = (typeof findingStates)[number];

/** What somebody said about a finding. */
export interface Acceptance {
  at: number;
  by: string;
  note: string;
}

/** A finding with what became of it; times are ms since 1970. */
export interface KeptFinding extends Finding {
  state: FindingState;
  first_seen: number;
  gone_at: number | null;
  acceptance: Acceptance | null;
}

/** Characters of a note and of a name at most. */
export const mostNote = 500;
export const mostName = 60;
/** How long what is gone is kept to be looked at, ms: 90 days. */
const goneKeptMs = 90 * 86_400_000;
/** A change of the data as a whole that is over: when it happens again, somebody should look again. */
const episodic: readonly Kind[] = ["distribution-shift", "level-shift"];

interface Row {
  id: string;
  kind: Kind;
  severity: FindingSeverity;
  day: Day | null;
  item: string | null;
  extent: number;
  content: string;
  first_seen_at: number;
  gone_at: number | null;
  accepted_at: number | null;
  accepted_by: string | null;
  note: string | null;
  accepted_extent: number | null;
}

/** Findings in hub.db, and what people said about them. Writes only what changed. */
export class FindingsStore {
  readonly #db: Database;
  #kept: KeptFinding[] | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All findings, gone ones included, as the last check left them. From memory; read once. */
  list(): readonly KeptFinding[] {
    this.#kept ??= this.#read();
    return this.#kept;
  }

  find(id: string): KeptFinding | null {
    return this.list().find((one) => one.id === id) ?? null;
  }

  /** Puts what a check found in the place of what was found before. Returns how many are new and how many are gone. */
  put(findings: readonly Finding[], now: number): { found: number; gone: number } {
    const before = new Map(this.list().map((one) => [one.id, one]));
    const insert = this.#db.query<null, (string | number | null)[]>(
      `INSERT OR REPLACE INTO quality_finding (id, kind, severity, day, item, extent, content, first_seen_at, gone_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
    );
    const leave = this.#db.query<null, [number, string]>("UPDATE quality_finding SET gone_at = ? WHERE id = ?");
    const forget = this.#db.query<null, [string]>("DELETE FROM quality_acceptance WHERE finding = ?");
    const counts = { found: 0, gone: 0 };
    let writes = 0;
    const present = new Set(findings.map(({ id }) => id));
    const write = this.#db.transaction(() => {
      for (const finding of findings) {
        const known = before.get(finding.id);
        const { id, kind, severity, day, item, extent } = finding;
        const isBack = known !== undefined && known.gone_at !== null;
        if (known && !isBack && contentOf(known) === contentOf(finding) && known.severity === severity) continue;
        if (!known || isBack) counts.found += 1;
        insert.run(
          id,
          kind,
          severity,
          day,
          item,
          extent,
          contentOf(finding),
          isBack ? now : (known?.first_seen ?? now),
        );
        writes += 1;
      }
      for (const { id, kind, gone_at, acceptance } of before.values()) {
        if (present.has(id) || gone_at !== null) continue;
        leave.run(now, id);
        if (acceptance && episodic.includes(kind)) forget.run(id);
        counts.gone += 1;
        writes += 1;
      }
      if (writes === 0) return;
      const { changes } = this.#db.run("DELETE FROM quality_finding WHERE gone_at < ?", [now - goneKeptMs]);
      if (changes > 0) {
        this.#db.run(
          "DELETE FROM quality_acceptance WHERE accepted_at < ? AND finding NOT IN (SELECT id FROM quality_finding)",
          [now - goneKeptMs],
        );
      }
    });
    write.immediate();
    if (writes > 0) this.#kept = null;
    return counts;
  }

  /** Notes that somebody finds a finding fine; it is open again when there is more of it. Null where there is no such finding in the data. */
  accept(id: string, { by, note }: Omit<Acceptance, "at">, now: number): KeptFinding | null {
    const finding = this.find(id);
    if (!finding || finding.state === "gone") return null;
    this.#db
      .query<null, [string, number, string, string, number]>(
        "INSERT OR REPLACE INTO quality_acceptance (finding, accepted_at, accepted_by, note, extent) VALUES (?, ?, ?, ?, ?)",
      )
      .run(id, now, by, note, finding.extent);
    this.#kept = null;
    return this.find(id);
  }

  /** Takes an acceptance back. Null where there is no such finding in the data. */
  reopen(id: string): KeptFinding | null {
    const finding = this.find(id);
    if (!finding || finding.state === "gone") return null;
    this.#db.query<null, [string]>("DELETE FROM quality_acceptance WHERE finding = ?").run(id);
    this.#kept = null;
    return this.find(id);
  }

  #read(): KeptFinding[] {
    const rows = this.#db.query<Row, []>(
      `SELECT f.*, a.accepted_at, a.accepted_by, a.note, a.extent accepted_extent
       FROM quality_finding f LEFT JOIN quality_acceptance a ON a.finding = f.id
       ORDER BY f.day IS NULL, f.day DESC, f.id`,
    );
    return rows.all().map((row): KeptFinding => {
      const { id, kind, severity, day, item, extent, first_seen_at: first_seen, gone_at } = row;
      const said = row.accepted_at === null ? null : { at: row.accepted_at, by: row.accepted_by!, note: row.note! };
      const acceptance = said && extent <= row.accepted_extent! ? said : null;
      const state = gone_at !== null ? "gone" : acceptance ? "accepted" : "open";
      const { figures, rows: examples } = JSON.parse(row.content) as Pick<Finding, "figures" | "rows">;
      return { id, kind, severity, day, item, extent, figures, rows: examples, state, first_seen, gone_at, acceptance };
    });
  }
}

const contentOf = ({ figures, rows, extent }: Finding): string => JSON.stringify({ figures, rows, extent });
