import { type ReportContent, type Section, shown } from "./sections.ts";

/** Sections that a text has: the others need columns to be read. */
const told: readonly Section["id"][] = ["totals", "comparisons", "items", "missed", "targets"];

/** A report as plain text, for mail programs without HTML and for chats: the headline first, then short lines. */
export function plainText({ title, headline, sections, notes, figures, footer }: ReportContent): string {
  const lines = [title, "", ...headline];
  for (const section of sections) {
    if (!told.includes(section.id) || section.rows.length === 0) continue;
    lines.push("", `[${section.title}]`);
    for (const row of [...section.rows, ...(section.sum ? [section.sum] : [])]) {
      const cells = row.map((cell, at) => ({
        text: shown(cell, section.columns[at]!, figures),
        column: section.columns[at]!,
      }));
      if (section.id === "totals") lines.push(...cells.map(({ text, column }) => `${column.heading}: ${text}`));
      else lines.push(`- ${lineOf(cells)}`);
    }
  }
  for (const { title, lines: sentences } of notes) lines.push("", `[${title}]`, ...sentences);
  return `${[...lines, "", footer].map(oneLine).join("\n")}\n`;
}

/** `BW0021 Name: Quantity 1,234, Share 12%`: what names the row first, then its figures with their headings. */
function lineOf(cells: readonly { text: string; column: { heading: string; form: string } }[]): string {
  const names = cells.filter(({ column, text }) => column.form === "text" && text !== "" && text !== "–");
  const values = cells.filter(({ column, text }) => column.form !== "text" && text !== "–");
  return `${names.map(({ text }) => text).join(" ")}: ${values.map(({ text, column }) => `${column.heading} ${text}`).join(", ")}`;
}

/** A name may hold line breaks, which would pass for lines of the report. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
