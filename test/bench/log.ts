/** What an access line costs: `bun test/bench/log.ts`. The caller's part, and processor time until it is on the disk, rotation and compression included. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogSettings, openHubLog } from "../../src/observe/logs.ts";

const LINES = 400_000;
/** Lines between two moments at which the disk gets its turn, as at 20,000 requests a second. */
const TURN = 2_000;
const ROUNDS = 7;

const settings = { timezone: "Asia/Seoul", logKeepDays: 30, logGzip: true };
const kinds: Pick<LogSettings, "logRotation" | "accessLog">[] = [
  { logRotation: "size", accessLog: "app" },
  { logRotation: "size", accessLog: "separate" },
  { logRotation: "size", accessLog: "both" },
  { logRotation: "daily", accessLog: "app" },
];
for (const kind of kinds) {
  const logsDir = mkdtempSync(join(tmpdir(), "hub-log-bench-"));
  const log = openHubLog({ ...settings, ...kind, logsDir }, []);
  const lines = Array.from({ length: 1_000 }, (_, at) =>
    log.plain(`GET /records?item_code=BW${at}&limit=100 200 0.${at % 10}ms 127.0.0.1`),
  );
  const [called, all]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    let calls = 0;
    for (let at = 0; at < LINES; at += TURN) {
      const began = Bun.nanoseconds();
      for (let turn = 0; turn < TURN; turn += 1) log.access(lines[(at + turn) % lines.length]!, "ab12cd34");
      calls += Bun.nanoseconds() - began;
      await log.flush();
    }
    const { user, system } = process.cpuUsage(before);
    called.push(calls / LINES);
    all.push(((user + system) * 1_000) / LINES);
  }
  await log.close();
  rmSync(logsDir, { recursive: true });
  const ns = (times: readonly number[]): string => `${Math.min(...times).toFixed(0)} ns`;
  console.log(`LOG_ROTATION=${kind.logRotation} ACCESS_LOG=${kind.accessLog}: ${ns(called)} called, ${ns(all)} in all`);
}
