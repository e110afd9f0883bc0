/** A file that goes with a message. */
export interface Attachment {
  name: string;
  type: string;
  /** Where its bytes are; they are read when the message is sent. */
  path: string;
}

/** Something that people are told, whatever the channel; already in their language. */
export interface Message {
  /** Told apart by those who receive webhooks. */
  kind: "alert" | "resolved" | "summary" | "report" | "test";
  severity: "critical" | "warning" | "info";
  /** One line, without a line break. */
  subject: string;
  /** Plain text of one or several paragraphs. */
  text: string;
  /** The same for mail, as a whole document with inline styles; without it, mail has the text alone. */
  html?: string;
  attachments?: readonly Attachment[];
  /** What a program that receives a webhook would want to know besides: JSON. */
  data?: Readonly<Record<string, unknown>>;
}
