import { z } from "zod";
import { type Kind, type Variable, whole, yesNo } from "./kinds.ts";

const logRotation: Kind<"size" | "daily"> = { schema: z.enum(["size", "daily"]), allowed: "size or daily" };
const accessLog: Kind<"app" | "separate" | "both"> = {
  schema: z.enum(["app", "separate", "both"]),
  allowed: "app, separate or both",
};

/** How the logs are kept. */
export const logVariables = {
  logRotation: {
    name: "LOG_ROTATION",
    kind: logRotation,
    default: "size",
    meaning: "size: 5 files of 10 MB (app.log.1); daily: a file for each day (app.log.2026-01-13), and for each 10 MB.",
  },
  logKeepDays: {
    name: "LOG_KEEP_DAYS",
    kind: whole(1, 3_650),
    default: "30",
    meaning: "Days whose dated logs are kept, up to 1 GB of each log.",
  },
  logGzip: {
    name: "LOG_GZIP",
    kind: yesNo,
    default: "true",
    meaning: "Compress dated logs, all but the newest (.gz).",
  },
  accessLog: {
    name: "ACCESS_LOG",
    kind: accessLog,
    default: "app",
    meaning: "Where requests are logged: app (app.log), separate (access.log) or both.",
  },
} satisfies Record<string, Variable<unknown>>;
