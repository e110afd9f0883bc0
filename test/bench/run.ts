/**
 * The bench: measures the claims of speed, memory and responsiveness, each against a baseline in the same run, so that the
 * figures mean the same on every machine. `bun run bench --help` lists the options.
 */
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, Measurement, Outcome } from "./claim.ts";
import { chats } from "./claims/chats.ts";
import { lighthouseScores, pageOpening } from "./claims/dashboard.ts";
import { derivedBuild, derivedRefresh } from "./claims/derived.ts";
import { exportMemory } from "./claims/exports.ts";
import { fiftyPages } from "./claims/fifty-pages.ts";
import { growth } from "./claims/growth.ts";
import { freeEventLoop } from "./claims/health.ts";
import { measuringItself } from "./claims/measuring.ts";
import { deepPages, newestPages } from "./claims/pages.ts";
import { searchLatency } from "./claims/search.ts";
import { startTime } from "./claims/start.ts";
import { clientCrowd, summaryLatency, summaryThroughput } from "./claims/summaries.ts";
import { readyAnswers, uncachedAnswers } from "./claims/throughput.ts";
import { prepareHome } from "./data.ts";
import { hubCommand } from "./server.ts";
import { markdownTable } from "./table.ts";
import { wrkMissing } from "./wrk.ts";

const SMALL_ROWS = 150_000;
const BIG_ROWS = 25_000_000;
/** A fifth of the big data is Live: the 5 million rows at which Live must still work. */
const BIG_LIVE_SHARE = 0.2;

/** The start comes first: it also lets the hub prepare what the measurements after it take for granted. */
const MEASUREMENTS: readonly Measurement[] = [
  startTime,
  readyAnswers,
  uncachedAnswers,
  measuringItself,
  newestPages,
  deepPages,
  exportMemory,
  freeEventLoop,
  derivedBuild,
  summaryLatency,
  summaryThroughput,
  clientCrowd,
  searchLatency,
  derivedRefresh,
  growth,
  pageOpening,
  lighthouseScores,
  fiftyPages,
  chats,
];

const HELP = `Usage: bun run bench [options]

  --quick          150,000 rows only, short measurements
  --only NAMES     comma list of ${MEASUREMENTS.map(({ name }) => name).join(", ")}
  --binary FILE    measure an executable (dist/hub) instead of src/main.ts
  --data DIR       folder for the data, made once and reused (default: hub-bench in the temporary folder; 5 GB)
  --json FILE      write all figures there
  --rounds N       repetitions of each measurement, 1 to 99 (default 3)
  --seconds N      length of each measurement under load, 1 to 60 (default 5, with --quick 2)

Exit codes: 0 all claims hold, 1 some do not, 2 wrong usage or wrk is missing.`;

class UsageError extends Error {}

interface Options {
  readonly quick: boolean;
  readonly measurements: readonly Measurement[];
  readonly binary: string | undefined;
  readonly data: string;
  readonly json: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new UsageError(`--${name} is '${text}', but must be a whole number from 1 to ${max}.`);
  }
  return value;
}

/** The options of the command line; null if only the help is wanted. */
function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      binary: { type: "string" },
      data: { type: "string", default: join(tmpdir(), "hub-bench") },
      json: { type: "string" },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const names = values.only?.split(",") ?? MEASUREMENTS.map(({ name }) => name);
  const unknown = names.find((name) => !MEASUREMENTS.some((measurement) => measurement.name === name));
  if (unknown !== undefined) throw new UsageError(`--only names '${unknown}', which is no measurement; see --help.`);
  return {
    quick: values.quick,
    measurements: MEASUREMENTS.filter(({ name }) => names.includes(name)),
    binary: values.binary,
    data: values.data,
    json: values.json,
    rounds: wholeNumber("rounds", values.rounds, 99),
    seconds: wholeNumber("seconds", values.seconds ?? (values.quick ? "2" : "5"), 60),
  };
}

/** A measurement that cannot be made fails all its claims, but not the measurements after it. */
async function measure(bench: Bench, { name, claims, run }: Measurement): Promise<readonly Outcome[]> {
  bench.say(name);
  try {
    return await run(bench);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    bench.say(`${name} failed: ${reason}`);
    const none = { measured: "not measured", baseline: "–", ratio: null, required: "–", pass: false };
    return claims.map((claim) => ({ claim, ...none, details: { reason } }));
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const missing =
    process.platform === "linux" ? wrkMissing() : "The bench runs on Linux only: it reads /proc and needs wrk.";
  if (missing) throw new UsageError(missing);

  const begin = performance.now();
  const say = (text: string) =>
    console.error(`[${((performance.now() - begin) / 1000).toFixed(0).padStart(4)} s] ${text}`);
  const small = prepareHome(join(options.data, "small"), SMALL_ROWS);
  const big = options.quick
    ? prepareHome(join(options.data, "big-quick"), SMALL_ROWS, BIG_LIVE_SHARE)
    : prepareHome(join(options.data, "big"), BIG_ROWS, BIG_LIVE_SHARE);
  const bench: Bench = {
    hub: hubCommand(options.binary),
    small,
    big,
    rounds: options.rounds,
    seconds: options.seconds,
    say,
  };

  const outcomes: Outcome[] = [];
  for (const measurement of options.measurements) outcomes.push(...(await measure(bench, measurement)));

  const rows = (count: number) => count.toLocaleString("en-US");
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Bun ${Bun.version}`;
  console.log(`Small data ${rows(small.rows)} rows, big data ${rows(big.rows)} rows; ${machine}.\n`);
  console.log(markdownTable(outcomes));
  if (options.json) {
    const report = { date: new Date().toISOString(), machine, small: small.rows, big: big.rows, outcomes };
    await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return outcomes.every(({ pass }) => pass) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  // What node:util says about an unknown option is a sentence already.
  const usage = error instanceof UsageError || (error instanceof TypeError && "code" in error);
  if (!usage) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
