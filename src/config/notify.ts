import { type Variable, whole, yesNo } from "./kinds.ts";
import {
  accountName,
  mailAddress,
  mailAddresses,
  mailSecurity,
  mailServer,
  publicAddress,
  secretLine,
  slackAddress,
  webhookAddress,
} from "./notify-kinds.ts";

/** Where messages go, and how. A channel is in use when its address is set. */
export const notifyVariables = {
  hubPublicUrl: {
    name: "HUB_PUBLIC_URL",
    kind: publicAddress,
    default: undefined,
    meaning: "Address of the hub for links in messages; without it, this computer's name and the port.",
  },
  slackWebhookUrl: {
    name: "SLACK_WEBHOOK_URL",
    kind: slackAddress,
    default: undefined,
    meaning: "Incoming webhook of Slack that gets the messages.",
    secret: true,
  },
  alertWebhookUrl: {
    name: "ALERT_WEBHOOK_URL",
    kind: webhookAddress,
    default: undefined,
    meaning: "Address of a program of your own that gets the messages as JSON.",
    secret: true,
  },
  alertWebhookSecret: {
    name: "ALERT_WEBHOOK_SECRET",
    kind: secretLine,
    default: undefined,
    meaning: "Secret that signs what is sent to ALERT_WEBHOOK_URL, so that it can tell that the hub sent it.",
    secret: true,
  },
  smtpHost: {
    name: "SMTP_HOST",
    kind: mailServer,
    default: undefined,
    meaning: "Mail server that takes the hub's mail; with it and MAIL_TO, messages go out by mail.",
  },
  smtpPort: {
    name: "SMTP_PORT",
    kind: whole(1, 65_535),
    default: undefined,
    meaning: "Port of the mail server; without it 587, with SMTP_SECURITY=tls 465, with none 25.",
  },
  smtpSecurity: {
    name: "SMTP_SECURITY",
    kind: mailSecurity,
    default: "starttls",
    meaning: "How the way to the mail server is encrypted; none only within the company's own network.",
  },
  smtpUser: {
    name: "SMTP_USER",
    kind: accountName,
    default: undefined,
    meaning: "Account at the mail server, where it asks for one.",
  },
  smtpPassword: {
    name: "SMTP_PASSWORD",
    kind: secretLine,
    default: undefined,
    meaning: "Password of that account; many providers want an app password here.",
    secret: true,
  },
  smtpFrom: {
    name: "SMTP_FROM",
    kind: mailAddress,
    default: undefined,
    meaning: "Address that mail comes from; without it SMTP_USER, or hub@ and this computer's name.",
  },
  mailTo: {
    name: "MAIL_TO",
    kind: mailAddresses,
    default: "",
    meaning: "Mail addresses that get the messages.",
  },
  eventLog: {
    name: "EVENT_LOG",
    kind: yesNo,
    default: "false",
    meaning: "Write alerts into the event log of Windows as well, for programs that watch it.",
  },
} satisfies Record<string, Variable<unknown>>;
