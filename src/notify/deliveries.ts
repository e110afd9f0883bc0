import type { Database } from "bun:sqlite";
import { open } from "node:fs/promises";
import type { ChannelName, Outcome } from "./channel.ts";
import type { Message } from "./message.ts";
import type { Reason } from "./reasons.ts";

/**
 * Where a delivery stands. `sending`: a try is under way. `uncertain`: the hub ended during a try, so nobody knows whether it arrived; it is not sent again.
 * `merged`: it went out as a part of a digest.
 */
export const deliveryStates = ["queued", "sending", "retrying", "delivered", "dead", "uncertain", "merged"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One message on one channel. Times in ms since 1970. */
export interface Delivery {
  seq: number;
  id: string;
  notification: string;
  channel: ChannelName;
  state: DeliveryState;
  attempts: number;
  created_at: number;
  first_attempt_at: number | null;
  last_attempt_at: number | null;
  /** When it is tried next; null when it never is. */
  due_at: number | null;
  finished_at: number | null;
  /** Why the last try failed, or what is to be said of its success. */
  reason: Reason | null;
  /** The delivery of the digest that it became a part of. */
  merged_into: string | null;
  kind: Message["kind"];
  severity: Message["severity"];
  subject: string;
}

/** How a message fares on one channel. */
export type Faring = Pick<Delivery, "notification" | "channel" | "state" | "finished_at" | "reason">;

/** A delivery with its message. */
export interface OpenDelivery extends Delivery {
  message: Message;
  /** Recipients that have it already. */
  accepted: string[];
}

/** How long deliveries are remembered, and how many at the most. */
const keptMs = 90 * 86_400_000;
const keptRows = 5_000;
/** Messages between two looks at what is too old: a look takes some ms. */
const pruneEvery = 50;

const columns = `seq, delivery.id AS id, notification, channel, state, attempts, delivery.created_at AS created_at, first_attempt_at, last_attempt_at,
  due_at, finished_at, reason, merged_into, kind, severity, subject`;
const joined = "delivery JOIN notification ON notification.id = delivery.notification";

type Row = Omit<Delivery, "reason"> & { reason: string | null };
type OpenRow = Row & { text: string; content: string | null; accepted: string | null };

/** The tables of messages and deliveries in hub.db. Methods throw what SQLite throws. */
export class Deliveries {
  readonly #db: Database;
  #added = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a message with one delivery for each channel, to be tried at once; gives the deliveries' ids. */
  add(message: Message, channels: readonly ChannelName[], id: string, now: number): string[] {
    const write = this.#db.transaction(() => {
      this.#addMessage(message, id, now);
      if (this.#added++ % pruneEvery === 0) this.#prune(now);
      return channels.map((channel) => this.#addDelivery(id, channel, now));
    });
    return write.immediate();
  }

  #addMessage({ kind, severity, subject, text, ...content }: Message, id: string, now: number): void {
    this.#db
      .query(
        "INSERT INTO notification (id, created_at, kind, severity, subject, text, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(id, now, kind, severity, subject, text, JSON.stringify(content));
  }

  #addDelivery(notification: string, channel: ChannelName, now: number): string {
    const id = Bun.randomUUIDv7();
    this.#db
      .query(
        "INSERT INTO delivery (id, notification, channel, state, created_at, due_at) VALUES (?, ?, ?, 'queued', ?, ?)",
      )
      .run(id, notification, channel, now, now);
    return id;
  }

  /** What is still to be sent on a channel, the oldest first. */
  waiting(channel: ChannelName, limit: number): Delivery[] {
    return this.#db
      .query<Row, [string, number]>(
        `SELECT ${columns} FROM ${joined}
         WHERE channel = ? AND finished_at IS NULL AND state IN ('queued', 'retrying') ORDER BY seq LIMIT ?`,
      )
      .all(channel, limit)
      .map(read);
  }

  /** How messages fare on their channels, the oldest first; one that became a part of a digest fares as that does. What was forgotten is left out. */
  faring(notifications: readonly string[]): Faring[] {
    return this.#db
      .query<Omit<Faring, "reason"> & { reason: string | null }, [string]>(
        `SELECT own.notification, own.channel, whole.state, whole.finished_at, whole.reason
         FROM delivery own JOIN delivery whole ON whole.id = coalesce(own.merged_into, own.id)
         WHERE own.notification IN (SELECT value FROM json_each(?)) ORDER BY own.seq`,
      )
      .all(JSON.stringify(notifications))
      .map(({ reason, ...row }) => ({ ...row, reason: reason === null ? null : JSON.parse(reason) }));
  }

  /** One delivery by its id, with its message; null for one that is not known. */
  get(id: string): OpenDelivery | null {
    const row = this.#db
      .query<OpenRow, [string]>(`SELECT ${columns}, text, content, accepted FROM ${joined} WHERE delivery.id = ?`)
      .get(id);
    return row && readOpen(row);
  }

  /** Notes that a try begins. Only what is noted may be sent: whatever ends the hub from here on leaves it uncertain. */
  begin(id: string, now: number): void {
    this.#db
      .query(
        `UPDATE delivery SET state = 'sending', attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, ?), last_attempt_at = ?,
         due_at = NULL WHERE id = ?`,
      )
      .run(now, now, id);
  }

  /** Puts what was noted on the disk, without holding the event loop up: after a power failure too, nothing may be sent twice. */
  async flush(): Promise<void> {
    const file = this.#db.filename;
    if (file === "" || file === ":memory:") return;
    // With synchronous = NORMAL, SQLite itself syncs the -wal at checkpoints only (https://sqlite.org/pragma.html#pragma_synchronous).
    const wal = await open(`${file}-wal`, "r+");
    try {
      await wal.datasync();
    } finally {
      await wal.close();
    }
  }

  /** Notes how a try ended; a `retry` is due at `dueAt`. */
  end(id: string, outcome: Outcome, now: number, dueAt: number | null): void {
    if (outcome.state === "retry") {
      const accepted = outcome.accepted ? JSON.stringify(outcome.accepted) : null;
      this.#db
        .query(
          "UPDATE delivery SET state = 'retrying', due_at = ?, reason = ?, accepted = coalesce(?, accepted) WHERE id = ?",
        )
        .run(dueAt, JSON.stringify(outcome.reason), accepted, id);
      return;
    }
    this.#finish(id, outcome.state, outcome.reason ?? null, now);
  }

  /** Notes that nobody knows whether it arrived. */
  setUncertain(id: string, reason: Reason, now: number): void {
    this.#finish(id, "uncertain", reason, now);
  }

  #finish(id: string, state: DeliveryState, reason: Reason | null, now: number): void {
    const write = this.#db.transaction(() => this.#finishWithin({ id, state, reason, mergedInto: null }, now));
    write.immediate();
  }

  #finishWithin(
    end: { id: string; state: DeliveryState; reason: Reason | null; mergedInto: string | null },
    now: number,
  ): void {
    const { id, state, reason, mergedInto } = end;
    this.#db
      .query("UPDATE delivery SET state = ?, due_at = NULL, finished_at = ?, reason = ?, merged_into = ? WHERE id = ?")
      .run(state, now, reason && JSON.stringify(reason), mergedInto, id);
    // Of what every channel is done with, the log of deliveries needs subject and text alone; a report's HTML is 100 KB.
    this.#db
      .query(
        `UPDATE notification SET content = NULL WHERE id = (SELECT notification FROM delivery WHERE id = ?)
         AND NOT EXISTS (SELECT 1 FROM delivery WHERE notification = notification.id AND finished_at IS NULL)`,
      )
      .run(id);
  }

  /** Replaces deliveries of one channel by one of `digest`; they share its fate from then on. */
  merge(parts: readonly Delivery[], digest: Message, id: string, now: number): void {
    const write = this.#db.transaction(() => {
      this.#addMessage(digest, id, now);
      const into = this.#addDelivery(id, parts[0]!.channel, now);
      for (const { id } of parts) this.#finishWithin({ id, state: "merged", reason: null, mergedInto: into }, now);
    });
    write.immediate();
  }

  /**
   * Settles what the run before left: a try that was under way becomes uncertain, and what waited for a further one has its time anew, because the
   * hours that the hub was off were none in which the other side could have recovered. Gives what became uncertain.
   */
  recover(reason: Reason, now: number): Delivery[] {
    const write = this.#db.transaction(() => {
      const interrupted = this.#db
        .query<Row, []>(`SELECT ${columns} FROM ${joined} WHERE finished_at IS NULL AND state = 'sending' ORDER BY seq`)
        .all()
        .map(read);
      for (const { id } of interrupted) this.#finishWithin({ id, state: "uncertain", reason, mergedInto: null }, now);
      this.#db.run(
        "UPDATE delivery SET first_attempt_at = NULL, due_at = ? WHERE finished_at IS NULL AND state = 'retrying'",
        [now],
      );
      return interrupted;
    });
    return write.immediate();
  }

  /** The newest deliveries, of one channel or all, in one state or any. */
  recent({ limit, channel, state }: { limit: number; channel?: ChannelName; state?: DeliveryState }): Delivery[] {
    return this.#db
      .query<Row, [string | null, string | null, number]>(
        `SELECT ${columns} FROM ${joined} WHERE channel = coalesce(?1, channel) AND state = coalesce(?2, state) ORDER BY seq DESC LIMIT ?3`,
      )
      .all(channel ?? null, state ?? null, limit)
      .map(read);
  }

  /** The last delivery of a channel that came to one of these ends, messages of the kind `but` left out. */
  last(channel: ChannelName, states: readonly DeliveryState[], but?: Message["kind"]): Delivery | null {
    const listed = states.map((state) => `'${state}'`).join(", ");
    const others = but === undefined ? "" : `AND kind <> '${but}'`;
    const row = this.#db
      .query<Row, [string]>(
        `SELECT ${columns} FROM ${joined} WHERE channel = ? AND state IN (${listed}) ${others} ORDER BY seq DESC LIMIT 1`,
      )
      .get(channel);
    return row && read(row);
  }

  /** How many deliveries of a channel are still to be sent. */
  countWaiting(channel: ChannelName): number {
    return this.#db
      .query<{ count: number }, [string]>(
        "SELECT count(*) AS count FROM delivery WHERE channel = ? AND finished_at IS NULL",
      )
      .get(channel)!.count;
  }

  #prune(now: number): void {
    this.#db.run(
      `DELETE FROM delivery WHERE finished_at IS NOT NULL
       AND (created_at < ? OR seq <= (SELECT max(seq) FROM delivery) - ?)`,
      [now - keptMs, keptRows],
    );
    this.#db.run(
      "DELETE FROM notification WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM delivery WHERE notification = notification.id)",
      [now],
    );
  }
}

const read = (row: Row): Delivery => ({ ...row, reason: row.reason === null ? null : JSON.parse(row.reason) });

function readOpen({ text, content, accepted, ...row }: OpenRow): OpenDelivery {
  const delivery = read(row);
  const { kind, severity, subject } = delivery;
  const message: Message = { kind, severity, subject, text, ...JSON.parse(content ?? "{}") };
  return { ...delivery, message, accepted: JSON.parse(accepted ?? "[]") };
}
