import { z } from "zod";
import { reportKinds } from "../config/reports.ts";
import { requireAdmin } from "../http/access.ts";
import { HttpError } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import { languages } from "../language.ts";
import { deliveryStates } from "../notify/deliveries.ts";
import { reasonText } from "../notify/reasons.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { OperationError } from "../operations/operation.ts";
import { arrivedAt } from "../reports/history.ts";
import { reportName } from "../reports/period.ts";
import { ReportError, type Reports } from "../reports/reports.ts";
import { isDay } from "../segments/day.ts";
import type { Endpoints } from "./endpoint.ts";
import { dateFrom, limit } from "./parameters.ts";
import { sentence } from "./query.ts";

export interface ReportServices {
  reports: Reports;
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

const kind = z.enum(reportKinds).meta({ description: "How long a time the report is about; weeks are ISO weeks." });
/** A day that may have the ending of a file. */
const dated = z
  .string()
  .refine((text) => isDay(text.replace(/\.(html|xlsx)$/, "")), {
    error: ({ input }) =>
      `Invalid date format: '${String(input).slice(0, 50)}'. Expected YYYY-MM-DD (e.g., 2026-01-15).`,
    params: sentence,
  })
  .meta({ description: "Any day of the period, and perhaps the ending of a file.", example: "2026-01-15" });
const date = dateFrom.meta({ description: "Any day of the period.", format: "date", example: "2026-01-15" });
const language = z.enum(languages).meta({ description: "Language; without it, REPORT_LANGUAGE." });
const time = z.string().nullable();
const days = z.object({ from: z.string(), to: z.string() });
const quantity = z.number();
const page = z.string().meta({ description: "Path of the page of the dashboard that shows it." });
const item = { item_code: z.string(), item_name: z.string().nullable(), page };
const mover = z.lazy(() => z.object({ ...item, before: quantity, now: quantity, difference: quantity }));
const target = z.lazy(() =>
  z.object({
    ...item,
    item_code: z.string().nullable(),
    target: quantity,
    achieved: quantity,
    rate: z.number().nullable(),
    forecast: z.number().nullable(),
  }),
);

const report = z.lazy(() =>
  z
    .object({
      kind,
      name: z.string().meta({ example: "2026-W03" }),
      from: z.string(),
      to: z.string(),
      through: z.string().meta({ description: "The last day that counts; before `to` in a period that is not over." }),
      finished: z.boolean(),
      comparable: z.boolean().meta({ description: "False where the files of earlier periods cannot be read." }),
      state: z.enum(["produced", "rest", "missing", "empty"]).meta({
        description:
          "`rest`: nothing was made, as is usual. `missing`: nothing was, though it usually is. `empty`: no data, or they begin later.",
      }),
      made_at: z.string(),
      version: z.string(),
      last_good: z
        .boolean()
        .meta({ description: "True where a file could not be read, so that an earlier version answered." }),
      newest: time,
      oldest: time.meta({ description: "The first day of data." }),
      totals: z.object({
        total_production: quantity,
        batch_count: z.int(),
        avg_batch_size: quantity,
        item_count: z.int(),
      }),
      comparisons: z.array(
        z.object({
          basis: z.enum(["usual", "previous", "last_year"]),
          days: days.nullable(),
          total_production: quantity,
          batch_count: z.int().nullable(),
          difference: quantity,
          change: z.number().nullable().meta({ description: "1 for twice as much." }),
          page: page.nullable(),
        }),
      ),
      days_compared_with: z.enum(["usual", "week_before", "four_weeks_before"]),
      days: z.array(
        z.object({
          day: z.string(),
          total_production: quantity,
          batch_count: z.int(),
          compared: z.number().nullable(),
          page,
        }),
      ),
      items: z.array(
        z.object({
          ...item,
          total_production: quantity,
          batch_count: z.int(),
          share: z.number().nullable(),
          before: z.number().nullable(),
          difference: z.number().nullable(),
          change: z.number().nullable(),
        }),
      ),
      others: z.object({
        items: z.int(),
        total_production: quantity,
        batch_count: z.int(),
        share: z.number().nullable(),
      }),
      rises: z.array(mover),
      falls: z.array(mover),
      missed: z
        .array(z.object({ ...item, usual: quantity }))
        .meta({ description: "Items that are usually made in such a period, and were not." }),
      targets: z.object({ month: z.string(), whole: target.nullable(), items: z.array(target), page }).nullable(),
      quality: z
        .object({
          open: z.int().meta({ description: "Warnings of the report's days that are open." }),
          undated: z.int().meta({ description: "Open warnings that are of no day." }),
          texts: z.object({ ko: z.array(z.string()), en: z.array(z.string()) }),
          doubtful: z
            .object({ quantity, text: z.object({ ko: z.string(), en: z.string() }) })
            .nullable()
            .meta({
              description: "Records of these days whose quantity is hardly right: their sum, and the greatest.",
            }),
          page,
        })
        .nullable(),
      hub: z
        .object({
          backup_age_hours: z.number().nullable(),
          alerts: z.object({ critical: z.int(), warning: z.int(), info: z.int() }).nullable(),
          page,
        })
        .nullable(),
      pages: z.object({ overview: page, batches: page, items: page, report: page }),
    })
    .meta({ id: "Report" }),
);

const files = z.object({ xlsx: z.string().nullable(), html: z.string().nullable() });
const listed = z.lazy(() =>
  z.object({
    kind,
    name: z.string(),
    from: z.string(),
    made_at: z.string(),
    headline: z.string(),
    handed_at: time.meta({ description: "When it was last handed to the outbox; null for never." }),
    sent_at: time.meta({ description: "When it had arrived on all its channels; null before, and where one failed." }),
    deliveries: z
      .array(z.object({ channel: z.string(), state: z.enum(deliveryStates), finished_at: time, reason: time }))
      .meta({ description: "How it fares on each channel; empty once the outbox has forgotten, after 90 days." }),
    files: files.meta({ description: "Names of its files in REPORTS_DIR; null for one that is not there any more." }),
  }),
);

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** GET /reports and /reports/{kind}/{date} as JSON, HTML and XLSX, and POST /reports/{kind}/run. */
export function reportEndpoints(endpoints: Endpoints, { reports, clock, adminKey, audit }: ReportServices): void {
  const iso = (ms: number | null) => (ms === null ? null : clock.timestamp(new Date(ms)));

  endpoints.add({
    method: "get",
    path: "/reports",
    tag: "reports",
    summary: "Reports that were made, the newest period first",
    query: z.object({ limit: limit(100, 10_000) }),
    answer: { "application/json": z.object({ reports: z.array(listed), count: z.int() }) },
    handle: async (c, { limit }) => {
      const made = (await reports.list(limit)).map(({ first_day, made_at, handed_at, deliveries, ...made }) => ({
        ...made,
        from: first_day,
        made_at: iso(made_at)!,
        handed_at: iso(handed_at),
        sent_at: iso(arrivedAt({ deliveries })),
        deliveries: deliveries.map(({ channel, state, finished_at, reason }) => ({
          ...{ channel, state },
          finished_at: iso(finished_at),
          reason: reason && reasonText(reason, "en"),
        })),
      }));
      return sendJson(c, { reports: made, count: made.length });
    },
  });

  endpoints.add({
    method: "get",
    path: "/reports/:kind/:date",
    tag: "reports",
    summary: "A report of the present data: the figures that its mail, workbook and page show",
    description:
      "With `.html` or `.xlsx` after the date it is the report as a document or as an Excel workbook, such as `/reports/weekly/2026-01-15.xlsx`.",
    params: z.object({ kind, date: dated }),
    query: z.object({ lang: language.optional() }),
    answer: {
      "application/json": report,
      "text/html": z.string(),
      [workbookType]: z.string().meta({ format: "binary" }),
    },
    readsData: true,
    handle: async (c, { kind, date, lang = reports.language }) => {
      const made = await orRefuse(() => reports.build(kind, date.slice(0, 10)));
      if (made.last_good) c.header("X-Data-State", "last-good");
      if (date.endsWith(".html")) {
        c.header("Cache-Control", "no-cache");
        return c.body(reports.html(made, lang), 200, { "Content-Type": "text/html; charset=utf-8" });
      }
      if (date.endsWith(".xlsx")) {
        c.header("Cache-Control", "no-cache");
        c.header("Content-Disposition", `attachment; filename="${reportName(kind, made)}.xlsx"`);
        return c.body(new Uint8Array(await reports.workbook(made, lang)), 200, { "Content-Type": workbookType });
      }
      // When it was asked for is no difference.
      c.header("ETag", `W/"${Bun.hash(JSON.stringify({ ...made, made_at: "" })).toString(16)}"`);
      return sendJson(c, made);
    },
  });

  endpoints.add({
    method: "post",
    path: "/reports/:kind/run",
    tag: "reports",
    summary: "Make a report's files, and send it where wanted",
    params: z.object({ kind }),
    body: z.object({
      date: date.optional().meta({ description: "Any day of the period; without it the newest one that is over." }),
      send: z.boolean().default(false).meta({ description: "Also send it through the channels that are configured." }),
    }),
    answer: {
      "application/json": z.object({
        kind,
        name: z.string(),
        from: z.string(),
        through: z.string(),
        headline: z.string(),
        files: z.object({ xlsx: z.string(), html: z.string() }),
        sent: z.array(z.string()).meta({
          description: "Channels for which it was handed to the outbox; `GET /reports` says whether it arrived.",
        }),
      }),
    },
    admin: true,
    readsData: true,
    middleware: [requireAdmin(adminKey)],
    handle: async (c, { kind, date, send }) => {
      const { report, headline, files, sent } = await orRefuse(async () =>
        reports.make(kind, date ?? (await reports.newestPeriod(kind)).from, { send }),
      );
      const { name, from, through } = report;
      audit(`report ${kind} ${name}: made${send ? " and sent" : ""} by ${c.env.client}`, c.get("requestId"));
      return sendJson(c, { kind, name, from, through, headline, files, sent });
    },
  });
}

/** Turns what cannot be done into an answer with its sentence. */
async function orRefuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ReportError) throw new HttpError(400, error.message);
    if (error instanceof OperationError) throw new HttpError(503, error.message, { "Retry-After": "60" });
    throw error;
  }
}
