import { type Alert, byUrgency, countBySeverity, untold } from "./alert.ts";
import type { Condition, Severity } from "./condition.ts";
import { faster, type Telling, type TellingPolicy, tellingOf, usualPolicy } from "./due.ts";
import { Gone } from "./gone.ts";
import type { QuietHours } from "./quiet-hours.ts";
import type { Rule } from "./rule.ts";
import { askAll, type Found, type NamedSource } from "./source.ts";
import type { AlertStore } from "./store.ts";

/** An alert and what is to be told of it. */
export interface Notice {
  telling: Exclude<Telling, "silent">;
  alert: Alert;
}

/** A condition as it is now, whether it has become an alert or not. */
export interface Present {
  condition: Condition;
  /** When it began, as far as that is known, ms since 1970. */
  since: number;
  alert: Alert | null;
}

/** An open alert whose condition is no longer found. Times in ms since 1970. */
export interface Clearing {
  since: number;
  /** When it ends unless the condition is found again. */
  closesAt: number;
}

export interface EngineOptions {
  store: AlertStore;
  sources: readonly NamedSource[];
  /** Rules that are turned off. */
  off: readonly string[];
  timingOf: (rule: string) => Pick<Rule, "forMs" | "keepForMs" | "reminds">;
  quiet: QuietHours | null;
  /** Hands what is to be told over, as one message or few. What it stores in hub.db is stored together with that it was told. */
  tell: (notices: readonly Notice[], now: number) => void;
  /** Called after alerts began, changed or ended. */
  onChange: () => void;
  log: { info(message: string): void; warn(message: string): void };
  policy?: TellingPolicy;
  /** Divides every waiting time: 1 but in tests. */
  speed?: number;
  /** ms since 1970, and ms of a clock that nobody sets. */
  now?: () => number;
  monotonic?: () => number;
}

interface Seen {
  source: string;
  condition: Condition;
  since: number;
  /** On the clock that nobody sets. */
  seenAt: number;
}

/** Characters of an alert in the log. */
const mostLogged = 300;

const keyOf = ({ rule, subject }: { rule: string; subject: string }): string => `${rule} ${subject}`;

/**
 * Makes alerts of conditions. A condition that lasts becomes an alert (pending → firing), one that is gone for a while ends it (resolved), and each is
 * told once, reminders apart. What is told follows from what is stored, and both are written in one transaction: a hub that is killed at any instant
 * neither repeats nor forgets.
 */
export class AlertEngine {
  readonly #options: EngineOptions;
  readonly #policy: TellingPolicy;
  readonly #speed: number;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #off: ReadonlySet<string>;
  /** Open alerts by rule and subject. */
  readonly #open = new Map<string, Alert>();
  /** Ended ones of which something is still to be told. */
  #ended: Alert[] = [];
  /** Conditions that are there now. */
  readonly #seen = new Map<string, Seen>();
  readonly #gone: Gone;
  readonly #failing = new Set<string>();
  /** Alerts that fire and were told while hub.db takes nothing, by rule and subject. */
  readonly #unstored = new Map<string, Alert>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#speed = options.speed ?? 1;
    this.#now = options.now ?? Date.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#gone = new Gone(this.#speed);
    this.#policy = faster(options.policy ?? usualPolicy, this.#speed);
    this.#off = new Set(options.off);
    this.#load();
  }

  #load(): void {
    const unclosed = this.#options.store.unclosed();
    this.#open.clear();
    this.#ended = [];
    for (const alert of unclosed) {
      if (alert.resolvedAt === null) this.#open.set(keyOf(alert), alert);
      else this.#ended.push(alert);
    }
  }

  /** Looks once. Throws what SQLite throws; the next look then goes on from what was stored. */
  tick(): void {
    const found = askAll(this.#options.sources, this.#off, (source, error) => this.#reportFailure(source, error));
    for (const source of this.#failing) if (!found.failed.has(source)) this.#failing.delete(source);
    try {
      const changed = this.#options.store.together(() => {
        const fired = this.#notice(found);
        const ended = this.#endWhatIsOver(found);
        const told = this.#tell();
        return fired || ended || told;
      });
      const wasUnstored = this.#unstored.size > 0;
      this.#unstored.clear();
      if (changed || wasUnstored) this.#options.onChange();
    } catch (error) {
      // Nothing of it was stored: what is known of the alerts must not be ahead of that.
      this.#forgetUnstored();
      this.#tellUnstored();
      throw error;
    }
  }

  #forgetUnstored(): void {
    try {
      this.#load();
    } catch (error) {
      this.#options.log.warn(`The alerts in hub.db cannot be read: ${(error as Error).message}`);
    }
  }

  /** Where hub.db takes nothing, because the disk is full say, people are to hear of what fires all the same: once while this process runs. */
  #tellUnstored(): void {
    const [now, monotonic] = [this.#now(), this.#monotonic()];
    for (const key of this.#unstored.keys()) if (!this.#seen.has(key)) this.#unstored.delete(key);
    const news = [...this.#seen].filter(
      ([key, seen]) => !this.#open.has(key) && !this.#unstored.has(key) && this.#hasLasted(seen, now, monotonic),
    );
    if (news.length === 0) return;
    const alerts = news.map(([key, seen]): [string, Alert] => [key, { ...alertOf(seen, now), id: 0 }]);
    this.#options.tell(
      alerts.map(([, alert]) => ({ telling: "firing", alert })),
      now,
    );
    for (const [key, alert] of alerts) {
      this.#unstored.set(key, alert);
      this.#logFiring(alert);
    }
    this.#options.onChange();
  }

  /** What is the matter now, the worst first, conditions that are no alerts yet included. */
  present(): Present[] {
    const order = { critical: 0, warning: 1, info: 2 };
    return [...this.#seen.values()]
      .map(({ condition, since }) => ({ condition, since, alert: this.#firing(keyOf(condition)) }))
      .sort((a, b) => order[a.condition.severity] - order[b.condition.severity] || b.since - a.since);
  }

  /** Alerts that fire, the worst first; one that hub.db did not take has the id 0. */
  active(): Alert[] {
    return [...this.#open.values(), ...this.#unstored.values()].sort(byUrgency);
  }

  #firing(key: string): Alert | null {
    return this.#open.get(key) ?? this.#unstored.get(key) ?? null;
  }

  /** Since when the condition of an alert that fires is no longer found, and when the alert ends for that; null while it is found, or nobody knows. */
  clearing(alert: Alert): Clearing | null {
    const key = keyOf(alert);
    const monotonic = this.#monotonic();
    const gone = this.#gone.since(key, monotonic);
    if (gone === null || this.#open.get(key)?.id !== alert.id) return null;
    const since = this.#now() - (monotonic - gone);
    return { since, closesAt: since + this.#options.timingOf(alert.rule).keepForMs / this.#speed };
  }

  /** How many alerts fire, by severity. */
  counts(): Record<Severity, number> {
    return countBySeverity(this.active());
  }

  /** How many of them nobody looks after yet, by severity. */
  unattended(): Record<Severity, number> {
    const now = this.#now();
    return countBySeverity(
      this.active().filter(({ acknowledgedAt, snoozedUntil }) => acknowledgedAt === null && (snoozedUntil ?? 0) <= now),
    );
  }

  /** An alert that fires; null for any other. */
  find(id: number): Alert | null {
    return [...this.#open.values()].find((alert) => alert.id === id) ?? null;
  }

  /** Notes that somebody looks after an alert: no reminders come any more. Gives it; null where it does not fire. */
  acknowledge(id: number, by: string): Alert | null {
    return this.#change(id, { acknowledgedAt: this.#now(), acknowledgedBy: by });
  }

  /** Tells nothing of an alert for a time, in ms; what still fires then is told again. Null where it does not fire. */
  snooze(id: number, forMs: number): Alert | null {
    return this.#change(id, { snoozedUntil: this.#now() + forMs });
  }

  #change(id: number, change: Partial<Alert>): Alert | null {
    const alert = this.find(id);
    if (!alert) return null;
    Object.assign(alert, change);
    this.#options.store.update(alert);
    this.#options.onChange();
    return alert;
  }

  /** Takes note of what was found, and lets what has lasted long enough fire. */
  #notice({ conditions, failed }: Found): boolean {
    const [now, monotonic] = [this.#now(), this.#monotonic()];
    const present = new Set<string>();
    let changed = false;
    for (const { source, condition } of conditions) {
      const key = keyOf(condition);
      present.add(key);
      const before = this.#seen.get(key);
      const open = this.#open.get(key);
      const since = condition.since ?? before?.since ?? open?.startedAt ?? now;
      const seen = { source, condition, since, seenAt: before?.seenAt ?? monotonic };
      this.#seen.set(key, seen);
      if (open) changed = this.#goOn(open, condition) || changed;
      else if (this.#hasLasted(seen, now, monotonic)) changed = this.#fire(seen, now) || changed;
    }
    // Of what a source that failed had found, nobody knows whether it is over.
    for (const [key, { source }] of this.#seen) if (!present.has(key) && !failed.has(source)) this.#seen.delete(key);
    return changed;
  }

  #hasLasted({ condition, seenAt }: Seen, now: number, monotonic: number): boolean {
    const needed = this.#options.timingOf(condition.rule).forMs / this.#speed;
    const lasted = condition.since === undefined ? 0 : now - condition.since;
    return Math.max(lasted, monotonic - seenAt) >= needed;
  }

  #fire(seen: Seen, now: number): boolean {
    const { store } = this.#options;
    const alert = store.add(alertOf(seen, now));
    const key = keyOf(alert);
    const unstored = this.#unstored.get(key);
    if (unstored) {
      Object.assign(alert, { toldAt: unstored.firedAt, toldSeverity: unstored.severity });
      store.update(alert);
    }
    this.#open.set(key, alert);
    if (!unstored) this.#logFiring(alert);
    return true;
  }

  #logFiring({ rule, subject, severity, words }: Alert): void {
    const what = words.en.what.slice(0, mostLogged);
    this.#options.log.warn(`ALERT ${severity} ${rule}${subject && ` ${subject}`}: ${what}`);
  }

  /** Brings an alert up to date. Its figures alone are no news, so they are not written down. */
  #goOn(alert: Alert, { severity, words }: Condition): boolean {
    const isBack = this.#gone.forget(keyOf(alert));
    const changed = alert.severity !== severity;
    alert.severity = severity;
    alert.words = words;
    if (changed) this.#options.store.update(alert);
    return changed || isBack;
  }

  /** Ends alerts whose condition has been gone for long enough. */
  #endWhatIsOver({ failed }: Found): boolean {
    const monotonic = this.#monotonic();
    this.#gone.look(monotonic);
    let changed = false;
    for (const [key, alert] of this.#open) {
      const isOff = this.#off.has(alert.rule);
      if (this.#seen.has(key) || (failed.has(alert.source) && !isOff)) continue;
      const { since, isNews } = this.#gone.note(key, monotonic);
      // Pages say when it will end.
      changed = changed || isNews;
      const keepForMs = this.#options.timingOf(alert.rule).keepForMs / this.#speed;
      if (!isOff && monotonic - since < keepForMs) continue;
      this.#end(alert, isOff);
      changed = true;
    }
    return changed;
  }

  #end(alert: Alert, isOff: boolean): void {
    const { store, log } = this.#options;
    alert.resolvedAt = Math.max(this.#now(), alert.firedAt);
    // Whoever turned the rule off does not want to hear of it.
    if (isOff) alert.closedAt = alert.resolvedAt;
    else this.#ended.push(alert);
    store.update(alert);
    this.#open.delete(keyOf(alert));
    this.#gone.forget(keyOf(alert));
    const { rule, subject } = alert;
    log.info(`ALERT resolved ${rule}${subject && ` ${subject}`}${isOff ? " (the rule was turned off)" : ""}`);
  }

  #tell(): boolean {
    const { store, quiet, timingOf } = this.#options;
    const now = this.#now();
    const moment = {
      now,
      quiet,
      policy: this.#policy,
      lastToldBefore: (alert: Alert) => store.lastToldBefore(alert),
      reminds: (rule: string) => timingOf(rule).reminds,
    };
    const due = [...this.#open.values(), ...this.#ended].flatMap((alert) => {
      const telling = tellingOf(alert, moment);
      return telling === null ? [] : [{ alert, telling }];
    });
    if (due.length === 0) return false;
    const notices = due.filter((each): each is Notice => each.telling !== "silent");
    if (notices.length > 0) this.#options.tell(notices, now);
    for (const { alert, telling } of due) {
      if (alert.resolvedAt !== null) alert.closedAt = now;
      if (telling !== "silent" && telling !== "resolved") {
        alert.toldAt = now;
        alert.toldSeverity = alert.severity;
      }
      store.update(alert);
    }
    this.#ended = this.#ended.filter(({ closedAt }) => closedAt === null);
    return true;
  }

  #reportFailure(source: string, error: Error): void {
    if (this.#failing.has(source)) return;
    this.#failing.add(source);
    this.#options.log.warn(`The source '${source}' of alerts failed: ${error.stack ?? error.message}`);
  }
}

function alertOf({ source, condition, since }: Seen, now: number): Omit<Alert, "id"> {
  const { rule, subject, severity, words, page = null } = condition;
  return {
    source,
    rule,
    subject,
    severity,
    words,
    page,
    startedAt: Math.min(since, now),
    firedAt: now,
    ...untold,
  };
}
