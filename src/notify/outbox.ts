import type { Database } from "bun:sqlite";
import type { Log } from "../observe/log.ts";
import { redactor } from "../observe/redact.ts";
import { openMemoryDb } from "../store/hub-db.ts";
import type { Channel, ChannelName, Parcel } from "./channel.ts";
import { channelNames } from "./channel.ts";
import { Deliveries, type Delivery, type DeliveryState, type OpenDelivery } from "./deliveries.ts";
import { Lane } from "./lane.ts";
import type { Message } from "./message.ts";
import { type Pace, usualPace } from "./pace.ts";
import { type Reason, reasonText } from "./reasons.ts";

/** What the outbox is put together from. */
export interface OutboxServices {
  hubDb: Database;
  channels: readonly Channel[];
  log: Pick<Log, "info" | "warn" | "error">;
  /** What must never stand in a reason or a log. */
  secrets: readonly string[];
  /** Address of the hub without a slash at its end, as links in messages need it. */
  publicUrl: () => string;
  /** A time as people read it, ms since 1970. */
  time: (ms: number) => string;
  pace?: Pace;
}

/** How one channel is doing. Times in ms since 1970. */
export interface ChannelStatus {
  name: ChannelName;
  configured: boolean;
  /** When a message last arrived. */
  last_success: number | null;
  /** The last delivery that was given up on, or whose end nobody knows. */
  last_failure: { at: number; state: DeliveryState; reason: Reason | null } | null;
  /** The last message that was given up on; a test message is none, because whoever sent it was told at once. */
  last_lost: { at: number; reason: Reason | null } | null;
  /** Since when the oldest waiting message could not be delivered, with the reason; null while the channel works or has nothing to do. */
  failing: { since: number; reason: Reason | null } | null;
  /** Messages that are still to be sent. */
  waiting: number;
}

/** How a test message fared. */
export type TestResult = { delivered: true } | { delivered: false; reason: Reason };

const crashed: Reason = { code: "crashed" };
/** How long what is being sent may take to finish when the hub is stopped, ms. */
const usualGraceMs = 3_000;

/**
 * Takes messages and delivers them by itself, each once on each of its channels. What is handed in stands in hub.db first, so that it outlives the process;
 * and every try is noted there before it begins, so that what a crash cut off is known to be uncertain and is not sent a second time.
 * `send`, `start` and `test` never throw.
 */
export class Outbox {
  readonly #services: OutboxServices;
  readonly #deliveries: Deliveries;
  readonly #lanes: Map<ChannelName, Lane>;
  /** Takes what hub.db does not, such as the message that the disk is full. */
  #emergency: { deliveries: Deliveries; lanes: Map<ChannelName, Lane> } | null = null;
  readonly #redact: (text: string) => string;
  #started = false;
  #settled = false;
  #stopped = false;
  readonly #tested = new Set<ChannelName>();

  constructor(services: OutboxServices) {
    this.#services = services;
    this.#redact = redactor(services.secrets);
    this.#deliveries = new Deliveries(services.hubDb);
    this.#lanes = this.#lanesOver(this.#deliveries);
  }

  #lanesOver(deliveries: Deliveries): Map<ChannelName, Lane> {
    const { channels, pace = usualPace, time } = this.#services;
    const lane = (channel: Channel) =>
      new Lane({
        deliveries,
        channel,
        pace,
        time,
        log: (level, message) => this.#services.log[level]("notify", message),
        redact: this.#redact,
        parcelOf: (delivery) => this.#parcelOf(delivery),
      });
    return new Map(channels.map((channel) => [channel.name, lane(channel)]));
  }

  #parcelOf({ id, attempts, created_at, message, accepted }: OpenDelivery): Parcel {
    const link = message.page === undefined ? null : `${this.#services.publicUrl()}${message.page}`;
    const at = this.#services.time(created_at);
    return { delivery: id, attempt: attempts, createdAt: created_at, at, message, link, accepted };
  }

  /** Settles what the run before left, and begins to deliver. What is handed in earlier waits until then. */
  start(): void {
    this.#started = true;
    this.#settle();
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Once, and before anything is sent: what is being sent then was cut off with the run before. */
  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    try {
      for (const { channel, subject, id } of this.#deliveries.recover(crashed, Date.now())) {
        this.#services.log.warn("notify", `${channel}: '${subject}' (delivery ${id}): ${reasonText(crashed, "en")}`);
      }
    } catch (error) {
      this.#services.log.error("notify", `What the run before left could not be settled: ${(error as Error).message}`);
    }
  }

  /**
   * Hands a message in: on the channels named, or on every configured one that takes messages of its kind. Gives its id at once; what is configured
   * nowhere is remembered and goes nowhere.
   */
  send(message: Message, options: { channels?: readonly ChannelName[] } = {}): string {
    const id = Bun.randomUUIDv7();
    const wanted = this.#services.channels
      .filter(({ name, kinds }) => options.channels?.includes(name) ?? kinds.includes(message.kind))
      .map(({ name }) => name);
    const clean = this.#clean(message);
    try {
      this.#deliveries.add(clean, wanted, id, Date.now());
      if (this.#started) for (const name of wanted) this.#lanes.get(name)?.wake();
    } catch (error) {
      this.#services.log.error(
        "notify",
        `hub.db does not take '${clean.subject}' (${(error as Error).message}), so it is sent without being kept`,
      );
      this.#sendUnkept(clean, wanted, id);
    }
    return id;
  }

  #sendUnkept(message: Message, wanted: readonly ChannelName[], id: string): void {
    try {
      if (this.#stopped) throw new Error("the hub has stopped");
      if (!this.#emergency) {
        const deliveries = new Deliveries(openMemoryDb());
        this.#emergency = { deliveries, lanes: this.#lanesOver(deliveries) };
      }
      this.#emergency.deliveries.add(message, wanted, id, Date.now());
      for (const name of wanted) this.#emergency.lanes.get(name)?.wake();
    } catch (error) {
      this.#services.log.error("notify", `'${message.subject}' is lost: ${(error as Error).message}`);
    }
  }

  /** What others wrote into a message may hold a secret, and a subject is one line. */
  #clean(message: Message): Message {
    const subject = this.#redact(message.subject)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
      .trim();
    return { ...message, subject: subject.slice(0, mostSubjectLength), text: this.#redact(message.text) };
  }

  /** Sends a message on one channel at once, past whatever waits there and once only; says how it went. */
  async test(name: ChannelName, message: Message): Promise<TestResult> {
    const lane = this.#lanes.get(name);
    if (!lane) return { delivered: false, reason: { code: "notConfigured" } };
    if (this.#tested.has(name)) return { delivered: false, reason: { code: "testing" } };
    this.#tested.add(name);
    this.#settle();
    try {
      const [id] = this.#deliveries.add(this.#clean(message), [name], Bun.randomUUIDv7(), Date.now());
      const outcome = await lane.attempt(this.#deliveries.get(id!)!, true);
      if (outcome.state !== "delivered") return { delivered: false, reason: outcome.reason };
      lane.wake();
      return { delivered: true };
    } catch (error) {
      return { delivered: false, reason: { code: "other", detail: this.#redact((error as Error).message) } };
    } finally {
      this.#tested.delete(name);
    }
  }

  /** How every channel is doing, also those that are not configured. */
  status(): ChannelStatus[] {
    return channelNames.map((name) => {
      const configured = this.#lanes.has(name);
      const failure = this.#deliveries.last(name, ["dead", "uncertain"]);
      const lost = this.#deliveries.last(name, ["dead"], "test");
      const [head] = configured ? this.#deliveries.waiting(name, 1) : [];
      return {
        name,
        configured,
        last_success: this.#deliveries.last(name, ["delivered"])?.finished_at ?? null,
        last_failure: failure && { at: failure.finished_at!, state: failure.state, reason: failure.reason },
        last_lost: lost && { at: lost.finished_at!, reason: lost.reason },
        failing:
          head?.state === "retrying" ? { since: head.first_attempt_at ?? head.created_at, reason: head.reason } : null,
        waiting: configured ? this.#deliveries.countWaiting(name) : 0,
      };
    });
  }

  /** The newest deliveries, of one channel or all, in one state or any. */
  recent(asked: { limit: number; channel?: ChannelName; state?: DeliveryState }): Delivery[] {
    return this.#deliveries.recent(asked);
  }

  /** Begins nothing more; what is being sent has some seconds to finish, and is noted as uncertain after that. */
  async stop(graceMs = usualGraceMs): Promise<void> {
    this.#stopped = true;
    const lanes = [...this.#lanes.values(), ...(this.#emergency?.lanes.values() ?? [])];
    await Promise.all(lanes.map((lane) => lane.stop(graceMs)));
  }
}

/** Characters of a subject: mail programs show some 70. */
const mostSubjectLength = 200;
