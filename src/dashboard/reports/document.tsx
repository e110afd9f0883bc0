/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";

import type { ReportKind } from "../../config/reports.ts";
import { moduleUrl, staticUrl } from "../../http/static-files.ts";
import type { Language } from "../../language.ts";
import { addDays } from "../../production/calendar.ts";
import { isDoubtful } from "../../reports/headline.ts";
import { periodBefore, periodOf } from "../../reports/period.ts";
import { type Report, reportPath } from "../../reports/report.ts";
import {
  type Cell,
  contentOf,
  givesWay,
  mayBreak,
  type ReportContent,
  type Section,
  shown,
} from "../../reports/sections.ts";
import { texts } from "../i18n/language.ts";
import type { Theme } from "../preferences.ts";
import { DaysChart } from "./chart.tsx";

/** Rows from which on a table of days stands in two columns. */
const mostRows = 16;

interface DocumentProps {
  report: Report;
  language: Language;
  theme: Theme;
  today: string;
}

/** A report as a page of its own that prints on A4: the same words and tables as its mail and workbook, with a chart that the server draws. */
export function reportDocument({ report, language, theme, today }: DocumentProps): string {
  const content = contentOf(report, language);
  const [first, ...rest] = content.headline;
  const part = (ids: readonly Section["id"][]) =>
    content.sections
      .filter(({ id }) => ids.includes(id))
      .map((section) => <Part content={content} section={section} />);
  return `<!doctype html>${(
    <html lang={language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${content.title} · ${texts[language].product}`}</title>
        <link rel="icon" href={staticUrl("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={staticUrl("dashboard.css")} />
        <link rel="stylesheet" href={staticUrl("report.css")} />
        <script src={moduleUrl("dashboard", "print.js")} type="module" />
      </head>
      <body class="report">
        <Tools report={report} language={language} today={today} />
        <main>
          <h1>{content.title}</h1>
          <p class="headline">{first}</p>
          {rest.map((sentence, at) => (
            <p class={at === 0 && isDoubtful(report) ? "caution" : undefined}>{sentence}</p>
          ))}
          {part(["totals", "comparisons", "days", "items"])}
          <div class="changes">{part(["rises", "falls"])}</div>
          {part(["missed", "targets"])}
          <div class="pair">
            {content.notes.map(({ title, lines, page }) => (
              <section>
                <h2>{title}</h2>
                {lines.map((line, at) => (
                  <p>{at === 0 ? <a href={page}>{line}</a> : line}</p>
                ))}
              </section>
            ))}
          </div>
          <footer>{content.footer}</footer>
        </main>
      </body>
    </html>
  )}`;
}

/** What is not printed: the way back, to the periods beside it, to the files, and the printer. */
function Tools({ report, language, today }: Pick<DocumentProps, "report" | "language" | "today">) {
  const words = texts[language].reports;
  const { kind, from, to } = report;
  const before = periodBefore(kind, from);
  const after = periodOf(kind, addDays(to, 1));
  const file = (format: string): string => `${reportPath(kind, report)}.${format}`;
  return (
    <nav class="tools" aria-label={words.tools}>
      <a href="/dashboard/reports">{words.back}</a>
      <a href={reportPath(kind, before)}>{words.before[kind as ReportKind]}</a>
      {after.from > today ? null : <a href={reportPath(kind, after)}>{words.after[kind as ReportKind]}</a>}
      <a href={report.pages.overview}>{words.overview}</a>
      <a href={file("xlsx")} download>
        {words.files.xlsx}
      </a>
      <a href={file("html")} download>
        {words.files.html}
      </a>
      <button type="button" data-print hidden>
        {words.print}
      </button>
    </nav>
  );
}

function Part({ content, section }: { content: ReportContent; section: Section }) {
  const { id, title, rows, none } = section;
  if (id === "totals") return <KeyFigures content={content} section={section} />;
  return (
    <section class={id}>
      <h2>{title}</h2>
      {id === "days" ? <Days content={content} section={section} /> : null}
      {rows.length === 0 ? (
        <p>{none}</p>
      ) : (
        <div class={id === "days" && rows.length > mostRows ? "pair" : undefined}>
          {split(section).map((half) => (
            <div class="scroll">
              <Table content={content} section={half} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

/** A long table of days in halves, so that a month fits on a page. */
function split(section: Section): Section[] {
  const { id, rows } = section;
  if (id !== "days" || rows.length <= mostRows) return [section];
  const half = Math.ceil(rows.length / 2);
  return [
    { ...section, rows: rows.slice(0, half) },
    { ...section, rows: rows.slice(half) },
  ];
}

function Days({ content, section }: { content: ReportContent; section: Section }) {
  const [, quantity, , compared] = section.columns;
  return (
    <>
      <DaysChart content={content} days={content.report.days} label={section.title} />
      <p class="key">
        <span class="made" aria-hidden="true" /> {quantity!.heading} <span class="compared" aria-hidden="true" />{" "}
        {compared!.heading}
      </p>
    </>
  );
}

function KeyFigures({ content, section }: { content: ReportContent; section: Section }) {
  return (
    <dl class="figures">
      {section.rows[0]!.map((cell, at) => (
        <div>
          <dt>{section.columns[at]!.heading}</dt>
          <dd>{linked(cell, shown(cell, section.columns[at]!, content.figures))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Table({ content, section }: { content: ReportContent; section: Section }) {
  const { columns, rows, sum } = section;
  const looks = (at: number): string =>
    [
      columns[at]!.form === "text" ? "" : "number",
      mayBreak(section, at) ? "name" : "whole",
      givesWay(section, at) ? "lesser" : "",
    ]
      .filter((name) => name !== "")
      .join(" ");
  const line = (row: readonly Cell[]) => (
    <tr>
      {row.map((cell, at) => {
        const text = linked(cell, shown(cell, columns[at]!, content.figures));
        return at === 0 ? (
          <th scope="row" class={looks(at)}>
            {text}
          </th>
        ) : (
          <td class={looks(at)}>{text}</td>
        );
      })}
    </tr>
  );
  return (
    <table>
      <thead>
        <tr>
          {columns.map(({ heading }, at) => (
            <th scope="col" class={looks(at)}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{rows.map(line)}</tbody>
      {sum ? <tfoot>{line(sum)}</tfoot> : null}
    </table>
  );
}

/** A text that leads to its page, where it has one. */
const linked = ({ page }: Cell, text: string): Child => (page ? <a href={page}>{text}</a> : text);
