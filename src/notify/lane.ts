import type { Channel, ChannelName, Outcome, Parcel } from "./channel.ts";
import { sendTimeoutMs } from "./channel.ts";
import type { Deliveries, Delivery, OpenDelivery } from "./deliveries.ts";
import { digestOf, mostMerged } from "./digest.ts";
import type { Message } from "./message.ts";
import { longestHoldMs, nextRest, type Pace } from "./pace.ts";
import { type Reason, reasonText } from "./reasons.ts";

/** How a try ended: the channel's word, or that the hub was stopped meanwhile. */
export type Ended = Outcome | { state: "uncertain"; reason: Reason };

/** What a lane needs of the outbox. */
export interface LaneServices {
  deliveries: Deliveries;
  channel: Channel;
  pace: Pace;
  log: (level: "info" | "warn" | "error", message: string) => void;
  /** Takes secrets out of a reason. */
  redact: (text: string) => string;
  parcelOf: (delivery: OpenDelivery) => Parcel;
  /** A time as people read it. */
  time: (ms: number) => string;
}

/** A longer timer could fire late after the PC slept, so what is due is looked at again this often, ms; only while something waits. */
const longestNapMs = 60_000;
/** Rest after hub.db took no note, ms. */
const troubleRestMs = 15_000;
/** When a try counts as failed, whatever the channel does, ms. */
const overdueMs = sendTimeoutMs + 5_000;
/** Characters of what another side said. */
const mostDetailLength = 200;
/** What is put together with others: a report or a summary is long, and a test is wanted by itself. */
const mergeable: readonly Message["kind"][] = ["alert", "resolved"];

/**
 * One channel: sends what waits for it one after the other, in the order in which it was handed in. While the oldest is waiting for another try, the others
 * wait behind it; what is new has it tried sooner. Nothing here throws.
 */
export class Lane {
  readonly #services: LaneServices;
  readonly #abort = new AbortController();
  /** When the tries of the last minute began, ms of performance.now(). */
  #begun: number[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #working: Promise<void> | null = null;
  readonly #underWay = new Set<Promise<Ended>>();
  #again = false;
  #hurry = false;
  #troubled = false;
  /** Before this, the other side wants to be left alone. */
  #heldUntil = 0;
  #stopped = false;
  /** Ends that hub.db has not taken note of yet. */
  readonly #unwritten: (() => void)[] = [];

  constructor(services: LaneServices) {
    this.#services = services;
  }

  get name(): ChannelName {
    return this.#services.channel.name;
  }

  /** Something new waits, or the channel was seen to work. */
  wake(): void {
    this.#hurry = true;
    this.#look();
  }

  /** Begins nothing more, gives a try under way `graceMs`, and notes it as uncertain after that. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    const grace = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.allSettled([this.#working, ...this.#underWay]);
    clearTimeout(grace);
  }

  #look(): void {
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#again && !this.#stopped) this.#look();
    });
  }

  /** Sends whatever may be sent now, and sets the timer for the rest. */
  async #work(): Promise<void> {
    // What is handed in within one turn of the event loop is seen together.
    await Promise.resolve();
    while (!this.#stopped) {
      this.#again = false;
      let rest: number | null;
      try {
        rest = await this.#step();
        this.#troubled = false;
      } catch (error) {
        if (!this.#troubled) {
          const { message } = error as Error;
          this.#services.log(
            "error",
            `${this.name}: hub.db takes no note (${message}), so nothing is sent until it does`,
          );
        }
        this.#troubled = true;
        rest = troubleRestMs;
      }
      if (rest === 0) continue;
      if (this.#timer) clearTimeout(this.#timer);
      if (rest !== null && !this.#stopped) {
        this.#timer = setTimeout(() => this.#look(), Math.min(rest, longestNapMs));
        this.#timer.unref();
      }
      return;
    }
  }

  /** Does the next thing; gives how long there is nothing to do, ms, 0 to go on, null when nothing waits. */
  async #step(): Promise<number | null> {
    while (this.#unwritten.length > 0) {
      this.#unwritten[0]!();
      this.#unwritten.shift();
    }
    const { deliveries, pace } = this.#services;
    const waiting = deliveries.waiting(this.name, mostMerged);
    const head = waiting[0];
    if (!head) return null;
    const early = this.#untilDue(head);
    if (early > 0) return early;
    const room = this.#room();
    if (room > 0) {
      const parts = waiting.filter(({ state, kind }) => state === "queued" && mergeable.includes(kind));
      if (waiting.length > room && parts.length > 1) {
        this.#merge(parts);
        return 0;
      }
      await this.#try(head);
      return 0;
    }
    return Math.max(1, this.#begun.at(-pace.perMinute)! + 60_000 - performance.now());
  }

  #untilDue({ state, due_at, last_attempt_at }: Delivery): number {
    if (state === "queued" || due_at === null) return 0;
    const { pace } = this.#services;
    const now = Date.now();
    // The clock was set back: nothing is due that much later.
    if (due_at - now > Math.max(2 * pace.longestRetryMs, longestHoldMs)) return 0;
    const soonest = (last_attempt_at ?? 0) + pace.firstRetryMs;
    const due = this.#hurry && now >= this.#heldUntil ? Math.min(due_at, soonest) : due_at;
    return Math.max(0, due - now);
  }

  #room(): number {
    const minuteAgo = performance.now() - 60_000;
    this.#begun = this.#begun.filter((begun) => begun > minuteAgo);
    return this.#services.pace.perMinute - this.#begun.length;
  }

  #merge(parts: readonly Delivery[]): void {
    const { deliveries, time, log } = this.#services;
    const whole = parts.map(({ id }) => deliveries.get(id)!);
    deliveries.merge(parts, digestOf(whole, time), Bun.randomUUIDv7(), Date.now());
    log("warn", `${this.name}: ${parts.length} messages within a minute were put together into one`);
  }

  async #try(head: Delivery): Promise<void> {
    const delivery = this.#services.deliveries.get(head.id)!;
    this.#hurry = false;
    this.#begun.push(performance.now());
    await this.attempt(delivery);
  }

  /** Tries one delivery once, and notes how it went; the last try is not followed by another. Throws what SQLite throws. */
  attempt(delivery: OpenDelivery, isLast = false): Promise<Ended> {
    const trying = this.#attempt(delivery, isLast).finally(() => this.#underWay.delete(trying));
    this.#underWay.add(trying);
    return trying;
  }

  async #attempt(delivery: OpenDelivery, isLast: boolean): Promise<Ended> {
    const { deliveries, parcelOf } = this.#services;
    const now = Date.now();
    deliveries.begin(delivery.id, now);
    // Without it a try is forgotten by a power failure alone, which is no reason to send nothing.
    await deliveries.flush().catch(() => {});
    const begun = { ...delivery, attempts: delivery.attempts + 1, first_attempt_at: delivery.first_attempt_at ?? now };
    return this.#note(begun, await this.#send(parcelOf(begun)), isLast);
  }

  async #send(parcel: Parcel): Promise<Ended> {
    const { channel } = this.#services;
    const inTime = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(sendTimeoutMs)]);
    const settled = Promise.withResolvers<Ended>();
    const stopped = () => settled.resolve({ state: "uncertain", reason: { code: "stopped" } });
    this.#abort.signal.addEventListener("abort", stopped, { once: true });
    // A channel that does not even heed the signal must not hold up what comes after.
    const overdue = setTimeout(() => settled.resolve({ state: "retry", reason: { code: "timeout" } }), overdueMs);
    overdue.unref();
    try {
      return this.#clean(await Promise.race([channel.send(parcel, inTime), settled.promise]));
    } catch (error) {
      // A channel that throws has a mistake in it; the message is not lost for that.
      return this.#clean({ state: "retry", reason: { code: "other", detail: (error as Error).message } });
    } finally {
      clearTimeout(overdue);
      this.#abort.signal.removeEventListener("abort", stopped);
    }
  }

  /** What others said, without secrets and on one line. */
  #clean(ended: Ended): Ended {
    const detail = ended.reason?.detail;
    if (ended.reason === undefined || detail === undefined) return ended;
    const line = this.#services
      .redact(detail)
      .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ")
      .trim();
    return { ...ended, reason: { ...ended.reason, detail: line.slice(0, mostDetailLength) } };
  }

  #note(delivery: OpenDelivery, ended: Ended, isLast: boolean): Ended {
    const { deliveries, log } = this.#services;
    const { id, subject, attempts } = delivery;
    const now = Date.now();
    const said = `'${subject}' (delivery ${id}, try ${attempts})`;
    const why = ended.reason ? `: ${reasonText(ended.reason, "en")}` : "";
    switch (ended.state) {
      case "delivered":
        log("info", `${this.name}: delivered ${said}${why}`);
        break;
      case "dead":
        log("error", `${this.name}: ${said} cannot be delivered${why}`);
        break;
      case "uncertain":
        log("warn", `${this.name}: ${said} is uncertain${why}`);
        this.#write(() => deliveries.setUncertain(id, ended.reason, now));
        return ended;
      case "retry":
        return this.#noteRetry(delivery, ended, { now, isLast, said: said + why });
    }
    this.#write(() => deliveries.end(id, ended, now, null));
    return ended;
  }

  #noteRetry(
    { id, first_attempt_at }: OpenDelivery,
    outcome: Extract<Outcome, { state: "retry" }>,
    { now, isLast, said }: { now: number; isLast: boolean; said: string },
  ): Outcome {
    const { deliveries, pace, log } = this.#services;
    const rest = isLast ? null : nextRest(pace, now - (first_attempt_at ?? now), Math.random());
    if (rest === null) {
      const dead: Outcome = { state: "dead", reason: outcome.reason };
      log("error", `${this.name}: gave up on ${said}`);
      this.#write(() => deliveries.end(id, dead, now, null));
      return dead;
    }
    const held = Math.min(outcome.afterMs ?? 0, longestHoldMs);
    const wait = Math.max(rest, held);
    this.#heldUntil = now + held;
    log("warn", `${this.name}: trying again in ${Math.round(wait / 1000)} s: ${said}`);
    this.#write(() => deliveries.end(id, outcome, now, now + wait));
    return outcome;
  }

  /** Notes an end. Where hub.db takes none, that is made up for before anything else is sent: what was sent is never sent again. */
  #write(note: () => void): void {
    try {
      note();
    } catch (error) {
      this.#unwritten.push(note);
      throw error;
    }
  }
}
