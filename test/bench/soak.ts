/**
 * The soak: a hub under mixed load for some minutes, whose memory, handles and processes must not grow and whose log must hold no error.
 * `bun test/bench/soak.ts [--minutes 20] [--binary dist/hub]`. Its load takes a quarter of one processor, so that it runs beside other work.
 */
import { Database } from "bun:sqlite";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pages } from "../../src/dashboard/pages/index.ts";
import { prepareHome } from "./data.ts";
import { derivedReady } from "./derived.ts";
import { treeState } from "./process-tree.ts";
import { mix } from "./questions.ts";
import { hubCommand, startHub } from "./server.ts";
import { median } from "./statistics.ts";

const ROWS = 150_000;
/** The minute that the end is compared with, counted from 0: until then caches fill and processes warm up. */
const BASE_MINUTE = 5;
const MEMORY_TOLERANCE = 0.2;
/** A process that is kept warm has ten handles of a hundred, and a connection that a client keeps has one. */
const HANDLE_TOLERANCE = 0.1;
const SAMPLE_EVERY_MS = 5_000;
const LISTENERS = 8;

const addresses = pages.map(({ path }) => path);
const questions = [
  "이번 달 총 생산량은?",
  "지난달 상위 5개 품목",
  "BW0021 최근 생산 이력",
  "Compare this month with last month",
];

interface Sample {
  atMs: number;
  pss: number;
  handles: number;
  processes: number;
}

const { values: options } = parseArgs({ options: { minutes: { type: "string" }, binary: { type: "string" } } });
const minutes = Number(options.minutes ?? 20);
if (!(minutes > BASE_MINUTE + 1)) throw new Error(`--minutes must be more than ${BASE_MINUTE + 1}.`);

const folder = mkdtempSync(join(tmpdir(), "hub-soak-"));
const home = prepareHome(folder, ROWS);
const pristine = `${home.live}.pristine`;
cpSync(home.live, pristine);
const hub = await startHub(hubCommand(options.binary), folder, { RATE_LIMIT_CHAT: "0", LIVE_BACKUP_RETENTION: "3" });
await derivedReady(hub.url);

const troubles = new Map<string, number>();
const counts = new Map<string, number>();
const samples: Sample[] = [];
const started = performance.now();
const over = new AbortController();
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

/** Does something again and again, a second time only after the first is done; what goes wrong is counted. */
async function every(ms: number, name: string, work: (turn: number) => Promise<void> | void): Promise<void> {
  for (let turn = 0; !over.signal.aborted; turn++) {
    const began = performance.now();
    try {
      await work(turn);
      count(counts, name);
    } catch (error) {
      if (!over.signal.aborted) count(troubles, `${name}: ${(error as Error).message}`.slice(0, 200));
    }
    await Bun.sleep(Math.max(1, ms - (performance.now() - began)));
  }
}

async function get(path: string, init?: RequestInit): Promise<void> {
  const response = await fetch(hub.url + path, init);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.status} for ${path}`);
}

const ask = (path: string, query: string, turn: number) =>
  get(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query, session_id: `soak-${turn % 50}` }),
  });

/** A page that is open: it listens for half a minute, and fetches itself whenever other data answer. */
async function listen(turn: number): Promise<void> {
  const closing = AbortSignal.any([over.signal, AbortSignal.timeout(15_000 + (turn % 7) * 5_000)]);
  try {
    const response = await fetch(`${hub.url}/events`, { signal: closing });
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      if (decoder.decode(chunk).includes("event: data")) await get(addresses[turn % addresses.length]!);
    }
  } catch (error) {
    if (!closing.aborted) throw error;
  }
}

/** The ERP opens its file for every write; once a minute it puts the file of the beginning in its place. */
function write(turn: number): void {
  if (turn % 30 === 29) {
    const next = `${home.live}.next`;
    cpSync(pristine, next);
    renameSync(next, home.live);
    return;
  }
  const db = new Database(home.live);
  db.run("PRAGMA busy_timeout = 5000");
  db.run("PRAGMA synchronous = OFF");
  db.run(
    `INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity)
     SELECT production_date, lot_number, item_code, item_name, good_quantity FROM production_records ORDER BY id DESC LIMIT 20`,
  );
  db.close(true);
}

const load = [
  every(70, "questions", (turn) => get(mix[turn % mix.length]!())),
  every(1_000, "pages", (turn) => get(addresses[turn % addresses.length]!, { headers: { Accept: "text/html" } })),
  ...Array.from({ length: LISTENERS }, (_, client) =>
    every(10, "listened", (turn) => listen(turn * LISTENERS + client)),
  ),
  every(2_000, "chats", (turn) => ask("/chat", questions[turn % questions.length]!, turn)),
  every(4_000, "streamed chats", (turn) => ask("/chat/stream", questions[turn % questions.length]!, turn)),
  every(10_000, "CSV of a month", (turn) =>
    get(`/records.csv?date_from=2026-0${1 + (turn % 9)}-01&date_to=2026-0${1 + (turn % 9)}-28`),
  ),
  every(60_000, "CSV of everything", () => get("/records.csv")),
  every(30_000, "XLSX of a month", () => get("/records.xlsx?date_from=2026-03-01&date_to=2026-03-31")),
  every(120_000, "backups", () => get("/operations/jobs/backup/run", { method: "POST" })),
  every(2_000, "writes", write),
  every(SAMPLE_EVERY_MS, "samples", () => {
    samples.push({ atMs: performance.now() - started, ...treeState(hub.pid) });
  }),
];
for (let minute = 1; minute <= minutes; minute++) {
  await Bun.sleep(started + minute * 60_000 - performance.now());
  console.log(lineOf(minute - 1));
}
over.abort();
await Promise.all(load);

const [base, end] = [levelsOf(BASE_MINUTE), levelsOf(minutes - 1)];
await hub.stop();
const log = readdirSync(join(folder, "logs"))
  .filter((name) => name.startsWith("app"))
  .flatMap((name) => readFileSync(join(folder, "logs", name), "utf8").split("\n"));
const errors = log.filter((line) => line.includes("| ERROR "));
const warnings = log.filter((line) => line.includes("| WARNING "));
const growth = end.pss / base.pss - 1;
const verdicts: [string, boolean][] = [
  [`memory at the end against minute ${BASE_MINUTE}: ${(100 * growth).toFixed(1)} %`, growth <= MEMORY_TOLERANCE],
  [`handles: ${base.handles} and ${end.handles}`, end.handles <= base.handles * (1 + HANDLE_TOLERANCE)],
  [`processes: ${base.processes} and ${end.processes}`, end.processes <= base.processes],
  [`errors in the log: ${errors.length}`, errors.length === 0],
  [`requests that failed: ${[...troubles.values()].reduce((sum, times) => sum + times, 0)}`, troubles.size === 0],
];
console.log(
  `Done: ${[...counts].map(([name, times]) => `${times} ${name}`).join(", ")}; ${warnings.length} warnings in the log.`,
);
for (const [what, isWell] of verdicts) console.log(`${isWell ? "pass" : "FAIL"}  ${what}`);
for (const [what, times] of troubles) console.log(`${times} × ${what}`);
for (const line of [...errors.slice(0, 20), ...warnings.slice(0, 20)]) console.log(line);
rmSync(folder, { recursive: true });
process.exit(verdicts.every(([, isWell]) => isWell) ? 0 : 1);

/** The levels of a minute, counted from 0: of memory the middle one; of what comes and goes with the work, the one it returns to. */
function levelsOf(minute: number): Omit<Sample, "atMs"> {
  const of = samples.filter(({ atMs }) => Math.floor(atMs / 60_000) === minute);
  return {
    pss: median(of.map(({ pss }) => pss)),
    handles: Math.min(...of.map(({ handles }) => handles)),
    processes: Math.min(...of.map(({ processes }) => processes)),
  };
}

function lineOf(minute: number): string {
  const { pss, handles, processes } = levelsOf(minute);
  return `minute ${minute}: ${(pss / 1e6).toFixed(1)} MB PSS, ${handles} handles, ${processes} processes`;
}
