import { z } from "zod";
import type { Finding } from "../operations/findings.ts";
import type { Health, HubUnderCheck } from "./hub-under-check.ts";

const row = z.object({ item_code: z.string(), production_date: z.string() });
const rows = z.object({ data: z.array(row) });
const filled = <T extends z.ZodType>(shape: T) => z.array(shape).min(1);
const toolAnswer = z.object({
  result: z.object({ isError: z.literal(false).optional(), content: z.array(z.unknown()).min(1) }),
});

/** What is asked of the hub, one of each kind, about an item and a day that the data have. Each throws where the answer is not what it should be. */
const questions: Record<
  string,
  (hub: HubUnderCheck, about: { code: string; day: string; modelAnswers: boolean }) => Promise<string>
> = {
  records: async (hub) => `${(await hub.json(rows, "/api/v1/records?limit=5")).data.length} rows.`,
  item: async (hub, { code }) =>
    `${(await hub.json(filled(row), `/api/v1/records/${encodeURIComponent(code)}?limit=5`)).length} rows of ${code}.`,
  search: async (hub, { code }) => {
    const { data } = await hub.json(rows, `/api/v1/records?q=${encodeURIComponent(code.slice(0, 4))}&limit=5`);
    if (data.length === 0) throw new Error(`A search for a part of ${code} found nothing.`);
    return `${data.length} rows by a part of ${code}.`;
  },
  summary: async (hub) =>
    `${(await hub.json(filled(z.object({ total_production: z.number() })), "/api/v1/summary/monthly_total")).length} months.`,
  compare: async (hub, { day }) => {
    const year = Number(day.slice(0, 4));
    const days = (number: number, name: string) =>
      `period${name}_from=${number}-01-01&period${name}_to=${number}-12-31`;
    const path = `/api/v1/summary/compare?${days(year, "1")}&${days(year - 1, "2")}`;
    await hub.json(z.object({ comparison: z.object({ direction: z.string() }) }), path);
    return `${year} with ${year - 1}.`;
  },
  export: async (hub, { day }) => {
    const query = `date_from=${day}&date_to=${day}`;
    const csv = await hub.ask(`/api/v1/records.csv?${query}`);
    const lines = csv.text.trim().split("\n").length - 1;
    if (csv.status !== 200 || lines < 1) throw new Error(`The CSV file of ${day} has no rows (${csv.status}).`);
    const workbook = await hub.ask(`/api/v1/records.xlsx?${query}`);
    if (workbook.status !== 200 || new TextDecoder().decode(workbook.bytes.subarray(0, 2)) !== "PK")
      throw new Error(`The Excel file of ${day} is no workbook (${workbook.status}).`);
    return `${lines} rows of ${day} as CSV and Excel.`;
  },
  chat: async (hub, { day, modelAnswers }) => {
    if (modelAnswers)
      return "A model answers (GEMINI_API_KEY), whose quota this check leaves alone; /healthz/ai says how it is.";
    const shape = z.object({ status: z.literal("success"), evidence: z.array(z.unknown()).min(1) });
    await hub.json(shape, "/api/v1/chat", { query: `${day.slice(0, 4)}년 총 생산량은?` });
    return `The total of ${day.slice(0, 4)}, by the hub's own planner.`;
  },
  "custom query": async (hub) => {
    const sql = "SELECT item_code, good_quantity FROM production_records LIMIT 1";
    const call = { name: "execute_custom_query", arguments: { sql } };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: call };
    await hub.json(toolAnswer, "/mcp", message, { Accept: "application/json, text/event-stream" });
    return "A query in SQL, in a process of its own.";
  },
  dashboard: async (hub) => {
    const { status, text } = await hub.ask("/", undefined, { Accept: "text/html" });
    if (status !== 200 || !text.includes("</html>")) throw new Error(`The page was not served (${status}).`);
    return "The first page.";
  },
};

/** Asks one question of each kind. Without data there is nothing to ask. */
export async function checkQuestions(hub: HubUnderCheck, { files }: Health, modelAnswers: boolean): Promise<Finding[]> {
  const day =
    files
      .map(({ last_day }) => last_day ?? "")
      .sort()
      .at(-1) ?? "";
  const item = day && (await hub.json(z.array(z.object({ item_code: z.string() })), "/api/v1/items?limit=1"))[0];
  if (!item) {
    const message = "There are no rows to ask about, so that no question was tried.";
    return [{ area: "question", file: "all", status: "warn", message }];
  }
  const findings: Finding[] = [];
  for (const [kind, ask] of Object.entries(questions)) {
    const started = performance.now();
    try {
      const said = await ask(hub, { code: item.item_code, day, modelAnswers });
      const ms = Math.round(performance.now() - started);
      findings.push({ area: "question", file: kind, status: "ok", message: `${said} ${ms} ms.` });
    } catch (error) {
      findings.push({ area: "question", file: kind, status: "fail", message: reason(error as Error) });
    }
  }
  return findings;
}

function reason(error: Error): string {
  const what = error instanceof z.ZodError ? "The answer does not have its shape." : error.message;
  return `${what} Look for ERROR in logs/app.log.`;
}
