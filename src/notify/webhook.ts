import { createHmac } from "node:crypto";
import { version } from "../version.ts";
import type { Channel, Parcel } from "./channel.ts";
import { postJson } from "./http-post.ts";
import { messageKinds } from "./message.ts";

/** A program of the operator's own. What it gets and how it checks the signature is described in docs/api.md. */
export function webhookChannel(url: string, secret: string | undefined): Channel {
  return {
    name: "webhook",
    kinds: messageKinds,
    send: (parcel, signal) => {
      const body = JSON.stringify(webhookBody(parcel));
      const timestamp = String(Math.floor(Date.now() / 1000));
      const headers: Record<string, string> = { "x-hub-delivery": parcel.delivery, "x-hub-timestamp": timestamp };
      if (secret !== undefined) headers["x-hub-signature"] = signatureOf(secret, timestamp, body);
      return postJson(url, { body, headers, signal });
    },
  };
}

/** `sha256=` and the HMAC of `timestamp.body` in hexadecimal; the timestamp within it keeps an old message from being sent again by others. */
const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;

/** What is sent: the message as data. */
function webhookBody({ delivery, attempt, createdAt, link, message }: Parcel): object {
  const { kind, severity, subject, text, data, attachments = [], language = "ko" } = message;
  return {
    delivery,
    attempt,
    created_at: new Date(createdAt).toISOString(),
    hub_version: version,
    kind,
    severity,
    subject,
    text,
    language,
    url: link,
    data: data ?? null,
    attachments: attachments.map(({ name, type }) => ({ name, type })),
  };
}
