/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { ownPagesOnly } from "../../http/csrf.ts";
import type { HubEnv } from "../../http/env.ts";
import { HttpError } from "../../http/errors.ts";
import { texts } from "../i18n/language.ts";
import { markdownUrl } from "../libraries.ts";
import { chat } from "../pages/chat.tsx";
import { languageOf } from "../preferences.ts";
import { Conversation, conversationPath } from "./conversation.tsx";

/** Cells of a table that is made a file; an answer shows 50 rows of a query that may give 1,000. */
const most = { columns: 50, rows: 2_000, characters: 2_000 };

const cell = z.union([z.string().max(most.characters), z.number(), z.null()]);
const table = z.object({
  name: z.string().max(100),
  headings: z.array(z.string().max(most.characters)).min(1).max(most.columns),
  rows: z.array(z.array(cell).max(most.columns)).max(most.rows),
  shares: z.array(z.int().min(0)).max(most.columns).default([]),
});

/** GET `/chat`, which leads to the chat's page, the frame that is fetched into page and panel, and POST `/dashboard/chat/table.csv` and `.xlsx`. */
export function chatRoutes(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/chat", (c) => {
    // Whoever forgot to POST a question is told so; a page is for people.
    if (!c.req.header("Accept")?.includes("text/html"))
      throw new HttpError(405, "Method Not Allowed", { Allow: "POST" });
    const asked = c.req.query("q")?.trim();
    return c.redirect(asked ? `${chat.path}?ask=${encodeURIComponent(asked)}` : chat.path, 303);
  });
  app.get(conversationPath, async (c) => {
    c.header("Cache-Control", "private, no-cache");
    c.header("Vary", "Accept-Language, Cookie", { append: true });
    return c.html(String(<Conversation texts={texts[languageOf(c)]} parser={await markdownUrl()} />));
  });
  app.post(`${chat.path}/table.csv`, ownPagesOnly, async (c) => {
    const { tableCsv } = await import("../../exports/table.ts");
    return c.body(tableCsv(await sentTable(c)), 200, { "Content-Type": "text/csv; charset=utf-8" });
  });
  app.post(`${chat.path}/table.xlsx`, ownPagesOnly, async (c) => {
    const { tableXlsx } = await import("../../exports/table.ts");
    return c.body(tableXlsx(await sentTable(c)), 200, {
      "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    });
  });
  return app;
}

/** The table in a request's body. Throws HttpError 422 for what is none. */
async function sentTable(c: Context<HubEnv>): Promise<z.output<typeof table>> {
  const read = table.safeParse(await c.req.json().catch(() => null));
  if (!read.success) throw new HttpError(422, "This is no table that can be made a file.");
  return read.data;
}
