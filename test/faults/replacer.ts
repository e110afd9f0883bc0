/**
 * An ERP that puts one version of a database after the other in place of a file, with what any program can do to it: it renames a new one over
 * it, deletes it and puts a new one there a little later, or truncates it and writes it anew. `replacer FILE TIMES SEED`, from source or as a
 * program of its own; prints a ReplacerReport. Versions count from 2 on, and their files have 4 MB and either journal mode.
 */
import { Database } from "bun:sqlite";
import { closeSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { seededRandom } from "../../src/demo/random.ts";
import { writeDatabase } from "../support/files.ts";
import { versionRows } from "../support/versions.ts";

const ways = ["renamed over", "deleted", "truncated"] as const;

/** What the ERP went through. */
export interface ReplacerReport {
  readonly version: number;
  readonly replaced: Record<(typeof ways)[number], number>;
  /** Replacements that were refused at first, and the longest time until one was not any more, ms. */
  readonly refused: number;
  readonly longestWaitMs: number;
  /** Replacements that were refused for good. */
  readonly failed: readonly string[];
}

const FILLER_BYTES = 4_000_000;
/** How often a refused replacement is tried again, and for how long at the most, ms. */
const RETRY_MS = 5;
const PATIENCE_MS = 5_000;
/** Longest pause between two replacements, and longest time without a file, ms. */
const PAUSE_MS = 60;
const PART_BYTES = 500_000;

let [refused, longestWaitMs] = [0, 0];

/** Does what another program's open handle may make fail, again and again until it is done. */
async function persist(work: () => void): Promise<void> {
  let since: number | null = null;
  for (;;) {
    try {
      work();
      break;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["EBUSY", "EPERM", "EACCES"].includes(code)) throw error;
      if (since === null) refused += 1;
      since ??= performance.now();
      if (performance.now() - since > PATIENCE_MS) throw error;
    }
    await Bun.sleep(RETRY_MS);
  }
  if (since !== null) longestWaitMs = Math.max(longestWaitMs, performance.now() - since);
}

function prepare(path: string, version: number): void {
  writeDatabase(path, versionRows(version), version % 2 === 0 ? "wal" : "delete");
  const database = new Database(path);
  database.run("PRAGMA synchronous = OFF");
  database.run("CREATE TABLE filler(bytes BLOB)");
  database.run(`INSERT INTO filler VALUES (randomblob(${FILLER_BYTES}))`);
  database.close(true);
}

if (import.meta.main) {
  const [file = "", times = "1", seed = "1"] = process.argv.slice(2);
  const path = resolve(file);
  const next = `${path}.next`;
  const random = seededRandom(Number(seed));
  const replaced = { "renamed over": 0, deleted: 0, truncated: 0 };
  const failed: string[] = [];
  let version = 1;
  for (let round = 0; round < Number(times); round++) {
    version += 1;
    prepare(next, version);
    const way = ways[random.below(ways.length)]!;
    try {
      if (way === "truncated") {
        await persist(() => truncateSync(path, 0));
        const bytes = readFileSync(next);
        const handle = openSync(path, "r+");
        for (let at = 0; at < bytes.length; at += PART_BYTES) {
          writeSync(handle, bytes, at, Math.min(PART_BYTES, bytes.length - at), at);
        }
        closeSync(handle);
        rmSync(next);
      } else {
        if (way === "deleted") {
          await persist(() => rmSync(path));
          await Bun.sleep(random.below(PAUSE_MS));
        }
        await persist(() => renameSync(next, path));
      }
      replaced[way] += 1;
    } catch (error) {
      failed.push(`${way}: ${error}`);
    }
    await Bun.sleep(random.below(PAUSE_MS));
  }
  longestWaitMs = Math.round(longestWaitMs);
  console.log(JSON.stringify({ version, replaced, refused, longestWaitMs, failed } satisfies ReplacerReport));
}
