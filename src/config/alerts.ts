import { z } from "zod";
import { languages } from "../language.ts";
import { cron, cronOf, type Kind, list, type Variable, whole } from "./kinds.ts";

const timeOfDay = "([01]?\\d|2[0-3]):[0-5]\\d";
const quietHours: Kind<string> = {
  schema: z
    .string()
    .regex(new RegExp(`^${timeOfDay}\\s*-\\s*${timeOfDay}$`))
    .refine((text) => new Set(text.split(/\s*-\s*/).map((time) => time.padStart(5, "0"))).size === 2),
  allowed: "two different times of the day such as 22:00-07:00",
};

const summaryTime: Kind<string> = {
  // With seconds as a sixth field for tests.
  schema: z.union([z.literal("off"), cronOf(5, 6)]),
  allowed: `${cron.allowed}, or off`,
};

const ruleNames = list(
  z.string().regex(/^[a-z][a-z0-9-]{1,60}$/),
  "a comma-separated list of rules such as slow-queries,rate-limit-storm, as they stand on the alerts page",
);

const language = { schema: z.enum(languages), allowed: "ko or en" };

/** What the hub tells people of by itself, and when. */
export const alertsVariables = {
  alertLanguage: {
    name: "ALERT_LANGUAGE",
    kind: language,
    default: "ko",
    meaning: "Language of alerts, summaries and reports: ko or en.",
  },
  alertQuietHours: {
    name: "ALERT_QUIET_HOURS",
    kind: quietHours,
    default: undefined,
    meaning:
      "Time of the day, in the factory's time, in which only critical alerts go out; the others follow at its end.",
  },
  alertDailySummary: {
    name: "ALERT_DAILY_SUMMARY",
    kind: summaryTime,
    default: "0 8 * * *",
    meaning: "When a summary of the day before is sent, as a cron pattern in the factory's time; off for none.",
  },
  alertWeeklySummary: {
    name: "ALERT_WEEKLY_SUMMARY",
    kind: summaryTime,
    default: "0 8 * * 1",
    meaning: "When a summary of the week before is sent, as a cron pattern in the factory's time; off for none.",
  },
  alertUnchangedDays: {
    name: "ALERT_UNCHANGED_DAYS",
    kind: whole(1, 365),
    default: undefined,
    meaning: "Working days without a write after which Live counts as unchanged for too long; without it, learned.",
  },
  alertOff: {
    name: "ALERT_OFF",
    kind: ruleNames,
    default: "",
    meaning: "Alert rules that are turned off.",
  },
  alertSpeed: {
    name: "ALERT_SPEED",
    kind: whole(1, 1_000_000),
    default: "1",
    meaning: "Divides every waiting time of the alerts.",
    hidden: true,
  },
} satisfies Record<string, Variable<unknown>>;
