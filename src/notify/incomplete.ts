import type { Settings } from "../config.ts";

type ChannelSettings = Pick<
  Settings,
  | "smtpHost"
  | "mailTo"
  | "smtpUser"
  | "smtpPassword"
  | "smtpSecurity"
  | "alertWebhookUrl"
  | "alertWebhookSecret"
  | "eventLog"
>;

/** Sentences about channels of which only a part is set up, which is a mistake more often than an intention. */
export function incompleteChannels(settings: ChannelSettings, platform: NodeJS.Platform = process.platform): string[] {
  const { smtpHost, mailTo, smtpUser, smtpPassword, smtpSecurity, alertWebhookUrl, alertWebhookSecret, eventLog } =
    settings;
  const wrong: [boolean, string][] = [
    [smtpHost !== undefined && mailTo.length === 0, "SMTP_HOST is set and MAIL_TO is not, so no mail is sent."],
    [smtpHost === undefined && mailTo.length > 0, "MAIL_TO is set and SMTP_HOST is not, so no mail is sent."],
    [
      smtpUser !== undefined && smtpPassword === undefined,
      "SMTP_USER is set and SMTP_PASSWORD is not, so the mail server will refuse the login.",
    ],
    [
      smtpUser === undefined && smtpPassword !== undefined,
      "SMTP_PASSWORD is set and SMTP_USER is not, so mail is sent without a login.",
    ],
    [
      smtpHost !== undefined && smtpUser !== undefined && smtpSecurity === "none" && !loopback.test(smtpHost),
      "With SMTP_SECURITY=none the password of SMTP_USER goes over the network for everybody to read.",
    ],
    [
      alertWebhookUrl === undefined && alertWebhookSecret !== undefined,
      "ALERT_WEBHOOK_SECRET is set and ALERT_WEBHOOK_URL is not, so no webhook is sent.",
    ],
    [eventLog && platform !== "win32", "EVENT_LOG=true has an effect on Windows alone."],
  ];
  return wrong.flatMap(([isWrong, sentence]) => (isWrong ? [sentence] : []));
}

const loopback = /^(localhost|127\.[\d.]+|::1)$/;
