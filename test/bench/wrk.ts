import { join } from "node:path";

/** Result of one run of wrk. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** What to send. */
export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A sentence that says how to install wrk; null if it is installed. */
export function wrkMissing(): string | null {
  return Bun.which("wrk") ? null : "The bench needs wrk; install it with 'apt-get install wrk'.";
}

/** Loads `url` with wrk for some seconds; throws an Error if any answer failed (status 400 and above counts as failed). */
export async function load({ url, connections, seconds, headers = {} }: LoadOptions): Promise<Load> {
  // One thread of wrk is enough for 100,000 answers a second and leaves the second core to the server.
  const args = [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "30s",
    "-s",
    join(import.meta.dir, "report.lua"),
  ];
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  const wrk = Bun.spawn(["wrk", ...args, url], { stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all([wrk.stdout.text(), wrk.stderr.text(), wrk.exited]);
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`wrk failed for ${url}: ${errors || output}`);
  const { requests, durationUs, medianUs, p99Us, failed } = JSON.parse(line) as Record<string, number>;
  if (failed || !requests) throw new Error(`${failed} of ${requests} requests for ${url} failed.`);
  return { requestsPerSecond: requests / (durationUs! / 1e6), medianMs: medianUs! / 1000, p99Ms: p99Us! / 1000 };
}
