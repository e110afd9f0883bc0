import { Database } from "bun:sqlite";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { derivedReady } from "../derived.ts";
import { untilIdle } from "../process-tree.ts";
import type { Server } from "../server.ts";
import { startHub, withServers } from "../server.ts";
import { median, percentile } from "../statistics.ts";

const SAMPLES = 200;
const LIMIT_MS = 50;

const whole = (from: number, to: number): number => from + Math.floor(Math.random() * (to - from + 1));
const two = (value: number): string => String(value).padStart(2, "0");
const oneOf = (texts: readonly string[]): string => texts[whole(0, texts.length - 1)]!;
const day = (year: number): string => `${year}-${two(whole(1, 12))}-${two(whole(1, 28))}`;
const lotOf = (year: number): string => `LT${day(year).slice(2).replaceAll("-", "")}-${whole(1000, 9999)}`;

/** Searches as users make them, with a text drawn anew each time, and the condition in SQL that finds the same rows. */
const searches: Readonly<Record<string, () => { query: Record<string, string>; sql: string }>> = {
  "a rare text": () => contains(lotOf(whole(2023, 2025))),
  "a frequent text": () => contains(oneOf(["LT2", "B0", "0", "12", "원데이", "lens", "Monthly", "-1"])),
  "no such text": () => contains(oneOf(["없는 품목", `LT2${whole(7, 9)}0101`, `-9999${whole(0, 9)}`, "zz"])),
  "a text of three years ago": () => contains(`LT23${two(whole(1, 12))}`),
  "a text scattered over all years": () => contains(`-12${whole(100, 999)}`),
  "a lot's beginning": () => {
    const lot = lotOf(whole(2023, 2025)).slice(0, whole(4, 10));
    return { query: { lot_number: lot }, sql: `lot_number >= '${lot}' AND lot_number < '${lot}~'` };
  },
  "a text, an item and a period": () => {
    const text = String(whole(100, 999));
    const [from, code] = [day(whole(2023, 2024)), oneOf(["B0097", "BW0024", "C1203"])];
    const { query, sql } = contains(text);
    const period = `production_date >= '${from}' AND production_date < '${from.slice(0, 4)}-12-32'`;
    return {
      query: { ...query, item_code: code, date_from: from, date_to: `${from.slice(0, 4)}-12-31` },
      sql: `${sql} AND item_code = '${code}' AND ${period}`,
    };
  },
  "a text and a quantity that few reach": () => {
    const { query, sql } = contains("LT2");
    const least = String(whole(7390, 7400));
    return { query: { ...query, min_quantity: least }, sql: `${sql} AND good_quantity >= ${least}` };
  },
};

function contains(text: string): { query: Record<string, string>; sql: string } {
  const like = ["item_code", "item_name", "lot_number"].map((column) => `${column} LIKE '%${text}%'`);
  return { query: { q: text }, sql: `(${like.join(" OR ")})` };
}

const claimOf = (name: string): string => `q or lot_number with ${name}, uncached, one client: p99`;
const DEEP = "Pages of a walk through a frequent text, 200 pages deep, uncached: p99";

/** Milliseconds until a page of these rows is found by reading one file after the other, newest first. */
function timeScan({ big }: Bench, sql: string): number {
  const begin = performance.now();
  let rows = 0;
  for (const file of [big.live, ...big.archives.toReversed()]) {
    const db = new Database(file, { readonly: true });
    const page = `SELECT * FROM production_records WHERE ${sql} ORDER BY production_date DESC, id DESC LIMIT ${1001 - rows}`;
    rows += db.query(page).values().length;
    db.close();
    if (rows > 1000) break;
  }
  return performance.now() - begin;
}

async function ask(hub: Server, query: Record<string, string>): Promise<{ ms: number; next: string | null }> {
  const begin = performance.now();
  const response = await fetch(`${hub.url}/records?${new URLSearchParams(query)}`);
  const text = await response.text();
  const ms = performance.now() - begin;
  if (!response.ok) throw new Error(`/records answered ${response.status} to ${JSON.stringify(query)}.`);
  return { ms, next: (JSON.parse(text) as { next_cursor: string | null }).next_cursor };
}

function outcome(claim: string, times: readonly number[], scanMs: number | null): Outcome {
  const [p99, middle] = [percentile(times, 0.99), median(times)];
  return {
    claim,
    measured: `p99 ${p99.toFixed(1)} ms, median ${middle.toFixed(1)} ms`,
    baseline: scanMs === null ? "–" : `${scanMs.toFixed(0)} ms by LIKE`,
    ratio: scanMs === null ? null : scanMs / middle,
    required: `p99 < ${LIMIT_MS} ms`,
    pass: p99 < LIMIT_MS,
    details: { p99, median: middle, scanMs },
  };
}

async function measure(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startHub(bench.hub, bench.big.path, { CACHE_MAX: "0" })], async (hub) => {
    await derivedReady(hub!.url);
    await untilIdle(hub!.pid);
    const outcomes: Outcome[] = [];
    for (const [name, draw] of Object.entries(searches)) {
      // The first answers read the index into the worker's memory, and the data into the system's.
      for (let sample = 0; sample < 20; sample++) await ask(hub!, draw().query);
      const times: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) times.push((await ask(hub!, draw().query)).ms);
      outcomes.push(outcome(claimOf(name), times, timeScan(bench, draw().sql)));
      bench.say(`${name}: ${outcomes.at(-1)!.measured}, ${outcomes.at(-1)!.baseline}`);
    }
    const times: number[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < SAMPLES; page++) {
      const { ms, next } = await ask(hub!, { q: "원데이", ...(cursor && { cursor }) });
      times.push(ms);
      cursor = next;
    }
    return [...outcomes, outcome(DEEP, times, null)];
  });
}

/** A search through 25 million rows takes milliseconds, whatever it finds. */
export const searchLatency: Measurement = {
  name: "search",
  claims: [...Object.keys(searches).map(claimOf), DEEP],
  run: measure,
};
