import type { Socket } from "node:net";
import { createTransport } from "nodemailer";
import type { Outcome, Parcel } from "./channel.ts";
import { openConnection } from "./mail-connection.ts";
import { mailOutcome, reachedSome } from "./mail-outcome.ts";
import { mailHtml, mailText } from "./mail-text.ts";
import { markedSubject, wordsOf } from "./words.ts";

/** How mail leaves the hub. */
export interface MailRoute {
  host: string;
  port: number;
  security: "none" | "starttls" | "tls";
  login: { user: string; password: string } | null;
  /** An address, perhaps with a name before it. */
  from: string;
  to: readonly string[];
}

const connectTimeoutMs = 15_000;
/** Without a byte; servers may take their time over the end of a mail (RFC 5321 §4.5.3.2.6 speaks of minutes). */
const silenceTimeoutMs = 45_000;
/** What mail servers take is 10 to 25 MB, of which base64 leaves three quarters. */
const mostAttachedBytes = 15 * 1024 * 1024;

/** Sends one mail to those that do not have it yet. The connection is of this mail alone: a few a day need no pool. */
export async function sendMail(route: MailRoute, parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
  const remaining = route.to.filter((address) => !parcel.accepted.includes(address));
  const { files, missing } = await attached(parcel);
  try {
    const connected = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]);
    const transport = transportOver(await openConnection(route.host, route.port, connected), route);
    const mail = { ...mailOf(route, parcel), envelope: envelope(route, remaining), attachments: files };
    const info = await transport.sendMail({ ...mail, signal });
    if (info.rejected.length > 0) return reachedSome(info.rejectedErrors ?? [], info.accepted, parcel.accepted);
    return { state: "delivered", ...(missing && { reason: { code: "attachment", detail: missing } }) };
  } catch (error) {
    return mailOutcome(error);
  }
}

const transportOver = (connection: Socket, { host, port, security, login }: MailRoute) =>
  createTransport({
    connection,
    // The name that the certificate must have.
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(login && { auth: { user: login.user, pass: login.password } }),
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    // Nothing of a message is an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });

const bareAddress = (address: string): string => /<([^<>]+)>$/.exec(address)?.[1] ?? address;
const envelope = ({ from }: MailRoute, to: string[]) => ({ from: bareAddress(from), to });

function mailOf({ from, to }: MailRoute, parcel: Parcel) {
  const { message, delivery } = parcel;
  const address = bareAddress(from);
  return {
    from: from === address ? { name: wordsOf(message).hub, address } : from,
    to: [...to],
    subject: markedSubject(message),
    text: mailText(parcel),
    html: message.html ?? mailHtml(parcel),
    // The same on every try, so that mail systems can drop what they have already.
    messageId: `<${delivery}@${address.split("@")[1]}>`,
    date: new Date(parcel.createdAt),
    ...(message.severity === "critical" && message.kind === "alert" ? { priority: "high" as const } : {}),
    // Out-of-office replies are not to answer it (RFC 3834 §5).
    headers: { "Auto-Submitted": "auto-generated", "X-Hub-Delivery": delivery },
  };
}

/** The files that go with a message, and which of them cannot: a report without its workbook still has its figures. */
async function attached({ message }: Parcel) {
  const files: { filename: string; contentType: string; content: Buffer }[] = [];
  const missing: string[] = [];
  let left = mostAttachedBytes;
  for (const { name, type, path } of message.attachments ?? []) {
    const file = Bun.file(path);
    const isFitting = (await file.exists()) && file.size <= left;
    const bytes = isFitting ? await file.bytes().catch(() => null) : null;
    if (bytes === null) missing.push(name);
    else files.push({ filename: name, contentType: type, content: Buffer.from(bytes) });
    left -= bytes?.length ?? 0;
  }
  return { files, missing: missing.join(", ") };
}
