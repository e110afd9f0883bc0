import type { Language } from "../language.ts";

/** A file that goes with a message. */
export interface Attachment {
  name: string;
  type: string;
  /** Where its bytes are; they are read when the message is sent. */
  path: string;
}

/** What a message is about, told apart by those who receive webhooks. A `digest` is several messages put together, because they were too many. */
export const messageKinds = ["alert", "resolved", "summary", "report", "test", "digest"] as const;
export type MessageKind = (typeof messageKinds)[number];

/** Something that people are told, whatever the channel; already in their language. */
export interface Message {
  kind: MessageKind;
  severity: "critical" | "warning" | "info";
  /** One line, without a line break, and without a word for how bad it is, which channels put before it. */
  subject: string;
  /** Plain text of one or several paragraphs. */
  text: string;
  /** The same for mail, as a whole document with inline styles; without it, mail has the text alone. */
  html?: string;
  attachments?: readonly Attachment[];
  /** What a program that receives a webhook would want to know besides: JSON. */
  data?: Readonly<Record<string, unknown>>;
  /** Path of the dashboard's page that shows more, such as `/dashboard/alerts`; channels make a link of it. */
  page?: string;
  /** The language it is in, for the few words that a channel adds; Korean unless told otherwise. */
  language?: Language;
}
