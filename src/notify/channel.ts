import type { Message, MessageKind } from "./message.ts";
import type { Reason } from "./reasons.ts";

/** The ways on which messages reach people and their programs. */
export const channelNames = ["slack", "webhook", "mail", "event-log"] as const;
export type ChannelName = (typeof channelNames)[number];

/** One message on its way through one channel. */
export interface Parcel {
  /** The same on every try, so that whoever receives it twice can tell. */
  delivery: string;
  /** 1 for the first try. */
  attempt: number;
  /** When the message was handed in, ms since 1970. */
  createdAt: number;
  /** The same as people read it, in the factory's time. */
  at: string;
  message: Message;
  /** Address of the page that shows more. */
  link: string | null;
  /** Recipients that an earlier try reached already. */
  accepted: readonly string[];
}

/**
 * What became of a try. `retry`: it may work later, after `afterMs` at the earliest where the other side said so, and for those that are not in `accepted`.
 * `dead`: it will never work as it is.
 */
export type Outcome =
  | { state: "delivered"; reason?: Reason }
  | { state: "retry"; reason: Reason; afterMs?: number; accepted?: readonly string[] }
  | { state: "dead"; reason: Reason };

/** One way, as configured. */
export interface Channel {
  readonly name: ChannelName;
  /** The kinds that it takes when nobody says on which channels a message is to go. */
  readonly kinds: readonly MessageKind[];
  /** Tries once; gives up within {@link sendTimeoutMs} of its own accord, and at once where `signal` is aborted. */
  send(parcel: Parcel, signal: AbortSignal): Promise<Outcome>;
}

/** How long one try may take, ms: a mail with a workbook over a slow line included. */
export const sendTimeoutMs = 60_000;
