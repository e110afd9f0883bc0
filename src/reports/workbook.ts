import {
  type Cell,
  type CellStyle,
  type CellValue,
  rangeRef,
  type SheetChart,
  type WriteSheet,
  writeXlsx,
} from "hucre/xlsx";
import { textCell } from "../exports/xlsx.ts";
import type { Language } from "../language.ts";
import type { Column, ReportContent, Section } from "./sections.ts";

const rule = { style: "thin", color: { rgb: "B8C2CE" } } as const;
const bold: CellStyle = { font: { bold: true } };
/** Excel takes a cell's font as a whole, so each says it all. */
const fontNames = { ko: "맑은 고딕", en: "Calibri" } as const;
const fontSize = 10;
const headStyle: CellStyle = {
  font: { bold: true },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "E8EDF3" } },
  border: { bottom: rule },
  alignment: { vertical: "center", wrapText: true },
};
const linkFont = { color: { rgb: "1B4F8A" }, underline: true } as const;
const titleStyle: CellStyle = { font: { bold: true, size: 16 } };
const sectionStyle: CellStyle = { font: { bold: true, size: 12 } };
/** "Text" of Excel: a text that begins like a formula would run as soon as somebody edits the cell and presses Enter. */
const asText = { numFmt: "@" };
/** Of the figures, and of what they are compared with. */
const colours = ["2563A8", "A9B4C2"] as const;
/** Days from which on lines are read more easily than columns. */
const mostColumns = 16;
/** Rows and columns that a chart takes. */
const chartRows = 18;
const narrowest = 10;
/** Columns of the summary, and the height of a line in points. */
const summaryColumns = 5;
const lineHeight = 15;
const widest = 40;

/** Half-width characters that a text takes, and a margin: Korean ones are twice as wide. */
const widthOfText = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > "\u1100" ? 2 : 1), 2);

/** A sheet under construction, row by row. */
class Grid {
  readonly cells = new Map<string, Partial<Cell>>();
  readonly charts: SheetChart[] = [];
  readonly widths: number[] = [];
  /** Rows that hold a sentence, over all columns. */
  readonly sentences = new Map<number, string>();
  row = 0;
  columns = 0;
  readonly #fontName: string;

  constructor(language: Language) {
    this.#fontName = fontNames[language];
  }

  put(column: number, value: CellValue, style: CellStyle = {}, target: string | null = null): void {
    const isText = typeof value === "string";
    const font = { name: this.#fontName, size: fontSize, ...style.font, ...(target === null ? {} : linkFont) };
    this.cells.set(`${this.row},${column}`, {
      value: isText ? textCell(value) : value,
      style: { ...(isText ? asText : {}), ...style, font },
      ...(target === null ? {} : { hyperlink: { target } }),
    });
    this.columns = Math.max(this.columns, column + 1);
  }

  /** Widens a column for a text. */
  fit(column: number, text: string): void {
    this.widths[column] = Math.min(widest, Math.max(this.widthOf(column), widthOfText(text)));
  }

  widthOf(column: number): number {
    return this.widths[column] ?? narrowest;
  }

  /** A row with a sentence that is broken into lines where it is longer than the table is wide. */
  sentence(text: string, style: CellStyle = {}, target: string | null = null): void {
    this.sentences.set(this.row, text);
    this.put(0, text, { ...style, alignment: { wrapText: true, vertical: "top" } }, target);
    this.row++;
  }

  heading(text: string, style: CellStyle): void {
    this.put(0, text, style);
    this.row++;
  }
}

/**
 * A report as an Excel workbook: a summary, and sheets of days and items with charts that Excel draws from their cells. Figures are numbers with formats,
 * texts are never formulas. Set up for A4, as wide as a page, the headings on each of them.
 * @param base the hub's address, for links; without a slash at its end
 */
export async function workbookOf(content: ReportContent, base: string): Promise<Uint8Array> {
  const { words, title, language, report } = content;
  const { sheets } = words;
  const parts: [name: string, ids: readonly Section["id"][]][] = [
    [sheets.days, ["days"]],
    [sheets.items, ["items"]],
    [sheets.changes, ["rises", "falls", "missed"]],
  ];
  const made = parts.flatMap(([name, ids]) => {
    const sections = content.sections.filter((section) => ids.includes(section.id));
    return sections.some(({ rows }) => rows.length > 0) ? [{ name, grid: tableSheet(content, sections, base) }] : [];
  });
  const bytes = await writeXlsx({
    sheets: [{ name: sheets.summary, grid: summarySheet(content, base) }, ...made].map(({ name, grid }, at) =>
      sheetOf(name, grid, { title, frozen: at > 0 && grid.charts.length > 0, page: words.page("&P", "&N") }),
    ),
    defaultFont: { name: fontNames[language], size: fontSize },
    properties: { title, creator: words.product, created: new Date(report.made_at) },
  });
  return bytes;
}

function sheetOf(
  name: string,
  grid: Grid,
  { title, frozen, page }: { title: string; frozen: boolean; page: string },
): WriteSheet {
  return {
    name,
    cells: grid.cells,
    rows: Array.from({ length: grid.row }, () => Array<CellValue>(grid.columns).fill(null)),
    columns: Array.from({ length: grid.columns }, (_, at) => ({ width: grid.widthOf(at) })),
    ...sentencesOf(grid),
    charts: grid.charts,
    ...(frozen ? { freezePane: { rows: 1 } } : {}),
    view: { showGridLines: false },
    pageSetup: {
      paperSize: "a4",
      orientation: "portrait",
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      ...(frozen ? { printTitlesRow: "$1:$1" } : {}),
      margins: { top: 0.6, bottom: 0.6, left: 0.5, right: 0.5, header: 0.3, footer: 0.3 },
    },
    // An ampersand begins a code there.
    headerFooter: { oddFooter: `&L${title.replaceAll("&", "&&")}&R${page}` },
  };
}

/** Merges the cells of sentences, and makes their rows as high as their lines, which Excel does for single cells alone. */
function sentencesOf(grid: Grid): Pick<WriteSheet, "merges" | "rowDefs"> {
  const width = Array.from({ length: grid.columns }, (_, at) => grid.widthOf(at)).reduce((sum, one) => sum + one, 0);
  const rows = [...grid.sentences];
  return {
    merges: rows.map(([row]) => ({ startRow: row, startCol: 0, endRow: row, endCol: grid.columns - 1 })),
    rowDefs: new Map(rows.map(([row, text]) => [row, { height: lineHeight * Math.ceil(widthOfText(text) / width) }])),
  };
}

/** What the report says, the key figures, comparisons, targets, and what else there is to know. */
function summarySheet(content: ReportContent, base: string): Grid {
  const { title, headline, sections, notes, footer, figures, report } = content;
  const grid = new Grid(content.language);
  grid.columns = summaryColumns;
  grid.widths.push(...Array<number>(summaryColumns).fill(16));
  grid.put(0, title, titleStyle, base + report.pages.report);
  grid.row++;
  for (const sentence of headline) grid.sentence(sentence, sentence === headline[0] ? bold : {});
  for (const section of sections) {
    if (section.rows.length === 0 && !section.sum) continue;
    if (section.id === "totals") {
      grid.row++;
      grid.heading(section.title, sectionStyle);
      section.columns.forEach((column, at) => {
        const cell = section.rows[0]![at]!;
        grid.put(0, column.heading, {}, cell.page ? base + cell.page : null);
        grid.fit(0, column.heading);
        grid.put(1, cell.value, { numFmt: formatOf(column) });
        grid.fit(1, figures.exact(Number(cell.value)));
        grid.row++;
      });
    } else if (section.id === "comparisons" || section.id === "targets") {
      grid.row++;
      grid.heading(section.title, sectionStyle);
      putTable(grid, content, section, base);
    }
  }
  for (const { title, lines, page } of notes) {
    grid.row++;
    grid.heading(title, sectionStyle);
    for (const [at, line] of lines.entries()) grid.sentence(line, {}, at === 0 ? base + page : null);
  }
  grid.row++;
  grid.heading(footer, { font: { color: { rgb: "5B6675" } } });
  return grid;
}

/** Tables below each other; the first one begins in the first row, which stays on screen, and has its chart below. */
function tableSheet(content: ReportContent, sections: readonly Section[], base: string): Grid {
  const { report } = content;
  const grid = new Grid(content.language);
  const hasChart = sections.length === 1;
  for (const one of sections) {
    const section = one.id === "days" ? withYears(content, one) : one;
    if (section.rows.length === 0) continue;
    if (!hasChart) grid.heading(section.title, sectionStyle);
    const first = grid.row + 1;
    putTable(grid, content, section, base);
    if (hasChart)
      putChart(grid, section, { first, count: section.id === "items" ? report.items.length : section.rows.length });
    grid.row++;
  }
  return grid;
}

/** A sheet is put beside others, so its days have their years. */
function withYears({ report, figures }: ReportContent, section: Section): Section {
  const rows = section.rows.map(([first, ...rest], at) => [
    { ...first, value: figures.day(report.days[at]!.day) },
    ...rest,
  ]);
  return { ...section, rows };
}

function putTable(grid: Grid, { figures }: ReportContent, section: Section, base: string): void {
  const { columns, rows, sum } = section;
  const all = sum ? [...rows, sum] : rows;
  columns.forEach((column, at) => {
    const horizontal = column.form === "text" ? "left" : "right";
    grid.put(at, column.heading, { ...headStyle, alignment: { ...headStyle.alignment, horizontal } });
    grid.fit(at, column.heading.slice(0, 16));
  });
  grid.row++;
  for (const row of all) {
    const style = row === sum ? { ...bold, border: { top: rule } } : {};
    row.forEach((cell, at) => {
      const column = columns[at]!;
      const target = cell.page ? base + cell.page : null;
      const numFmt = formatOf(column);
      grid.put(at, cell.value, { ...style, ...(typeof cell.value === "number" ? { numFmt } : {}) }, target);
      grid.fit(at, typeof cell.value === "number" ? figures.exact(cell.value) : (cell.value ?? ""));
    });
    grid.row++;
  }
}

/** Excel's number format of a column: whole pieces are shown, and the cell has the exact figure. */
function formatOf({ form }: Column): string {
  if (form === "signed") return "+#,##0;-#,##0;0";
  if (form === "share") return "0.0%";
  return form === "change" ? "+0.0%;-0.0%;0.0%" : "#,##0";
}

/** A chart of days with what they are compared with, or of items, below its table. */
function putChart(
  grid: Grid,
  { id, title, rows, columns }: Section,
  { first, count }: { first: number; count: number },
): void {
  const items = id === "items";
  const compared = items ? 5 : 3;
  // Excel keeps a chart at its cells by absolute references alone.
  const column = (at: number): string => rangeRef(first, at, first + count - 1, at).replace(/[A-Z]+|\d+/g, "$$$&");
  const isCompared = rows.some((row) => typeof row[compared]!.value === "number");
  const shown = [items ? 2 : 1, ...(isCompared ? [compared] : [])];
  const top = grid.row + 1;
  grid.charts.push({
    type: !items && count > mostColumns ? "line" : "column",
    title,
    series: shown.map((at, place) => ({
      name: columns[at]!.heading,
      values: column(at),
      categories: column(0),
      color: colours[place]!,
      marker: { symbol: "none" },
    })),
    anchor: { from: { row: top, col: 0 }, to: { row: top + chartRows, col: Math.max(4, grid.columns) } },
    legend: isCompared ? "bottom" : false,
    gapWidth: 60,
    altText: title,
    axes: { y: { numberFormat: { formatCode: "#,##0" }, minorTickMark: "none" }, x: { minorTickMark: "none" } },
  });
  grid.row = top + chartRows + 1;
}
