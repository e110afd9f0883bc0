import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { generateDemo } from "../../src/demo/generate.ts";
import { showProgress } from "../../src/observe/progress.ts";

/** Last day of the data: fixed, so that data made once are the same on every later day. */
const TODAY = "2026-11-20";

/** A home folder of the hub with demo data. */
export interface Home {
  readonly path: string;
  readonly rows: number;
  /** Path of the Live file. */
  readonly live: string;
  /** Paths of the archives, oldest first. */
  readonly archives: readonly string[];
}

/** Makes a home of `rows` rows in the folder `path`, or takes the one that an earlier run left there. */
export function prepareHome(path: string, rows: number, liveShare?: number): Home {
  const progress = showProgress("Demo data");
  try {
    const { files } = generateDemo({
      databaseDir: join(path, "database"),
      rows,
      today: TODAY,
      onProgress: progress.onProgress,
      ...(liveShare === undefined ? {} : { liveShare }),
    });
    return { path, rows, live: files.at(-1)!, archives: files.slice(0, -1) };
  } finally {
    progress.finish();
  }
}

/** Removes all that a hub has derived from the data of a home, so that its next start is the very first. */
export function forgetDerived(home: Home): void {
  const databases = join(home.path, "database");
  for (const name of readdirSync(databases)) {
    const given = name === "demo.json" || name === basename(home.live) || /^archive_\d{4}\.db$/.test(name);
    if (!given) rmSync(join(databases, name), { recursive: true });
  }
  rmSync(join(home.path, "logs"), { recursive: true, force: true });
}
