/**
 * Measures the yearly rollover: `bun test/bench/rollover.ts [--rows N] [--journal delete|wal] [--hub] [--mirror-max-mb N]
 * [--write-every-ms N] [--stock FOLDER]`.
 * 5,600,000 rows unless told, nine tenths of them in Live's finished year. With `--hub` a running hub carries it out while a client compares
 * its answers with those of before and a writer appends rows to Live. The data are made in the temporary folder and removed afterwards;
 * `--stock` names a folder that holds them already (its `database` is copied). Needs five times Live's size of disk.
 */
import { Database } from "bun:sqlite";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings } from "../../src/config.ts";
import { generateDemo } from "../../src/demo/generate.ts";
import { runRollover } from "../../src/operations/rollover.ts";
import { requiredIndexes, table } from "../../src/segments/schema.ts";
import type { AppenderReport } from "../faults/appender.ts";
import { livePath } from "../support/files.ts";
import { root, startScript } from "../support/processes.ts";
import { untilIdle, watchMemory } from "./process-tree.ts";
import { hubCommand, startHub } from "./server.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "5600000" },
    journal: { type: "string", default: "delete" },
    hub: { type: "boolean", default: false },
    "mirror-max-mb": { type: "string", default: "1024" },
    "write-every-ms": { type: "string", default: "40" },
    stock: { type: "string" },
  },
});
const thisYear = new Date().getFullYear();
const home = mkdtempSync(join(tmpdir(), "hub-rollover-bench-"));
const mb = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

/** Live as the watcher leaves it, with every required index. */
function prepare(): void {
  const databaseDir = join(home, "database");
  mkdirSync(databaseDir);
  if (values.stock) {
    const stock = join(values.stock, "database");
    for (const name of readdirSync(stock).filter((each) => each.endsWith(".db"))) {
      copyFileSync(join(stock, name), join(databaseDir, name));
    }
  } else {
    generateDemo({ databaseDir, rows: Number(values.rows), liveShare: 0.9, today: `${thisYear - 1}-12-31` });
  }
  const db = new Database(livePath(home));
  db.run(`PRAGMA journal_mode = ${values.journal}`);
  db.run("PRAGMA cache_size = -4096");
  for (const { name, columns } of requiredIndexes)
    db.run(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${columns})`);
  db.close(true);
  // What the disk has still to write of this would be measured as well.
  Bun.spawnSync(["sync"]);
}

/** In this process: time, processor time and locks of each phase. */
async function alone(): Promise<void> {
  const memory = watchMemory(process.pid);
  const [started, before] = [performance.now(), process.cpuUsage()];
  let phase = "";
  const result = await runRollover(
    {
      settings: loadSettings({ home, env: {} }),
      log: { info: () => {}, warn: console.log, error: console.log },
      progress: (progress) => {
        if (progress.phase === phase) return;
        phase = progress.phase;
        const cpu = process.cpuUsage(before);
        const [wall, used] = [(performance.now() - started) / 1000, (cpu.user + cpu.system) / 1e6];
        console.log(`${wall.toFixed(1).padStart(6)} s  ${used.toFixed(1).padStart(6)} s of processor time  ${phase}`);
      },
    },
    { today: `${thisYear}-01-02` },
  );
  const { plan: _, after: __, ...figures } = result;
  const { rss, pss, processes } = memory.stop();
  console.log(figures, `memory at most ${mb(rss)} RSS, ${mb(pss)} PSS in ${processes} processes`);
}

const lastDay = `date_to=${thisYear - 1}-12-31`;
const questions = [
  `/summary/monthly_total?${lastDay}`,
  `/summary/by_item?date_from=2000-01-01&${lastDay}&limit=1000`,
  `/summary/daily?date_from=${thisYear - 1}-06-01&${lastDay}`,
  `/records?${lastDay}&limit=500`,
  `/records?date_to=${thisYear - 1}-06-15&limit=500`,
];

interface Asked {
  answers: number;
  /** Answers that a hub may give when it can give none: status 503. */
  refused: number;
  wrong: string[];
  longestMs: number;
}

/** Asks the questions again and again and compares, until the promise is settled. */
async function compare(url: string, truth: ReadonlyMap<string, string>, until: Promise<unknown>): Promise<Asked> {
  const asked: Asked = { answers: 0, refused: 0, wrong: [], longestMs: 0 };
  let over = false;
  void until.finally(() => {
    over = true;
  });
  while (!over) {
    for (const [path, expected] of truth) {
      const began = performance.now();
      const { status, text } = await ask(url, path);
      asked.longestMs = Math.max(asked.longestMs, performance.now() - began);
      if (status === 503) {
        asked.refused += 1;
        console.log(`refused: ${path}: ${text}`);
      } else asked.answers += 1;
      if (status !== 503 && text !== expected) {
        writeDifference(asked.answers, expected, text);
        asked.wrong.push(`answer ${asked.answers}, ${path}, status ${status}`);
      }
    }
    await Bun.sleep(100);
  }
  return asked;
}

/** An answer without the file that a record stands in, and without the cursor, which names it too. */
async function ask(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path);
  const text = (await response.text()).replace(/"source":"\w+",|"next_cursor":"[\w-]+"/g, "");
  return { status: response.status, text };
}

function writeDifference(number: number, expected: string, found: string): void {
  let at = 0;
  while (at < found.length && found[at] === expected[at]) at++;
  console.log(
    `answer ${number} differs: …${found.slice(Math.max(0, at - 60), at + 60)}… not …${expected.slice(at, at + 60)}…`,
  );
}

/** Beside a running hub, which is asked for it by the command. */
async function besideHub(): Promise<void> {
  const hub = await startHub(hubCommand(undefined), home, { MIRROR_MAX_MB: values["mirror-max-mb"] });
  await untilIdle(hub.pid);
  const truth = new Map<string, string>();
  for (const path of questions) truth.set(path, (await ask(hub.url, path)).text);
  const writer = startScript("appender.ts", livePath(home), `${thisYear}-01-04`, values["write-every-ms"]);
  const memory = watchMemory(hub.pid);
  const started = performance.now();
  const command = Bun.spawn([process.execPath, join(root, "src/main.ts"), "--rollover"], {
    env: { PATH: process.env.PATH ?? "", HUB_HOME: home },
    stdout: "inherit",
    stderr: "inherit",
  });
  const during = await compare(hub.url, truth, command.exited);
  const seconds = (performance.now() - started) / 1000;
  const { rss, pss, processes } = memory.stop();
  console.log(`${seconds.toFixed(1)} s, exit code ${command.exitCode}`, during);
  console.log(`hub and rollover: at most ${mb(rss)} RSS, ${mb(pss)} PSS in ${processes} processes`);
  console.log("the minute after:", await compare(hub.url, truth, Bun.sleep(60_000)));
  writer.stdin.end();
  console.log("writer:", JSON.parse(await writer.stdout.text()) as AppenderReport);
  await hub.stop();
  const log = readFileSync(join(home, "logs", "app.log"), "utf8").split("\n");
  console.log(log.filter((line) => /\| (segments|rollover|rollup|backup) /.test(line)).join("\n"));
}

try {
  prepare();
  await (values.hub ? besideHub() : alone());
} finally {
  rmSync(home, { recursive: true, force: true });
}
