import type { Database } from "bun:sqlite";
import { hostname } from "node:os";
import { type Settings, secretsOf } from "../config.ts";
import { factoryClock } from "../observe/clock.ts";
import type { Channel } from "./channel.ts";
import { eventLogChannel } from "./event-log.ts";
import { incompleteChannels } from "./incomplete.ts";
import type { MailRoute } from "./mail.ts";
import { messageKinds } from "./message.ts";
import { Outbox, type OutboxServices } from "./outbox.ts";
import { slackChannel } from "./slack.ts";
import { webhookChannel } from "./webhook.ts";

/** The outbox with the channels that the settings name. `port`: the one that the hub listens on, once it does. */
export function openOutbox(
  settings: Settings,
  { hubDb, log, port }: { hubDb: Database; log: OutboxServices["log"]; port: () => number },
): Outbox {
  const clock = factoryClock(settings.timezone);
  for (const sentence of incompleteChannels(settings)) log.warn("notify", sentence);
  return new Outbox({
    hubDb,
    log,
    channels: configuredChannels(settings),
    secrets: notifySecrets(settings),
    publicUrl: () => publicUrl(settings, port()),
    time: (ms) => clock.logStamp(new Date(ms)).slice(0, 16),
  });
}

/** Address of the hub for links in what leaves it, without a slash at its end. */
export function publicUrl({ hubPublicUrl }: Pick<Settings, "hubPublicUrl">, port: number): string {
  if (hubPublicUrl !== undefined) return hubPublicUrl.replace(/\/+$/, "");
  // A name in Korean is written as other computers look it up.
  return URL.parse(`http://${hostname()}:${port}`)?.origin ?? `http://localhost:${port}`;
}

/** Every channel whose settings are complete. */
export function configuredChannels(settings: Settings): Channel[] {
  const { slackWebhookUrl, alertWebhookUrl, alertWebhookSecret, eventLog } = settings;
  const route = mailRoute(settings);
  return [
    ...(slackWebhookUrl === undefined ? [] : [slackChannel(slackWebhookUrl)]),
    ...(alertWebhookUrl === undefined ? [] : [webhookChannel(alertWebhookUrl, alertWebhookSecret)]),
    ...(route === null ? [] : [mailChannel(route)]),
    ...(eventLog && process.platform === "win32" ? [eventLogChannel()] : []),
  ];
}

const usualPorts = { none: 25, starttls: 587, tls: 465 };

/** How mail goes out; null without a server or anybody who gets it. */
export function mailRoute(settings: Settings): MailRoute | null {
  const { smtpHost: host, smtpSecurity: security, smtpUser: user, smtpPassword: password = "", mailTo: to } = settings;
  if (host === undefined || to.length === 0) return null;
  return {
    host,
    port: settings.smtpPort ?? usualPorts[security],
    security,
    login: user === undefined ? null : { user, password },
    from: settings.smtpFrom ?? (user?.includes("@") ? user : `hub@${mailDomain()}`),
    to,
  };
}

/** This computer's name where mail servers take it as one. */
const mailDomain = (): string => (/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(hostname()) ? hostname() : "localhost");

function mailChannel(route: MailRoute): Channel {
  return {
    name: "mail",
    kinds: messageKinds,
    send: async (parcel, signal) => {
      // nodemailer takes 40 ms to load, which a start without mail need not spend.
      const { sendMail } = await import("./mail.ts");
      return sendMail(route, parcel, signal);
    },
  };
}

/** What must not stand in a reason: the settings that are secrets, and their parts by which a webhook or a mail account could be used. */
export function notifySecrets(settings: Settings): string[] {
  const addresses = [settings.slackWebhookUrl, settings.alertWebhookUrl].flatMap((address) => {
    const url = URL.parse(address ?? "");
    if (!url) return [];
    const parts = [...url.pathname.split("/"), ...url.searchParams.values()].filter(isToken);
    return [url.href, ...(url.pathname.length > 1 ? [url.pathname + url.search] : []), ...parts];
  });
  const { smtpUser = "", smtpPassword } = settings;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  // As AUTH PLAIN and AUTH LOGIN write it, which a server may say back.
  const passwords = smtpPassword === undefined ? [] : [base64(smtpPassword), base64(`\0${smtpUser}\0${smtpPassword}`)];
  return [...secretsOf(settings), ...addresses, ...passwords];
}

/** Whether a part of an address is a token and no word, which would be struck out of every sentence. */
const isToken = (part: string): boolean => part.length >= 9 && /\d|[a-z][A-Z]|[A-Z]{2,}[a-z]/.test(part);
