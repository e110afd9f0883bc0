import { mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import path from "node:path";
import type { Language } from "../language.ts";
import { mailOf } from "./mail.tsx";
import { type ReportFileName, readReportName, reportName } from "./period.ts";
import type { Report } from "./report.ts";
import { contentOf } from "./sections.ts";

/** What is made of a report. */
export interface RenderOrder {
  report: Report;
  language: Language;
  /** The hub's address for links, without a slash at its end. */
  base: string;
}

/** A report's files in the folder of reports. */
export interface ReportFiles {
  html: string;
  xlsx: string;
}

/** Renders a report as a workbook. */
export async function renderWorkbook({ report, language, base }: RenderOrder): Promise<Uint8Array> {
  // What writes workbooks takes 30 ms to load, and the server makes none itself.
  const { workbookOf } = await import("./workbook.ts");
  return workbookOf(contentOf(report, language), base);
}

/** Renders a report as an HTML document. */
export function renderHtml({ report, language, base }: RenderOrder): string {
  return mailOf(contentOf(report, language), base);
}

/**
 * Writes a report's files into a folder, each in one step, and removes the oldest of its kind beyond the number to keep. Throws what the file system throws.
 */
export async function writeReport(order: RenderOrder, folder: string, keep: number): Promise<ReportFiles> {
  const { report } = order;
  await mkdir(folder, { recursive: true });
  const name = reportName(report.kind, report);
  await replace(path.join(folder, `${name}.html`), renderHtml(order));
  await replace(path.join(folder, `${name}.xlsx`), await renderWorkbook(order));
  await removeOldest(folder, report, keep);
  return { html: `${name}.html`, xlsx: `${name}.xlsx` };
}

/** Whoever opens the file meanwhile sees the one before or the new one, and a crash leaves no half of one. */
async function replace(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

/** The one just made stays, however old its period is: somebody asked for it. */
async function removeOldest(folder: string, { kind, from }: Report, keep: number): Promise<void> {
  const files = (await reportFiles(folder)).filter((file) => file.kind === kind);
  const days = [...new Set(files.map(({ firstDay }) => firstDay))].sort().reverse();
  const kept = new Set([...days.slice(0, keep), from]);
  // Somebody may have it open in Excel; then it goes the next time.
  for (const { file, firstDay } of files)
    if (!kept.has(firstDay)) await unlink(path.join(folder, file)).catch(() => {});
}

/** The reports in a folder; none where it is not there or cannot be read. */
export async function reportFiles(folder: string): Promise<(ReportFileName & { file: string })[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((file) => {
    const read = readReportName(file);
    return read ? [{ ...read, file }] : [];
  });
}
