import { Database } from "bun:sqlite";
import type { Condition, Severity } from "../../src/alerts/condition.ts";
import { AlertEngine, type Notice } from "../../src/alerts/engine.ts";
import { quietHoursOf } from "../../src/alerts/quiet-hours.ts";
import type { NamedSource } from "../../src/alerts/source.ts";
import { AlertStore } from "../../src/alerts/store.ts";
import { migrations } from "../../src/store/migrations.ts";

/** A notice as a test compares it. */
export interface Told {
  at: number;
  telling: Notice["telling"];
  rule: string;
  subject: string;
  id: number;
  severity: Severity;
}

export interface WorldOptions {
  quiet?: string;
  off?: string[];
  sources?: NamedSource[];
}

export const minute = 60_000;
export const hour = 60 * minute;

/** Words that say nothing. */
const noWords = {
  ko: { what: "무슨 일", meaning: "뜻", action: "할 일" },
  en: { what: "What", meaning: "Meaning", action: "Action" },
};

export const conditionOf = (rule: string, severity: Severity = "warning", subject = ""): Condition => ({
  rule,
  subject,
  severity,
  words: noWords,
});

/** Engines over one database and a clock that the test moves; times of the day are UTC. A rule named `x-5-10` has to last 5 minutes and to be gone for 10. */
export class World {
  readonly db = new Database(":memory:");
  readonly store: AlertStore;
  readonly told: Told[] = [];
  readonly failures: string[] = [];
  changes = 0;
  /** 2026-11-20 00:00 UTC. */
  now = Date.UTC(2026, 10, 20);
  monotonic = 0;
  conditions: Condition[] = [];
  /** Throws when the next notices are told. */
  breaksWhenTelling = false;
  engine: AlertEngine;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    for (const sql of migrations) this.db.run(sql);
    this.store = new AlertStore(this.db);
    this.engine = this.start();
  }

  /** A new engine, as after the hub was killed. */
  start(): AlertEngine {
    const { quiet, off = [], sources } = this.#options;
    this.monotonic = 0;
    this.engine = new AlertEngine({
      store: this.store,
      sources: sources ?? [{ name: "test", conditions: () => this.conditions }],
      off,
      timingOf: (rule) => {
        const [forMinutes = 0, keepMinutes = 0] = (rule.match(/\d+/g) ?? []).map(Number);
        return { forMs: forMinutes * minute, keepForMs: keepMinutes * minute, reminds: !rule.startsWith("once") };
      },
      quiet: quietHoursOf(quiet, (date) => date.toISOString().replace("T", " ")),
      tell: (notices, now) => {
        if (this.breaksWhenTelling) throw new Error("the disk is full");
        for (const { telling, alert } of notices)
          this.told.push({
            at: now,
            telling,
            rule: alert.rule,
            subject: alert.subject,
            id: alert.id,
            severity: alert.severity,
          });
      },
      onChange: () => this.changes++,
      log: { info: () => {}, warn: (message) => this.failures.push(message) },
      now: () => this.now,
      monotonic: () => this.monotonic,
    });
    return this.engine;
  }

  pass(ms: number): void {
    this.now += ms;
    this.monotonic += ms;
  }

  /** Looks every minute for a time, with these conditions from now on. */
  run(minutes: number, conditions: Condition[] = this.conditions): void {
    this.conditions = conditions;
    for (let at = 0; at < minutes; at++) {
      this.engine.tick();
      this.pass(minute);
    }
  }

  tellings(): string[] {
    return this.told.map(({ telling, rule }) => `${telling} ${rule}`);
  }
}
