import { z } from "zod";
import { languages } from "../language.ts";
import { cronOrOff, type Kind, list, type Variable, whole } from "./kinds.ts";

/** The reports there are, by how long a time each is about; weeks are ISO weeks. */
export const reportKinds = ["daily", "weekly", "monthly"] as const;
export type ReportKind = (typeof reportKinds)[number];

const kinds = list(z.enum(reportKinds), "a comma-separated list of daily, weekly and monthly") as Kind<
  readonly ReportKind[]
>;

const folder: Kind<string> = {
  // Windows refuses the other characters in names; a path over the network begins with two backslashes.
  schema: z.string().regex(/^[^\p{Cc}<>"|?*]{1,400}$/u),
  allowed: "a folder, such as reports or D:\\reports",
};

const language: Kind<(typeof languages)[number]> = { schema: z.enum(languages), allowed: "ko or en" };

/** What the hub reports of the production by itself. */
export const reportsVariables = {
  reportDaily: {
    name: "REPORT_DAILY",
    kind: cronOrOff,
    default: "30 7 * * *",
    meaning: "When the report of the day before is made, as a cron pattern in the factory's time; off for none.",
  },
  reportWeekly: {
    name: "REPORT_WEEKLY",
    kind: cronOrOff,
    default: "30 7 * * 1",
    meaning: "When the report of the week before is made; off for none.",
  },
  reportMonthly: {
    name: "REPORT_MONTHLY",
    kind: cronOrOff,
    default: "30 7 1 * *",
    meaning: "When the report of the month before is made; off for none.",
  },
  reportSend: {
    name: "REPORT_SEND",
    kind: kinds,
    default: "",
    meaning: "Reports that are also sent through the channels of the messages, such as daily,weekly.",
  },
  reportLanguage: {
    name: "REPORT_LANGUAGE",
    kind: language,
    default: undefined,
    meaning: "Language of the reports: ko or en; without it, that of ALERT_LANGUAGE.",
  },
  reportsFolder: {
    name: "REPORTS_DIR",
    kind: folder,
    default: "reports",
    meaning: "Folder of the reports, within the home folder or anywhere.",
  },
  reportRetention: {
    name: "REPORT_RETENTION",
    kind: whole(1, 10_000),
    default: "400",
    meaning: "Reports of each kind that are kept in the folder.",
  },
} satisfies Record<string, Variable<unknown>>;
