import { statSync } from "node:fs";
import path from "node:path";
import { liveFileName } from "../segments/ownership.ts";

/** When the ERP last wrote Live, by the times of its files; null where there is none. */
export function lastErpWrite(databaseDir: string): Date | null {
  const times = ["", "-wal"].flatMap((suffix) => {
    const file = statSync(path.join(databaseDir, `${liveFileName}${suffix}`), { throwIfNoEntry: false });
    return file ? [file.mtimeMs] : [];
  });
  return times.length === 0 ? null : new Date(Math.max(...times));
}
