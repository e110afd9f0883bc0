/**
 * Measures the yearly rollover: `bun test/bench/rollover.ts [ROWS]` (default 5,600,000, of which nine tenths are Live's finished year).
 * The data are made in the temporary folder and removed afterwards; HUB_BENCH_HOME names a folder that holds them already, a copy is used.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../src/config.ts";
import { generateDemo } from "../../src/demo/generate.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runRollover } from "../../src/operations/rollover.ts";

const home = mkdtempSync(join(tmpdir(), "hub-rollover-bench-"));
try {
  const databaseDir = join(home, "database");
  const ready = process.env.HUB_BENCH_HOME;
  if (ready) cpSync(join(ready, "database"), databaseDir, { recursive: true });
  else generateDemo({ databaseDir, rows: Number(process.argv[2] ?? 5_600_000), liveShare: 0.9, today: "2025-12-31" });
  const started = performance.now();
  let phase = "";
  const context: OperationContext = {
    settings: loadSettings({ home, env: {} }),
    log: { info: () => {}, warn: console.log, error: console.log },
    progress: (progress) => {
      if (progress.phase === phase) return;
      phase = progress.phase;
      const cpu = process.cpuUsage();
      const [wall, used] = [(performance.now() - started) / 1000, (cpu.user + cpu.system) / 1e6];
      console.log(`${wall.toFixed(1).padStart(6)} s  ${used.toFixed(1).padStart(6)} s of processor time  ${phase}`);
    },
  };
  const { plan: _, after: __, ...result } = await runRollover(context, { today: "2026-01-02" });
  console.log(result, `memory at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
