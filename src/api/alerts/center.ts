import { rankOf } from "../../alerts/alert.ts";
import { builtInSources } from "../../alerts/built-in.ts";
import type { Condition } from "../../alerts/condition.ts";
import { AlertEngine } from "../../alerts/engine.ts";
import { type MessageContext, messagesOf } from "../../alerts/messages.ts";
import { type QuietHours, quietHoursOf } from "../../alerts/quiet-hours.ts";
import { channelConditions } from "../../alerts/rules/channels.ts";
import type { Signals } from "../../alerts/signals.ts";
import { askAll, type NamedSource } from "../../alerts/source.ts";
import type { AlertStore } from "../../alerts/store.ts";
import { type SummaryKind, summaryOf } from "../../alerts/summary.ts";
import { SummaryClock } from "../../alerts/summary-clock.ts";
import type { Outbox } from "../../notify/outbox.ts";
import type { Events } from "../../observe/events.ts";
import type { Log } from "../../observe/log.ts";
import { allRules, timingOf } from "./rules.ts";
import { SignalCollector, type SignalServices } from "./signals.ts";

/** What the alerts are put together from. */
export interface AlertServices extends SignalServices {
  outbox: Pick<Outbox, "send" | "status">;
  events: Events;
  log: Log;
  /** Of the other parts of the hub that know what is the matter with them. */
  sources: readonly NamedSource[];
}

const lookEveryMs = 15_000;
/** However much faster a test has it. */
const leastMs = 100;
const day = 86_400_000;
const spans: Readonly<Record<SummaryKind, number>> = { daily: day, weekly: 7 * day };

/** The alerts of a running hub: looks every 15 s, tells what is to be told, and sends summaries. */
export class AlertCenter {
  readonly engine: AlertEngine;
  readonly store: AlertStore;
  readonly quiet: QuietHours | null;
  /** Rules that are turned off. */
  readonly off: readonly string[];
  /** When summaries are sent: cron patterns, or `off`. */
  readonly summaries: { daily: string; weekly: string };
  readonly #services: AlertServices;
  readonly #collector: SignalCollector;
  readonly #sources: readonly NamedSource[];
  readonly #clocks: ReadonlyMap<SummaryKind, SummaryClock>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trouble = "";
  #stopped = false;

  constructor(services: AlertServices) {
    const { settings, clock, store, events, log, outbox } = services;
    this.#services = services;
    this.store = store;
    this.off = settings.alertOff;
    this.summaries = { daily: settings.alertDailySummary, weekly: settings.alertWeeklySummary };
    const stampOf = (date: Date): string => clock.logStamp(date);
    this.quiet = quietHoursOf(settings.alertQuietHours, stampOf);
    this.#collector = new SignalCollector(services);
    const context: MessageContext = {
      language: settings.alertLanguage,
      quiet: this.quiet,
      stampOf,
      timesOfDay: (alert) => store.timesSince(alert, alert.firedAt - day),
    };
    this.#sources = [
      ...builtInSources(this.#collector.read),
      { name: "channels", conditions: () => channelConditions(outbox.status(), Date.now()) },
      ...services.sources,
    ];
    this.engine = new AlertEngine({
      store,
      sources: this.#sources,
      off: this.off,
      timingOf,
      quiet: this.quiet,
      tell: (notices, now) => {
        for (const message of messagesOf(notices, now, context)) outbox.send(message);
      },
      onChange: () => events.emit("alerts", this.engine.unattended()),
      log: {
        info: (message) => log.info("alerts", message),
        warn: (message) => log.warn("alerts", message),
      },
      speed: settings.alertSpeed,
    });
    const summary = (kind: SummaryKind, pattern: string): [SummaryKind, SummaryClock] => [
      kind,
      new SummaryClock(kind, pattern, settings.timezone, store),
    ];
    this.#clocks = new Map([
      summary("weekly", settings.alertWeeklySummary),
      summary("daily", settings.alertDailySummary),
    ]);
  }

  /** Begins to look, after others have done what is more urgent at a start; ends with the hub's events. */
  start(): void {
    const listed = new Set(allRules.map(({ id }) => id));
    const unknown = this.off.filter((rule) => !listed.has(rule));
    if (unknown.length > 0) this.#services.log.warn("alerts", `ALERT_OFF names no rule: ${unknown.join(", ")}`);
    this.#services.events.ended.addEventListener("abort", () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
    });
    this.#plan();
  }

  #plan(): void {
    this.#timer = setTimeout(
      () => {
        void this.look().finally(() => {
          if (!this.#stopped) this.#plan();
        });
      },
      Math.max(leastMs, lookEveryMs / this.#services.settings.alertSpeed),
    );
    this.#timer.unref();
  }

  /** What is the matter at this moment, the worst first, whether it lasts or not: looked at anew, for whoever looks at the hub. */
  async conditions(): Promise<Condition[]> {
    await this.#collector.refresh();
    const { conditions } = askAll(this.#sources, new Set(this.off), () => {});
    return conditions.map(({ condition }) => condition).sort((a, b) => rankOf(b.severity) - rankOf(a.severity));
  }

  /** Looks once. Never rejects: what went wrong stands in the log, once. */
  async look(): Promise<void> {
    try {
      await this.#collector.refresh();
      if (this.#stopped) return;
      this.store.writeRemembered();
      this.engine.tick();
      this.#sendSummaries(Date.now());
      this.#trouble = "";
    } catch (error) {
      const { message, stack } = error as Error;
      if (message !== this.#trouble)
        this.#services.log.error("alerts", `Looking for alerts failed: ${stack ?? message}`);
      this.#trouble = message;
    }
  }

  /** Sends what is due; a weekly summary holds all that a daily one of the same time would. */
  #sendSummaries(now: number): void {
    const due = [...this.#clocks].filter(([, clock]) => clock.isDue(now));
    const [first] = due;
    if (!first) return;
    this.store.together(() => {
      this.#services.outbox.send(this.summary(first[0], now));
      for (const [, clock] of due) clock.done(now);
    });
  }

  /** The summary of the time up to now. */
  summary(kind: SummaryKind, now: number) {
    const { settings, clock } = this.#services;
    const signals = this.#collector.read();
    const from = now - spans[kind];
    const facts = {
      kind,
      from,
      to: now,
      alerts: this.store.history({ from, to: now, limit: 1_000 }),
      active: this.engine.active(),
      days: this.#collector.newestDays(),
      backups: signals.backups,
      drill: drillOf(signals),
      disk: signals.disk,
      quality: this.engine
        .present()
        .map(({ condition }) => condition)
        .filter(({ rule }) => rule.startsWith("quality-")),
    };
    return summaryOf(facts, settings.alertLanguage, (date) => clock.logStamp(date));
  }
}

function drillOf({ jobs }: Signals): { result: "ok" | "failed"; at: number } | null {
  const drill = jobs.find(({ name }) => name === "drill");
  return drill?.result && drill.finishedAt !== null ? { result: drill.result, at: drill.finishedAt } : null;
}
