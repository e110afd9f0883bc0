/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import { type ReportKind, reportKinds } from "../../config/reports.ts";
import type { PageAdmin } from "../../http/access.ts";
import { ownPagesOnly } from "../../http/csrf.ts";
import type { HubEnv } from "../../http/env.ts";
import { asHttpError, HttpError } from "../../http/errors.ts";
import { sentForm } from "../../http/upload.ts";
import type { FactoryClock } from "../../observe/clock.ts";
import { readReportName, reportName } from "../../reports/period.ts";
import { ReportError, type Reports } from "../../reports/reports.ts";
import { type Day, isDay } from "../../segments/day.ts";
import { texts } from "../i18n/language.ts";
import type { ReportsTold } from "../pages/reports.tsx";
import { reportsPath } from "../pages/reports-path.ts";
import { plainHeaders, plainPage } from "../plain-page.tsx";
import { languageOf, themeOf } from "../preferences.ts";
import { reportDocument } from "./document.tsx";

export interface ReportsRoutesServices {
  reports: Reports;
  admin: PageAdmin;
  clock: FactoryClock;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
  /** Hears of errors that nobody expected. */
  report: (error: Error, requestId: string) => void;
}

const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
};
const types = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  html: "text/html; charset=utf-8",
} as const;

/** What the page of reports leads to: GET `/KIND/DAY` as a page that prints, with `.xlsx` and `.html` as files; GET `/files/NAME` as it was made; POST `/make`. */
export function reportsRoutes({ reports, admin, clock, audit, report }: ReportsRoutesServices): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.post("/*", ownPagesOnly);

  app.post("/make", async (c) => {
    const tell = (told: ReportsTold, about: Record<string, string> = {}): Response =>
      c.redirect(`${reportsPath}?${new URLSearchParams({ told, ...about })}`, 303);
    if (admin.lacks(c) !== null) return tell("refused");
    const form = await sentForm(c);
    const kind = kindOf(String(form.kind));
    const day = String(form.day ?? "");
    if (kind === null || (day !== "" && !isDay(day))) return tell("badDay");
    const send = form.send === "true";
    try {
      const wanted = day || (await reports.newestPeriod(kind)).from;
      const { report, sent } = await reports.make(kind, wanted, { send });
      audit(`report ${kind} ${report.name}: made${send ? " and sent" : ""} by ${c.env.client}`, c.get("requestId"));
      return tell(!send ? "made" : sent.length > 0 ? "sent" : "unsent", { kind, day: report.from });
    } catch (error) {
      if (error instanceof ReportError) return tell("badDay");
      report(error as Error, c.get("requestId"));
      return tell("failed");
    }
  });

  app.get("/files/:name", async (c) => {
    const read = readReportName(c.req.param("name"));
    const file = read && Bun.file(reports.fileOf(read.kind, read.firstDay, read.format));
    if (!file || !(await file.exists())) throw new HttpError(404, "There is no such report any more.");
    return asFile(c, read!.format, c.req.param("name"), await file.bytes());
  });

  for (const format of ["xlsx", "html"] as const) {
    app.get(`/:kind/:file{[0-9-]+\\.${format}}`, async (c) => {
      const [kind, day] = [kindOf(c.req.param("kind")), c.req.param("file").replace(/\.\w+$/, "")];
      if (kind === null || !isDay(day)) throw new HttpError(404, "There is no such report.");
      const language = languageOf(c);
      const made = await build(kind, day);
      const content = format === "xlsx" ? await reports.workbook(made, language) : reports.html(made, language);
      return asFile(c, format, `${reportName(kind, made)}.${format}`, content);
    });
  }

  app.get("/:kind/:day", async (c) => {
    const language = languageOf(c);
    const [kind, day] = [kindOf(c.req.param("kind")), c.req.param("day")];
    try {
      if (kind === null || !isDay(day)) throw new HttpError(404, "");
      const html = reportDocument({
        report: await build(kind, day),
        language,
        theme: themeOf(c),
        today: clock.today(),
      });
      return c.html(html, 200, headers);
    } catch (error) {
      const { status } = asHttpError(error as Error);
      if (status === 500) report(error as Error, c.get("requestId"));
      const words = texts[language].reports;
      const children = (
        <>
          <h1>{words.noReport}</h1>
          <p>{status === 404 ? words.noReportHelp : words.noDataHelp}</p>
          <p>
            <a href={reportsPath}>{words.back}</a>
          </p>
        </>
      );
      const page = { language, theme: themeOf(c), title: words.noReport, children };
      return c.html(plainPage(page), status, plainHeaders);
    }
  });

  /** A report as it is now. Throws HttpError 404 for a period that has not begun. */
  async function build(kind: ReportKind, day: Day) {
    try {
      return await reports.build(kind, day);
    } catch (error) {
      if (error instanceof ReportError) throw new HttpError(404, error.message);
      throw error;
    }
  }
  return app;
}

const kindOf = (text: string): ReportKind | null => reportKinds.find((kind) => kind === text) ?? null;

function asFile(c: Context<HubEnv>, format: keyof typeof types, name: string, content: string | Uint8Array): Response {
  c.header("Cache-Control", "no-store");
  c.header("Content-Disposition", `attachment; filename="${name}"`);
  c.header("Content-Type", types[format]);
  return c.body(typeof content === "string" ? content : new Uint8Array(content));
}
