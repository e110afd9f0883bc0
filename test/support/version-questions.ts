import { readCsv } from "./exports.ts";
import { row } from "./files.ts";
import type { Hub, Json } from "./hub.ts";
import { FIRST_STABLE_ID, idsOfItem, rowCount, STABLE_ROWS, versionRows } from "./versions.ts";

/** A hub that answers questions, wherever it runs. */
export type Answering = Pick<Hub, "fetch" | "json">;

/** Rows of the archive beside a Live that holds one version after the other. */
export const ARCHIVED = Array.from({ length: 60 }, (_, index) =>
  row({ id: index + 1, production_date: `2025-06-${String(1 + (index % 30)).padStart(2, "0")}`, good_quantity: 1 }),
);

/** What went wrong, and when: some times are excused afterwards. */
export interface Violation {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** What clients saw while a Live was written. */
export interface Readings {
  readonly answers: number;
  /** Walks along the cursors of all pages. */
  readonly walks: number;
  readonly seen: ReadonlySet<number>;
  readonly violations: readonly Violation[];
}

/** Has `clients` ask one question after the other; each answer must come from one version, and from none before that of an earlier answer. */
export function startReaders(hub: Answering, clients: number): { stop(): Promise<Readings> } {
  const violations: Violation[] = [];
  const seen = new Set<number>();
  let [answers, walks, reading] = [0, 0, true];
  const client = async (number: number) => {
    let newest = 0;
    for (let turn = number; reading; turn++) {
      const from = Date.now();
      const question = QUESTIONS[turn % QUESTIONS.length]!;
      try {
        const { version, requests } = await question(hub);
        answers += requests;
        walks += Number(question === walk || question === filteredWalk);
        if (version !== null && version < newest) throw new Error(`version ${version} came after version ${newest}`);
        newest = version ?? newest;
        // 0 until the client has seen a version: it may begin with walks.
        if (newest > 0) seen.add(newest);
      } catch (error) {
        violations.push({ from, to: Date.now(), what: `${question.name}: ${(error as Error).message}` });
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return {
    async stop() {
      reading = false;
      await all;
      return { answers, walks, seen, violations };
    },
  };
}

/** Each kind of violation once, however often it happened, ten at the most. */
export function kindsOf(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ what }) => what.replace(/"request_id":"\w+"/, "…")))].slice(0, 10);
}

/** The version that the groups of a summary over all days of Live come from. @throws when they are mixed or incomplete */
export function versionOfGroups(groups: { total_production: number; batch_count: number }[]): number {
  return versionOf(sumOf(groups));
}

/** Asks one question and checks that its answer comes from one version; `version` is null when it may span several. */
type Question = (hub: Answering) => Promise<{ version: number | null; requests: number }>;

async function monthly(hub: Answering) {
  return one(sumOf(await ok(hub, "/summary/monthly_total?date_from=2026-01-01")));
}

async function daily(hub: Answering) {
  return one(sumOf(await ok(hub, "/summary/daily?date_from=2026-01-01")));
}

async function byItem(hub: Answering) {
  const { data } = await ok(hub, "/summary/by_item?date_from=2026-01-01&date_to=2026-12-31");
  return one(sumOf(data));
}

async function compared(hub: Answering) {
  const { period1, period2 } = await ok(
    hub,
    "/summary/compare?period1_from=2026-01-01&period1_to=2026-02-10&period2_from=2026-02-11&period2_to=2026-12-31",
  );
  const part = (period: Json) => ({ total_production: period.total_quantity, batch_count: period.production_count });
  return one(sumOf([part(period1), part(period2)]));
}

async function records(hub: Answering) {
  const { data } = await ok(hub, "/records?date_from=2026-01-01&limit=5000");
  return one(sumOf(data.map(({ good_quantity }: Json) => ({ total_production: good_quantity, batch_count: 1 }))));
}

async function csv(hub: Answering) {
  const response = await hub.fetch("/records.csv?date_from=2026-01-01");
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  const [, ...rows] = readCsv(await response.text());
  return one(sumOf(rows.map((cells) => ({ total_production: Number(cells[6]), batch_count: 1 }))));
}

async function recordsOfItem(hub: Answering) {
  const rows: Json[] = await ok(hub, "/records/C1203");
  const version = rows[0]?.good_quantity;
  const wanted = idsOfItem("C1203", version).sort((a, b) => a - b);
  if (rows.some((one) => one.good_quantity !== version)) throw new Error(`two versions: ${JSON.stringify(rows)}`);
  const ids = rows.map((one) => one.id).sort((a, b) => a - b);
  if (ids.join() !== wanted.join()) throw new Error(`version ${version} has the ids ${wanted}, not ${ids}`);
  return { version, requests: 1 };
}

async function walk(hub: Answering) {
  return walkThrough(hub, "limit=23", STABLE_ROWS, ARCHIVED.length);
}

async function filteredWalk(hub: Answering) {
  return walkThrough(hub, "limit=9&lot_number=LT-1&date_from=2026-01-01", idsWithLotPrefix("LT-1"), 0);
}

const QUESTIONS: readonly Question[] = [
  monthly,
  records,
  walk,
  byItem,
  daily,
  recordsOfItem,
  filteredWalk,
  compared,
  csv,
];

function idsWithLotPrefix(prefix: string): number {
  return versionRows(0).filter((one) => one.id >= FIRST_STABLE_ID && one.lot_number?.startsWith(prefix)).length;
}

/** Walks the cursors to the end: every row that always existed once, no row twice. */
async function walkThrough(hub: Answering, filters: string, stableLive: number, archived: number) {
  const seen = new Set<string>();
  let stable = 0;
  let fromArchive = 0;
  let requests = 0;
  for (let cursor: string | null = ""; cursor !== null; requests++) {
    const page: Json = await ok(hub, `/records?${filters}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    for (const { source, id } of page.data) {
      const key = `${source} ${id}`;
      if (seen.has(key)) throw new Error(`the walk repeats ${key}`);
      seen.add(key);
      if (source === "archive") fromArchive += 1;
      else if (id >= FIRST_STABLE_ID) stable += 1;
    }
    cursor = page.next_cursor;
  }
  if (stable !== stableLive || fromArchive !== archived) {
    throw new Error(
      `the walk shows ${stable} of ${stableLive} rows of Live and ${fromArchive} of ${archived} of the archive`,
    );
  }
  return { version: null, requests };
}

async function ok(hub: Answering, path: string): Promise<Json> {
  const { status, body } = await hub.json(path);
  if (status !== 200) throw new Error(`status ${status}: ${JSON.stringify(body)}`);
  return body;
}

function one(parts: Sum) {
  return { version: versionOf(parts), requests: 1 };
}

/** Partial sums of one answer. */
type Sum = { total: number; count: number; averages: Set<number> };

function sumOf(groups: { total_production: number; batch_count: number }[]): Sum {
  const sum: Sum = { total: 0, count: 0, averages: new Set() };
  for (const { total_production, batch_count } of groups) {
    sum.total += total_production;
    sum.count += batch_count;
    sum.averages.add(total_production / batch_count);
  }
  return sum;
}

/** The version that an answer over all of its rows comes from. @throws when it is mixed or incomplete */
function versionOf({ total, count, averages }: Sum): number {
  const [version] = averages;
  if (version === undefined) throw new Error("no rows at all");
  if (averages.size > 1) throw new Error(`rows of the versions ${[...averages]}`);
  if (count !== rowCount(version))
    throw new Error(`${count} rows of version ${version}, which has ${rowCount(version)}`);
  if (total !== version * count) throw new Error(`a total of ${total} for ${count} rows of version ${version}`);
  return version;
}
