import type { Language } from "../language.ts";
import { daysText } from "../segments/day.ts";
import { headlineOf, subjectOf } from "./headline.ts";
import type { Report, ReportMover, ReportTarget } from "./report.ts";
import { type Figures, figuresOf, wordsOf } from "./words.ts";
import type { Words } from "./words-ko.ts";

/** How the values of a column are written; a share or change of 1 is 100 %. */
export type Form = "text" | "quantity" | "signed" | "share" | "change";

/** One value of a table; `page` is the path of the dashboard's page that shows it. */
export interface Cell {
  value: string | number | null;
  page?: string | null;
}

export interface Column {
  heading: string;
  form: Form;
}

/** A part of a report as a table. */
export interface Section {
  id: "totals" | "comparisons" | "days" | "items" | "rises" | "falls" | "missed" | "targets";
  title: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** The last row, of all rows together. */
  sum?: readonly Cell[];
  /** Said in the place of a table without rows. */
  none?: string;
}

/** A part of a report that is told in sentences. */
export interface Notes {
  id: "quality" | "hub";
  title: string;
  lines: readonly string[];
  page: string;
}

/** A report in words and tables, the same for all renderings. */
export interface ReportContent {
  language: Language;
  words: Words;
  figures: Figures;
  title: string;
  /** Sentences, the most important first. */
  headline: readonly string[];
  sections: readonly Section[];
  notes: readonly Notes[];
  footer: string;
  report: Report;
}

/** Findings that are told by name. */
const mostFindings = 3;

/** Columns that give way on phones. */
const lesser: Partial<Record<Section["id"], readonly number[]>> = {
  comparisons: [1],
  days: [2, 3],
  items: [3, 4, 5],
  rises: [3],
  falls: [3],
  targets: [2, 5],
};

/** Whether a column gives way to the others where there is no room for all, as on phones. */
export const givesWay = ({ id }: Section, at: number): boolean => lesser[id]?.includes(at) ?? false;

/** Whether the values of a column may be broken into lines: names may, and codes, days and numbers are not read in pieces. */
export const mayBreak = ({ id, columns }: Section, at: number): boolean =>
  columns[at]!.form === "text" && at === (id === "comparisons" ? 0 : 1);

/** Puts a report into words and tables. */
export function contentOf(report: Report, language: Language): ReportContent {
  const words = wordsOf(language);
  const figures = figuresOf(language);
  const shown = report.state === "produced" ? shownSections(report, words, figures) : [];
  return {
    language,
    words,
    figures,
    title: subjectOf(report, language),
    headline: headlineOf(report, language),
    sections: [...shown, ...targets(report, words)],
    notes: notesOf(report, language, words, figures),
    footer: words.footer(report.made_at.slice(0, 16).replace("T", " "), report.version),
    report,
  };
}

/** A value as people read it; a dash where there is none. */
export function shown({ value }: Cell, { form }: Column, figures: Figures): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  const write = {
    text: figures.exact,
    quantity: figures.whole,
    signed: figures.signed,
    share: figures.percent,
    change: figures.change,
  };
  return write[form](value);
}

function shownSections(report: Report, words: Words, figures: Figures): Section[] {
  const { columns, sections } = words;
  const { kind, totals, pages } = report;
  const previous = words.table[kind].previous;
  const text = (heading: string): Column => ({ heading, form: "text" });
  const quantity = (heading: string): Column => ({ heading, form: "quantity" });
  const itemColumns = [text(columns.code), text(columns.name)];
  const changes = (id: "rises" | "falls", movers: readonly ReportMover[]): Section => ({
    id,
    title: sections[id],
    columns: [
      ...itemColumns,
      quantity(columns.quantity),
      quantity(previous),
      { heading: columns.difference, form: "signed" },
    ],
    rows: movers.map(({ item_code, item_name, now, before, difference, page }) => [
      { value: item_code, page },
      { value: item_name, page },
      { value: now },
      { value: before },
      { value: difference },
    ]),
    none: words.none[id],
  });
  const list: Section[] = [
    {
      id: "totals",
      title: sections.totals,
      columns: [columns.total, columns.batches, columns.average, columns.activeItems].map(quantity),
      rows: [
        [
          { value: totals.total_production, page: pages.overview },
          { value: totals.batch_count, page: pages.batches },
          { value: totals.avg_batch_size, page: pages.overview },
          { value: totals.item_count, page: pages.items },
        ],
      ],
    },
    {
      id: "comparisons",
      title: sections.comparisons,
      columns: [
        text(columns.basis),
        text(columns.period),
        quantity(columns.quantity),
        { heading: columns.difference, form: "signed" },
        { heading: columns.change, form: "change" },
      ],
      rows: report.comparisons.map(({ basis, days, total_production, difference, change, page }) => [
        { value: words.table[kind][basis], page },
        { value: days === null ? null : daysText(days) },
        { value: total_production },
        { value: difference },
        { value: change },
      ]),
    },
    {
      id: "days",
      title: sections.days,
      columns: [
        text(columns.day),
        quantity(columns.quantity),
        quantity(columns.batches),
        quantity(words.dayBases[report.days_compared_with]),
      ],
      rows: report.days.map(({ day, total_production, batch_count, compared, page }) => [
        { value: figures.shortDay(day), page },
        { value: total_production },
        { value: batch_count },
        { value: compared },
      ]),
    },
    {
      id: "items",
      title: sections.items(figures.exact(report.items.length)),
      columns: [
        ...itemColumns,
        quantity(columns.quantity),
        quantity(columns.batches),
        { heading: columns.share, form: "share" },
        quantity(previous),
        { heading: columns.change, form: "change" },
      ],
      rows: [
        ...report.items.map((item) => [
          { value: item.item_code, page: item.page },
          { value: item.item_name, page: item.page },
          { value: item.total_production },
          { value: item.batch_count },
          { value: item.share },
          { value: item.before },
          { value: item.change },
        ]),
        ...(report.others.items === 0
          ? []
          : [
              [
                { value: columns.others(figures.exact(report.others.items)) },
                { value: "" },
                { value: report.others.total_production },
                { value: report.others.batch_count },
                { value: report.others.share },
                { value: null },
                { value: null },
              ],
            ]),
      ],
      sum: [
        { value: columns.sum },
        { value: "" },
        { value: totals.total_production },
        { value: totals.batch_count },
        { value: totals.total_production > 0 ? 1 : null },
        { value: report.comparisons.find(({ basis }) => basis === "previous")?.total_production ?? null },
        { value: report.comparisons.find(({ basis }) => basis === "previous")?.change ?? null },
      ],
    },
  ];
  if (report.comparable) list.push(changes("rises", report.rises), changes("falls", report.falls));
  if (report.missed.length > 0) {
    list.push({
      id: "missed",
      title: sections.missed,
      columns: [...itemColumns, quantity(columns.usual)],
      rows: report.missed.map(({ item_code, item_name, usual, page }) => [
        { value: item_code, page },
        { value: item_name, page },
        { value: usual },
      ]),
    });
  }
  return list.filter(({ rows, none }) => rows.length > 0 || none !== undefined);
}

function targets({ targets }: Report, { columns, sections }: Words): Section[] {
  if (!targets) return [];
  const row = (target: ReportTarget): Cell[] => [
    { value: target.item_code ?? columns.whole, page: target.page },
    { value: target.item_name ?? "", page: target.page },
    { value: target.target },
    { value: target.achieved },
    { value: target.rate },
    { value: target.forecast },
  ];
  return [
    {
      id: "targets",
      title: sections.targets(targets.month),
      columns: [
        { heading: columns.code, form: "text" },
        { heading: columns.name, form: "text" },
        { heading: columns.target, form: "quantity" },
        { heading: columns.achieved, form: "quantity" },
        { heading: columns.rate, form: "share" },
        { heading: columns.forecast, form: "quantity" },
      ],
      rows: targets.items.map(row),
      ...(targets.whole ? { sum: row(targets.whole) } : {}),
    },
  ];
}

function notesOf({ quality, hub }: Report, language: Language, words: Words, figures: Figures): Notes[] {
  const notes: Notes[] = [];
  if (quality) {
    const texts = quality.texts[language];
    const first = texts.slice(0, mostFindings);
    const rest = quality.open - first.length;
    notes.push({
      id: "quality",
      title: words.sections.quality,
      lines: [
        quality.open === 0 ? words.quality.none : words.quality.open(figures.exact(quality.open)),
        ...first,
        ...(rest > 0 && first.length > 0 ? [words.quality.more(figures.exact(rest))] : []),
        ...(quality.undated === 0 ? [] : [words.quality.undated(figures.exact(quality.undated))]),
      ],
      page: quality.page,
    });
  }
  if (hub) {
    const { backup_age_hours: hours, alerts } = hub;
    const backup = hours === null ? words.hub.noBackup : words.hub.backup(figures.exact(Math.round(hours)));
    const open = alerts === null ? 0 : alerts.critical + alerts.warning + alerts.info;
    const told =
      alerts === null
        ? []
        : open === 0
          ? [words.hub.noAlerts]
          : [
              words.hub.alerts(
                ...([alerts.critical, alerts.warning, alerts.info].map(String) as [string, string, string]),
              ),
            ];
    notes.push({ id: "hub", title: words.sections.hub, lines: [[backup, ...told].join(" · ")], page: hub.page });
  }
  return notes;
}
