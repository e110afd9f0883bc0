/** @jsxImportSource hono/jsx */
import type { Context } from "hono";
import type { ExportFormat } from "../exports/process.ts";
import type { HubEnv } from "../http/env.ts";
import type { Page, PageTable } from "./page.ts";
import { link, type View } from "./view.ts";

/** Links to the table of a page as files; `path` is that page's where it is another one than this. */
export function TableFiles({ view, path = view.path }: { view: View; path?: string }) {
  const words = view.texts.files;
  const params = path === view.path ? view.params : {};
  return (
    <section class="tools" aria-label={words.label}>
      {(["xlsx", "csv"] as const).map((format) => (
        <a class="button" href={link(view, { params }, `${path}.${format}`)} download="" hx-boost="false">
          {words[format]}
        </a>
      ))}
    </section>
  );
}

/** A page's table as a file that is named after the page and its days, in the reader's language. */
export async function tableFile(
  c: Context<HubEnv>,
  { view, page, format }: { view: View; page: Page; format: ExportFormat },
  table: PageTable,
): Promise<Response> {
  const { from, to } = view.filter;
  const name = `${view.texts.nav[page.id]} ${from === to ? from : `${from}~${to}`}`;
  // What reads no UTF-8 in a header takes the plain name (RFC 6266 §5).
  const plain = `${page.id}_${from}_${to}.${format}`;
  const inFull = encodeURIComponent(`${name}.${format}`);
  c.header("Content-Disposition", `attachment; filename="${plain}"; filename*=UTF-8''${inFull}`);
  c.header("Cache-Control", "private, no-cache");
  c.header("Vary", "Accept-Language, Cookie", { append: true });
  const { tableCsv, tableXlsx } = await import("../exports/table.ts");
  if (format === "csv") return c.body(tableCsv({ name, ...table }), 200, { "Content-Type": "text/csv; charset=utf-8" });
  return c.body(tableXlsx({ name, ...table }), 200, {
    "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  });
}
