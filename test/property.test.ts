import { afterAll, expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type CursorFields, encodeCursor, Oracle, type Query, type RecordAnswer } from "./oracle.ts";
import { type Asked, type Case, caseArbitrary, type Layout, type Spelling } from "./support/cases.ts";
import { csvCells, readCsv, readXlsxCells, xlsxCells } from "./support/exports.ts";
import {
  archivePath,
  livePath,
  type Row,
  rewriteInPlace,
  temporaryHome,
  writeDatabase,
  writeFactory,
} from "./support/files.ts";
import { eventually, type Hub, hubDbOf, type Json, newest, startHub } from "./support/hub.ts";
import { difference } from "./support/match.ts";
import { DocumentedAnswers } from "./support/openapi.ts";
import { SUMMARIES } from "./support/summaries.ts";

/** Cases per run; at least 500 of them make the claim of "the same answers as the oracle" worth its name. */
const CASES = Number(process.env.HUB_TEST_CASES ?? 500);
const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);

const hubs: Hub[] = [];
afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
});

/** How the hub answers, and in which state what it derives is when it is asked. */
interface Manner {
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cases: number;
  /** Done before each case's requests, and before each of them. */
  readonly prepare?: (hub: Hub) => Promise<void>;
  readonly disturb?: (hub: Hub, draw: number) => void;
}

const manners: readonly Manner[] = [
  {
    title: "in the server's own process, from daily totals and search indexes that are ready",
    env: {},
    cases: CASES,
    prepare: derivedReady,
  },
  {
    title: "in the worker processes, from daily totals and search indexes that are ready",
    env: { INLINE_MAX_ROWS: "0" },
    cases: Math.ceil(CASES / 4),
    prepare: derivedReady,
  },
  { title: "without daily totals and search indexes", env: { ROLLUP: "false" }, cases: Math.ceil(CASES / 4) },
  {
    title: "in the worker processes, while daily totals and search indexes are made, damaged and deleted",
    env: { INLINE_MAX_ROWS: "0" },
    cases: Math.ceil(CASES / 4),
    disturb: spoilDerived,
  },
];

for (const manner of manners) {
  test.concurrent(`every endpoint answers like the oracle ${manner.title}`, () => compareWithOracle(manner), 1_800_000);
}

/** Waits until what is derived from the present version of every file is ready. */
async function derivedReady(hub: Hub): Promise<void> {
  await (await newest(hub, "/records?limit=1")).bytes();
  await eventually("daily totals and search indexes of every file", async () => {
    const { body } = await hub.json("/healthz");
    const ready = body.rollup.state === "ready" && body.search.state === "ready";
    return ready || body.files.every((file: Json) => file.read_from === null && file.state !== "copying") || undefined;
  });
}

/** Takes totals or search indexes away, one of them, or a byte of one, as an operator, a full disk or a power cut might. */
function spoilDerived({ home }: Hub, draw: number): void {
  const file = join(home, "database", "hub.db");
  if (!existsSync(file)) return;
  if (draw === 0) {
    for (const side of ["", "-wal", "-shm"]) rmSync(file + side, { force: true });
    return;
  }
  const statements: Record<number, string> = {
    1: "DELETE FROM rollup",
    2: "DELETE FROM rollup WHERE segment = 'live'",
    3: "UPDATE rollup SET data = substr(data, 1, length(data) - 1) || x'55'",
    4: "UPDATE rollup SET version = version || '?'",
    5: "DELETE FROM search_index",
    6: "DELETE FROM search_page",
    7: "UPDATE search_page SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'55' AS BLOB)",
  };
  const statement = statements[draw];
  if (statement === undefined) return;
  const db = hubDbOf(home);
  try {
    db.run(statement);
  } catch (error) {
    // A hub.db that was deleted a moment ago may not have its tables yet.
    if (!String(error).includes("no such table")) throw error;
  } finally {
    db.close();
  }
}

async function compareWithOracle({ title, env, cases, prepare, disturb }: Manner): Promise<void> {
  console.log(`property test: ${cases} cases, ${title}, HUB_TEST_SEED=${SEED}`);
  const kept = new Map<Layout, Promise<Hub>>();
  const start = async (layout: Layout, home: string) => {
    const cutoff = layout.cutoffYear && { ARCHIVE_CUTOFF_YEAR: String(layout.cutoffYear) };
    const hub = await startHub({ home, env: { ...env, ...cutoff } });
    hubs.push(hub);
    return hub;
  };
  const hubFor = async ({ layout, factory, written, fresh }: Case): Promise<Hub> => {
    if (fresh) {
      const home = temporaryHome();
      writeFactory(home, factory);
      return start(layout, home);
    }
    let hub = kept.get(layout);
    if (!hub) {
      const home = temporaryHome();
      writeFactory(home, factory);
      hub = start(layout, home);
      kept.set(layout, hub);
    }
    const { home } = await hub;
    const write = (path: string, rows: readonly Row[]) => {
      if (written === "renamed") writeDatabase(path, rows);
      else rewriteInPlace(path, rows, written === "in place" ? "delete" : "wal");
    };
    if (factory.live) write(livePath(home), factory.live);
    for (const [year, rows] of factory.archives) write(archivePath(home, year), rows);
    return hub;
  };
  let compared = 0;
  const draws = disturbances();
  await fc.assert(
    fc.asyncProperty(caseArbitrary, async (drawn) => {
      const hub = await hubFor(drawn);
      const oracle = new Oracle(drawn.factory, drawn.layout.cutoffYear);
      await prepare?.(hub);
      for (const request of drawn.requests) {
        disturb?.(hub, draws.next().value);
        const sentence = await compare(hub, oracle, request);
        if (sentence) throw new Error(sentence);
        compared += 1;
      }
      if (drawn.fresh) expect(await hub.stop()).toBe(0);
    }),
    { seed: SEED, numRuns: cases, interruptAfterTimeLimit: 1_700_000, markInterruptAsFailure: true },
  );
  console.log(`property test: ${compared} answers compared ${title}`);
}

/** Numbers from 0 to 11 in a fixed order that depends on the seed (a linear congruential generator; Knuth, MMIX). */
function* disturbances(): Generator<number, never> {
  let state = BigInt(SEED);
  for (;;) {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    yield Number((state >> 33n) % 12n);
  }
}

/** The OpenAPI document, which is the same whatever the data are. */
let documented: Promise<DocumentedAnswers> | undefined;

/** Sends one request and compares its answer, with its schema too. Returns a sentence about the first difference, or null. */
async function compare(hub: Hub, oracle: Oracle, request: Asked): Promise<string | null> {
  const { endpoint } = request;
  if (endpoint === "walk") return compareWalk(hub, oracle, request);
  const position = request.cursor === null ? null : oracle.positions[request.cursor % oracle.positions.length];
  // Two rows with the same three fields: a cursor made of them alone cannot say after which of them the page begins.
  const query = position && !oracle.hasTwins ? { ...request.query, cursor: encodeCursor(position) } : request.query;
  const path = addressOf(endpoint, query, request.spelling);
  const response = await newest(hub, path);
  if (response.status !== 200) return `GET ${path}: status ${response.status}: ${await response.text()}`;
  if (endpoint === "/records.csv") {
    const cells = readCsv(await response.text());
    return tell(path, difference(cells, csvCells(oracle.exported(query))));
  }
  if (endpoint === "/records.xlsx") {
    const cells = await readXlsxCells(await response.bytes());
    return tell(path, difference(cells, xlsxCells(oracle.exported(query))));
  }
  const body: Json = await response.json();
  documented ??= hub.json("/openapi.json").then((document) => new DocumentedAnswers(document.body));
  const type = response.headers.get("content-type") ?? "";
  const fault = (await documented).fault({ method: "GET", path, status: response.status, type, body });
  if (fault) return `GET ${path}: ${fault}`;
  if (endpoint === "/records") return tell(path, comparePage(body, oracle.records(query)));
  return tell(path, difference(body, expected(oracle, endpoint, query)));
}

function expected(oracle: Oracle, endpoint: string, query: Query): unknown {
  const summary = SUMMARIES[endpoint];
  if (summary) return summary.answer(oracle, query);
  if (endpoint === "/items") return oracle.items(query);
  return oracle.recordsOfItem(decodeURIComponent(endpoint.slice("/records/".length)), query);
}

interface Page {
  data: RecordAnswer[];
  next_cursor: string | null;
  has_more: boolean;
  count: number;
}

function comparePage(
  { next_cursor, ...rest }: Page,
  { next, ...wanted }: ReturnType<Oracle["records"]>,
): string | null {
  const sentence = difference(rest, wanted);
  if (sentence || next_cursor === null || next === null) {
    return sentence ?? difference(next_cursor, next, "answer.next_cursor");
  }
  const { d, id, src } = decodeCursor(next_cursor);
  return difference({ d, id, src }, next, "answer.next_cursor");
}

function decodeCursor(cursor: string): CursorFields {
  expect(cursor).toMatch(/^[\w-]+=*$/);
  return JSON.parse(Buffer.from(cursor, "base64url").toString()) as CursorFields;
}

/** Walks the hub's own cursors to the end: every row once, in order. */
async function compareWalk(hub: Hub, oracle: Oracle, { query, spelling }: Asked): Promise<string | null> {
  const wanted = oracle.exported(query);
  const rows: RecordAnswer[] = [];
  let cursor: string | null = null;
  do {
    const path = addressOf("/records", cursor ? { ...query, cursor } : query, spelling);
    const response = await newest(hub, path);
    if (response.status !== 200) return `GET ${path}: status ${response.status}: ${await response.text()}`;
    const page = (await response.json()) as Page;
    rows.push(...page.data);
    cursor = page.next_cursor;
    if (rows.length > wanted.length) break;
  } while (cursor);
  return tell(`walk of ${addressOf("/records", query, spelling)}`, difference(rows, wanted));
}

function tell(path: string, sentence: string | null): string | null {
  return sentence && `GET ${path}: ${sentence}`;
}

function addressOf(endpoint: string, query: Query, spelling: readonly Spelling[]): string {
  const parameters = new URLSearchParams();
  if (spelling.includes("repeated")) for (const name of Object.keys(query)) parameters.append(name, "wrong");
  for (const [name, value] of Object.entries(query)) parameters.append(name, value);
  if (spelling.includes("unknown")) parameters.append("nonsense", "1");
  if (spelling.includes("empty")) {
    for (const name of ["item_code", "limit", "q"]) if (!(name in query)) parameters.append(name, "");
  }
  const prefix = spelling.includes("version") ? "/api/v1" : "";
  const slash = spelling.includes("slash") ? "/" : "";
  const text = parameters.toString();
  return `${prefix}${endpoint}${slash}${text && `?${text}`}`;
}
