import { type Context, Hono } from "hono";
import type { PageAdmin } from "../http/access.ts";
import { ownPagesOnly } from "../http/csrf.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { sentForm, uploadedFile } from "../http/upload.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { addDays } from "../production/calendar.ts";
import type { Drafts } from "../targets/drafts.ts";
import type { NewVersion } from "../targets/store.ts";
import { mostUploadBytes, type Targets } from "../targets/targets.ts";
import { isAcceptable } from "../targets/types.ts";
import type { PageDesk } from "./ask.ts";
import { texts } from "./i18n/language.ts";
import { targetsPath } from "./pages/targets-path.ts";
import { languageOf } from "./preferences.ts";
import { emptyForm, targetsTable } from "./targets-table.ts";
import type { TargetsTold } from "./targets-view.ts";

export interface TargetsRoutesServices {
  targets: Targets;
  drafts: Drafts;
  desk: PageDesk;
  admin: PageAdmin;
  clock: FactoryClock;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

/** An empty form has the items that were made within so many days. */
const formDays = 365;
const formItems = 2_000;
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What the page of targets has done: POST `preview`, `save` and `restore`; GET `present` and `form` as files. */
export function targetsRoutes(services: TargetsRoutesServices): Hono<HubEnv> {
  const { targets, drafts, admin, audit } = services;
  const { store } = targets;
  const app = new Hono<HubEnv>();
  app.post("/*", ownPagesOnly);

  const back = (c: Context<HubEnv>, params: Record<string, string>): Response =>
    c.redirect(`${targetsPath}?${new URLSearchParams(params)}`, 303);
  const tell = (c: Context<HubEnv>, told: TargetsTold): Response => back(c, { told });
  const keep = (c: Context<HubEnv>, next: Omit<NewVersion, "madeBy">, basedOn?: number | null): Response => {
    const saved = store.save({ ...next, madeBy: c.env.client }, basedOn);
    if (saved === "stale") return tell(c, "stale");
    if (saved === null) return tell(c, "same");
    audit(`targets: version ${saved.id} (${saved.origin}) by ${c.env.client}`, c.get("requestId"));
    const month = next.months.at(-1);
    return back(c, { ...(month ? { month } : {}), told: "saved" });
  };

  app.post("/preview", async (c) => {
    if (admin.lacks(c) !== null) return tell(c, "refused");
    let file: Awaited<ReturnType<typeof uploadedFile>>;
    try {
      file = await uploadedFile(c, mostUploadBytes);
    } catch (error) {
      if (error instanceof HttpError) return tell(c, error.status === 413 ? "tooLarge" : "noFile");
      throw error;
    }
    // What a browser sends for a form in which no file was chosen.
    if (file.name === "" && file.bytes.length === 0) return tell(c, "noFile");
    const basedOn = store.present().version?.id ?? null;
    const content = await targets.read({ base64: Buffer.from(file.bytes).toString("base64") });
    return back(c, { draft: drafts.add({ content, origin: file.name, basedOn }) });
  });

  app.post("/save", async (c) => {
    if (admin.lacks(c) !== null) return tell(c, "refused");
    const { draft: name = "", note = "", accept } = await sentForm(c);
    const draft = drafts.get(String(name));
    if (draft === null) return tell(c, "expired");
    const { content, origin, basedOn } = draft;
    if (!isAcceptable(content, accept === "true")) return back(c, { draft: String(name), told: "unaccepted" });
    const answer = keep(c, { ...content, origin, note: String(note) }, basedOn);
    drafts.remove(String(name));
    return answer;
  });

  app.post("/restore", async (c) => {
    if (admin.lacks(c) !== null) return tell(c, "refused");
    const { version } = await sentForm(c);
    const id = Number(version);
    if (!Number.isInteger(id) || store.version(id) === null) return tell(c, "unknownVersion");
    const restored = store.targetsOf(id);
    const months = [...new Set([...restored, ...store.present().targets].map(({ month }) => month))].sort();
    return keep(c, { targets: restored, months, origin: `restored ${id}`, note: "" });
  });

  for (const format of ["csv", "xlsx"] as const) {
    app.get(`/present.${format}`, async (c) => {
      const version = c.req.query("version");
      if (version !== undefined && store.version(Number(version)) === null)
        throw new HttpError(404, "There is no such version of the targets.");
      const wanted = version === undefined ? store.present().targets : store.targetsOf(Number(version));
      const names = new Map((await targets.items()).map(({ item_code, item_name }) => [item_code, item_name]));
      const words = texts[languageOf(c)];
      return send(c, format, targetsTable(wanted, names, words, format === "csv"), words.targets.fileName);
    });
    app.get(`/form.${format}`, async (c) => {
      const words = texts[languageOf(c)];
      const today = services.clock.today();
      const items = await recentItems(services.desk, today, c.get("requestId"));
      return send(c, format, emptyForm(items, today, words, format === "csv"), words.targets.template);
    });
  }
  return app;
}

/** Items that were made within the year before the newest day of data, by code. */
async function recentItems(desk: PageDesk, today: string, requestId: string) {
  const { newest } = (await desk.ask({ coverage: ["coverage", { today }] }, requestId)).answers.coverage;
  if (newest === null) return [];
  const { table } = (
    await desk.ask(
      {
        table: [
          "item_table",
          {
            from: addDays(newest, 1 - formDays),
            to: newest,
            before: null,
            sort: "code",
            descending: false,
            limit: formItems,
          },
        ],
      },
      requestId,
    )
  ).answers;
  return table.items;
}

async function send(
  c: Context<HubEnv>,
  format: "csv" | "xlsx",
  table: Parameters<typeof import("../exports/table.ts").tableCsv>[0],
  name: string,
): Promise<Response> {
  const { tableCsv, tableXlsx } = await import("../exports/table.ts");
  c.header("Cache-Control", "no-store");
  // RFC 6266: browsers take the name in UTF-8, everything else the one in ASCII.
  c.header(
    "Content-Disposition",
    `attachment; filename="targets.${format}"; filename*=UTF-8''${encodeURIComponent(`${name}.${format}`)}`,
  );
  if (format === "csv") return c.body(tableCsv(table), 200, { "Content-Type": "text/csv; charset=utf-8" });
  return c.body(tableXlsx(table), 200, { "Content-Type": sheetType });
}
