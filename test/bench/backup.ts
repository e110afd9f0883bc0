/**
 * Measures how long a program that writes all the while waits for a backup: `bun test/bench/backup.ts [ROWS]` (default 5,000,000, some
 * 1 GB with the required indexes). In both journal modes: with a running hub, which keeps a mirror, its backup job; and a backup without
 * a hub, from the file itself. Each backup is compared row by row with the states that the file had. Needs 8 GB in the temporary folder.
 *
 * Beside it writes a second program of the same kind, to a file that nobody else opens: what it waits for is this machine's processor and disk,
 * and the difference is what the hub costs.
 */
import { Database } from "bun:sqlite";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requiredIndexes, table } from "../../src/segments/schema.ts";
import { differenceFromState, type TransferReport } from "../faults/transfer-writer.ts";
import { type JournalMode, livePath } from "../support/files.ts";
import { backupNames, backupPath, writeManyRows } from "../support/operations.ts";
import { root, startScript } from "../support/processes.ts";
import { hubCommand, startHub } from "./server.ts";

const rows = Number(process.argv[2] ?? 5_000_000);
const quantity = 1000;
/** Rows of the file that nobody else opens. */
const controlRows = 200_000;
/** How long the writer is watched where nothing ends by itself. */
const watchMs = 15_000;

const folder = mkdtempSync(join(tmpdir(), "hub-backup-bench-"));
const stock = join(folder, "stock.db");
const begun = performance.now();
const say = (text: string) =>
  console.error(`[${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s] ${text}`);

function prepare(): void {
  say(`making ${rows} rows`);
  writeManyRows(stock, rows, quantity);
  const database = new Database(stock);
  database.run("PRAGMA synchronous = OFF");
  database.run("DROP INDEX idx_production_date");
  for (const { name, columns } of requiredIndexes) database.run(`CREATE INDEX ${name} ON ${table} (${columns})`);
  database.close(true);
  say(`${Math.round(statSync(stock).size / 1e6)} MB`);
}

/** Starts the writer; `phase` ends a part of what is measured, `stop` the writer. */
async function startWriter(file: string, fileRows: number) {
  const child = startScript("transfer-writer.ts", file, `${fileRows}`);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await lines.read();
  const report = async () => JSON.parse((await lines.read()).value ?? "") as TransferReport;
  return {
    async phase(): Promise<TransferReport> {
      child.stdin.write("\n");
      child.stdin.flush();
      return report();
    },
    async stop(): Promise<void> {
      child.stdin.end();
      await child.exited;
    },
  };
}

async function poll<T>(url: string, probe: (body: never) => T | undefined): Promise<T> {
  for (;;) {
    const found = probe((await (await fetch(url)).json()) as never);
    if (found !== undefined) return found;
    await Bun.sleep(250);
  }
}

interface Outcome {
  what: string;
  seconds: number;
  report: TransferReport;
  control: TransferReport;
  note: string;
}

/** What the newest backup turned out to be; throws where it is no state that the file had. */
function verify(home: string): string {
  const name = backupNames(home).findLast((candidate) => candidate.startsWith("production_")) ?? "";
  const difference = differenceFromState(backupPath(home, name), rows, quantity);
  if (difference) throw new Error(`${name} is no state that the file had: ${difference}`);
  return "a state that existed";
}

async function measure(journal: JournalMode): Promise<Outcome[]> {
  const home = join(folder, journal);
  mkdirSync(join(home, "database"), { recursive: true });
  copyFileSync(stock, livePath(home));
  const database = new Database(livePath(home));
  database.run(`PRAGMA journal_mode = ${journal}`);
  database.close(true);
  const outcomes: Outcome[] = [];
  const timed = async (what: string, work: () => Promise<string>) => {
    await Promise.all([writer.phase(), controlWriter.phase()]);
    const started = performance.now();
    const note = await work();
    const seconds = (performance.now() - started) / 1000;
    const [report, control] = await Promise.all([writer.phase(), controlWriter.phase()]);
    outcomes.push({ what, seconds, report, control, note });
    say(`${journal}: ${what} ${JSON.stringify(outcomes.at(-1))}`);
  };
  const hub = await startHub(hubCommand(undefined), home, { MIRROR_MAX_MB: "4096" });
  const files = `${hub.url}/healthz`;
  say(`${journal}: first mirror`);
  await poll(files, ({ files: [live] }: { files: { state: string; read_from: string }[] }) =>
    live?.state === "ok" && live.read_from === "mirror" ? true : undefined,
  );
  const control = join(folder, `control-${journal}.db`);
  writeManyRows(control, controlRows, quantity, journal);
  const [writer, controlWriter] = await Promise.all([
    startWriter(livePath(home), rows),
    startWriter(control, controlRows),
  ]);
  try {
    await timed("the hub renews its mirror", async () => {
      await Bun.sleep(2 * watchMs);
      return "";
    });
    const job = `${hub.url}/operations/jobs`;
    await timed("backup job of the hub, mirror", async () => {
      await fetch(`${job}/backup/run`, { method: "POST" });
      const done = await poll(job, ({ jobs }: { jobs: { name: string; running: boolean; last_message: string }[] }) =>
        jobs.find(({ name, running }) => name === "backup" && !running),
      );
      return done.last_message;
    });
    say(`${journal}: ${verify(home)}`);
    await hub.stop();
    await timed("no hub, no backup", async () => {
      await Bun.sleep(watchMs);
      return "";
    });
    await timed("backup without a hub, no mirror", async () => {
      const child = Bun.spawn([process.execPath, join(root, "src/main.ts"), "--backup", "--live"], {
        env: { PATH: process.env.PATH ?? "", HUB_HOME: home },
        stdout: "pipe",
        stderr: "inherit",
      });
      return (await child.stdout.text()).trim();
    });
    say(`${journal}: ${verify(home)}`);
  } finally {
    await Promise.all([writer.stop(), controlWriter.stop()]);
    await hub.stop().catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
  return outcomes;
}

try {
  prepare();
  const heads = [
    "journal",
    "meanwhile",
    "s",
    "transactions",
    "p99 ms",
    "longest wait ms",
    "refused",
    "of the other: p99 ms",
    "longest ms",
  ];
  const line = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);
  line(heads);
  line(heads.map(() => "---"));
  for (const journal of ["delete", "wal"] as const) {
    for (const { what, seconds, report, control } of await measure(journal)) {
      const { transactions, p99Ms, longestMs, refused } = report;
      const figures = [
        p99Ms.toFixed(0),
        longestMs.toFixed(0),
        `${refused}`,
        control.p99Ms.toFixed(0),
        control.longestMs.toFixed(0),
      ];
      line([journal, what, seconds.toFixed(1), `${transactions}`, ...figures]);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
