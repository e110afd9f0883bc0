import { Database } from "bun:sqlite";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import type { Home } from "../data.ts";
import { untilIdle, watchMemory } from "../process-tree.ts";
import { startHub, withServers } from "../server.ts";

const ROWS = 1_000_000;
const LIMIT_BYTES = 250_000_000;
const FORMATS = ["csv", "xlsx"] as const;

function claim(format: string): string {
  return `Peak memory of all the hub's processes while exporting 1 million rows as ${format.toUpperCase()}`;
}

/**
 * The shortest period up to the end of January of Live's year that holds a million rows: it begins in the newest archive,
 * so that the export crosses from one file to another. All the data if they are fewer.
 */
function periodOfRows(home: Home): string {
  const to = "2026-01-31";
  let rows = 0;
  for (const path of [home.live, home.archives.at(-1)!]) {
    using db = new Database(path, { readonly: true });
    const days = db.query<{ day: string; n: number }, [string]>(
      `SELECT substr(production_date, 1, 10) AS day, count(*) AS n FROM production_records
        WHERE production_date < ? || '~' GROUP BY 1 ORDER BY 1 DESC`,
    );
    for (const { day, n } of days.all(to)) {
      rows += n;
      if (rows >= ROWS) return `?date_from=${day}&date_to=${to}`;
    }
  }
  return "";
}

async function measure(bench: Bench, format: string, period: string): Promise<Outcome> {
  return await withServers([startHub(bench.hub, bench.big.path)], async (hub) => {
    await untilIdle(hub!.pid);
    const idle = watchMemory(hub!.pid).stop();
    const memory = watchMemory(hub!.pid);
    const begin = performance.now();
    const response = await fetch(`${hub!.url}/records.${format}${period}`, {
      headers: { "accept-encoding": "identity" },
    });
    let bytes = 0;
    let lines = 0;
    for await (const chunk of response.body!) {
      bytes += chunk.length;
      if (format === "csv") for (const byte of chunk) if (byte === 10) lines++;
    }
    const seconds = (performance.now() - begin) / 1000;
    const peak = memory.stop();
    const complete = format === "csv" ? lines > Math.min(ROWS, 0.99 * bench.big.rows) : bytes > 1_000_000;
    if (!response.ok || !complete) {
      throw new Error(
        `The export answered ${response.status} with ${bytes} bytes and ${lines} lines, which is not all of it.`,
      );
    }
    const mb = (value: number) => Math.round(value / 1e6);
    return {
      claim: claim(format),
      measured: `${mb(peak.rss)} MB RSS (${mb(peak.pss)} MB PSS, ${mb(peak.private)} MB private, ${peak.processes} processes, ${seconds.toFixed(1)} s)`,
      baseline: `${mb(idle.rss)} MB RSS idle`,
      ratio: null,
      required: `< ${LIMIT_BYTES / 1e6} MB RSS`,
      pass: peak.rss < LIMIT_BYTES,
      details: { peak, idle, seconds, bytes, lines, period },
    };
  });
}

async function run(bench: Bench): Promise<readonly Outcome[]> {
  const period = periodOfRows(bench.big);
  const outcomes: Outcome[] = [];
  for (const format of FORMATS) outcomes.push(await measure(bench, format, period));
  return outcomes;
}

/** Exports stream: their memory does not depend on the number of rows. */
export const exportMemory: Measurement = { name: "export-memory", claims: FORMATS.map(claim), run };
