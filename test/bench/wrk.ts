import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Result of one run of wrk. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** What to send. */
export interface LoadOptions {
  readonly url: string;
  /** Addresses of that server to draw from instead of the one. */
  readonly paths?: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Threads of wrk: one is enough for 100,000 answers a second and leaves the second core to the server. */
  readonly threads?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A sentence that says how to install wrk; null if it is installed. */
export function wrkMissing(): string | null {
  return Bun.which("wrk") ? null : "The bench needs wrk; install it with 'apt-get install wrk'.";
}

/** Loads `url` with wrk for some seconds; throws an Error if any answer failed (status 400 and above counts as failed). */
export async function load({
  url,
  paths,
  connections,
  seconds,
  threads = 1,
  headers = {},
}: LoadOptions): Promise<Load> {
  const args = [
    `-t${threads}`,
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "30s",
    "-s",
    join(import.meta.dir, paths ? "paths.lua" : "report.lua"),
  ];
  const env: Record<string, string> = { PATH: process.env.PATH ?? "" };
  if (paths) {
    env.BENCH_REPORT = join(import.meta.dir, "report.lua");
    env.BENCH_PATHS = join(mkdtempSync(join(tmpdir(), "hub-bench-paths-")), "paths");
    writeFileSync(env.BENCH_PATHS, paths.join("\n"));
  }
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  const wrk = Bun.spawn(["wrk", ...args, url], { env, stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all([wrk.stdout.text(), wrk.stderr.text(), wrk.exited]);
  if (env.BENCH_PATHS) rmSync(dirname(env.BENCH_PATHS), { recursive: true });
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`wrk failed for ${url}: ${errors || output}`);
  const { requests, durationUs, medianUs, p99Us, failed } = JSON.parse(line) as Record<string, number>;
  if (failed || !requests) throw new Error(`${failed} of ${requests} requests for ${url} failed.`);
  return { requestsPerSecond: requests / (durationUs! / 1e6), medianMs: medianUs! / 1000, p99Ms: p99Us! / 1000 };
}
