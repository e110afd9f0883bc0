import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../observe/progress.ts";
import { isDay } from "../segments/day.ts";
import { removeDatabase } from "../segments/mirror.ts";
import type { DemoItem } from "./catalogue.ts";
import { demoCatalogue } from "./catalogue.ts";
import { DEMO_INDEXES, isDemoFile, writeDemoFile } from "./database-file.ts";
import type { DemoRequest } from "./marker.ts";
import { fulfils, readMarker, writeMarker } from "./marker.ts";
import type { FilePlan } from "./plan.ts";
import { ARCHIVES, LIVE, planFiles, RARE_SHARE } from "./plan.ts";
import { seededRandom } from "./random.ts";
import { demoRows, foreignDays } from "./rows.ts";

const ARCHIVE = /^archive_\d{4}\.db$/;
const MIN_ROWS = 1000;
const MAX_ROWS = 100_000_000;
const MAX_UNDATED = 20;
/** Exponent of the popularity: the first item sells twice as often as the second, and so on (Zipf). */
const ZIPF = 1.05;

/** The folder holds databases that are not the generator's; the message is a sentence for the person who asked. */
export class DemoError extends Error {
  override name = "DemoError";
}

export interface DemoOptions {
  /** Folder for the databases; it is made if it does not exist. */
  readonly databaseDir: string;
  /** Rows in all files together, duplicates included: 1000 to 100,000,000. */
  readonly rows?: number;
  /** Share of the rows that Live holds, 0 to 0.9; without it the calendar decides (every day like any other). */
  readonly liveShare?: number;
  /** The same seed, rows, share and day give the same rows. */
  readonly seed?: number;
  /** The last day with data, `YYYY-MM-DD`; its year is the one that Live holds. */
  readonly today: string;
  /** Progress in units of work: a written row and a written index entry are one each. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface DemoResult {
  /** False if the files stood there already. */
  readonly created: boolean;
  /** Paths of the files, oldest archive first, Live last. */
  readonly files: readonly string[];
}

/**
 * Writes demo data as the files of an earlier installation: Live with the year of `today` and one archive for each of the
 * three years before, with all the peculiarities that real files have. Synchronous; 25 million rows take minutes.
 *
 * Files of the same request that stand there already are kept. Throws a DemoError if the folder holds a database
 * that the generator did not write, and a RangeError for options out of range.
 */
export function generateDemo(options: DemoOptions): DemoResult {
  const { databaseDir, rows = 150_000, liveShare = null, seed = 20260113, today } = options;
  checkOptions({ rows, liveShare, seed, today });
  const year = Number(today.slice(0, 4));
  const request: DemoRequest = { rows, seed, year, liveShare };
  const plans = planFiles(request, today);
  const files = plans.map(({ name }) => join(databaseDir, name));

  mkdirSync(databaseDir, { recursive: true });
  const marker = readMarker(databaseDir);
  if (marker && fulfils(marker, request) && files.every((file) => existsSync(file))) return { created: false, files };

  const present = readdirSync(databaseDir).filter((name) => name === LIVE || ARCHIVE.test(name));
  const foreign = present.find((name) => !marker || !isDemoFile(join(databaseDir, name)));
  if (foreign) {
    throw new DemoError(
      `The demo data were not written, because '${foreign}' in '${databaseDir}' was not made by the demo generator and would be lost; choose another folder or move the file away.`,
    );
  }
  writeMarker(databaseDir, request, false);
  for (const name of present) removeDatabase(join(databaseDir, name));
  writeFiles({ databaseDir, plans, seed, today, onProgress: options.onProgress ?? (() => {}) });
  writeMarker(databaseDir, request, true);
  return { created: true, files };
}

function checkOptions({ rows, liveShare, seed, today }: Omit<DemoRequest, "year"> & { today: string }): void {
  if (!Number.isInteger(rows) || rows < MIN_ROWS || rows > MAX_ROWS) {
    throw new RangeError(
      `The number of demo rows is ${rows}, but must be a whole number from ${MIN_ROWS} to ${MAX_ROWS}.`,
    );
  }
  if (liveShare !== null && !(liveShare >= 0 && liveShare <= 0.9)) {
    throw new RangeError(`The share of Live is ${liveShare}, but must be a number from 0 to 0.9.`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`The seed is ${seed}, but must be a whole number from 0 to ${2 ** 32 - 1}.`);
  }
  if (!isDay(today)) throw new RangeError(`Today is '${today}', but must be a day written as YYYY-MM-DD.`);
}

interface Writing {
  readonly databaseDir: string;
  readonly plans: readonly FilePlan[];
  readonly seed: number;
  readonly today: string;
  readonly onProgress: (progress: Progress) => void;
}

function writeFiles({ databaseDir, plans, seed, today, onProgress }: Writing): void {
  const catalogue = demoCatalogue((ARCHIVES + 1) * 12);
  const popularity = zipf(catalogue, seed);
  const oldest = plans[0]!.year;
  const total =
    plans.reduce((sum, { rows, leftovers }) => sum + rows + leftovers, 0) * (1 + Object.keys(DEMO_INDEXES).length);
  let done = 0;
  let firstId = 1;
  let owner: { path: string; year: number } | undefined;

  for (const { name, year, days, rows, leftovers } of plans) {
    const path = join(databaseDir, name);
    const rare = Math.max(1, Math.round(rows * RARE_SHARE));
    const live = name === LIVE;
    const batches = demoRows(
      {
        days,
        rows,
        firstMonth: (year - oldest) * 12,
        catalogue,
        popularity,
        // Texts that are no dates are slips of people, who do not slip more often in a bigger factory's file.
        undated: Math.min(rare, MAX_UNDATED),
        misplaced: rare,
        // The oldest archive owns all the days before its year, and no day after Live's year is misplaced in Live.
        foreignDays: foreignDays(year, { before: year > oldest, after: !live, today }),
      },
      // One sequence per file, so that a file does not depend on how many numbers the one before drew.
      seededRandom(seed * 10_000 + year),
    );
    const onWritten = (count: number, phase: string) => {
      done += count;
      onProgress({ done, total, phase: `${name}, ${phase}` });
    };
    if (owner && leftovers > 0) {
      done += leftovers;
      writeDemoFile({ path, batches, firstId, leftovers: { ...owner, count: leftovers }, onWritten });
    } else {
      writeDemoFile({ path, batches, firstId, onWritten });
    }
    firstId += rows;
    owner = { path, year };
  }
}

/** Popularity of each item of the catalogue, in an order drawn by the seed. */
function zipf(catalogue: readonly DemoItem[], seed: number): number[] {
  const random = seededRandom(seed);
  const ranks = catalogue.map((_, index) => index + 1);
  for (let last = ranks.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [ranks[last], ranks[other]] = [ranks[other]!, ranks[last]!];
  }
  return ranks.map((rank) => 1 / rank ** ZIPF);
}
