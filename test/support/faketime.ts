import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "./files.ts";

/** The library of libfaketime for processes with threads (Debian: faketime); null where it is not installed. */
export const faketimeLibrary: string | null =
  process.platform === "linux"
    ? (safeList("/usr/lib")
        .filter((name) => name.endsWith("-linux-gnu"))
        .flatMap((name) => safeList(`/usr/lib/${name}/faketime`).map((file) => `/usr/lib/${name}/faketime/${file}`))
        .find((file) => file.endsWith("/libfaketimeMT.so.1")) ?? null)
    : null;

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The wall clock of a process and of all that it starts, which can be moved while they run. What counts time, such as the time since the machine's start, goes on as it is. */
export interface MovableClock {
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** What its clock says, ms since 1970. */
  now(): number;
  /** Moves the clock; negative for back. */
  move(byMs: number): void;
}

/** A clock that is `aheadMs` before the real one. Throws where libfaketime is not installed. */
export function movableClock(aheadMs = 0): MovableClock {
  if (faketimeLibrary === null) throw new Error("libfaketime is not installed.");
  const file = join(temporaryHome(), "offset");
  let ahead = 0;
  const move = (byMs: number): void => {
    ahead += Math.round(byMs / 1000) * 1000;
    // Replaced as a whole, because it is read at any moment.
    writeFileSync(`${file}.new`, `${ahead < 0 ? "" : "+"}${ahead / 1000}\n`);
    renameSync(`${file}.new`, file);
  };
  move(aheadMs);
  return {
    env: {
      LD_PRELOAD: faketimeLibrary,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    },
    now: () => Date.now() + ahead,
    move,
  };
}
