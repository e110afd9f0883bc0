/**
 * A model for the bench: calls four tools, then answers in words of some length, part by part. `GET /times` gives, by question, when the first
 * part of its answer was sent, in ms since the epoch.
 */
import { calls, type GeminiRequest, says, slowly, startGeminiServer } from "../support/gemini-server.ts";

const PARTS = 60;
const BETWEEN_MS = 15;
/** Without a figure: what numbers rest on is another measurement's matter. */
const words = "이번 달 생산은 고르게 이루어졌고 제품마다 차이는 크지 않습니다. ";
const times: Record<string, number> = {};

const month = { date_from: "2026-01-01", date_to: "2026-01-31" };
const year = { date_from: "2025-01-01", date_to: "2025-12-31" };
const sql =
  "SELECT substr(production_date, 1, 10) AS day, SUM(good_quantity) AS total FROM production_records WHERE production_date >= ? AND production_date < ? GROUP BY day";

function answer({ body: { contents } }: GeminiRequest) {
  const asked = contents[0]!.parts![0]!.text!;
  if (contents.length > 1) {
    times[asked] = Date.now();
    return slowly(says(...Array.from({ length: PARTS }, () => words)), { betweenMs: BETWEEN_MS });
  }
  return calls(
    { name: "get_production_summary", args: month },
    { name: "get_monthly_trend", args: year },
    { name: "get_top_items", args: { ...year, limit: 10 } },
    { name: "execute_custom_query", args: { sql, params: ["2026-01-01", "2026-01-08"] } },
  );
}

const gemini = await startGeminiServer({ otherwise: answer });
const control = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ times, url: gemini.url }) });
console.log(`http://localhost:${control.port}`);
process.once("SIGTERM", () => process.exit(0));
