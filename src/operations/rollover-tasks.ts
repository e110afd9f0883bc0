import { attach, openHost } from "../segments/connection.ts";

/** What a rollover has done by a process of its own, beside the one that moves rows. */
export const rolloverTasks = {
  /** The first thing that SQLite's `integrity_check` says of a file that nobody writes: `ok` or what it found. */
  "rollover.verify": ({ file }: { file: string }): string => {
    const db = openHost();
    try {
      // The watcher may be renewing the archive's statistics.
      db.run("PRAGMA busy_timeout = 30000");
      attach(db, "archive", file, false);
      // In SQLite's own 2 MB the entries of five indexes push each other out: half as long again.
      db.run("PRAGMA archive.cache_size = -8192");
      const found = db.query<{ integrity_check: string }, []>("PRAGMA archive.integrity_check(1)").get()!;
      return found.integrity_check.replace("*** in database archive ***\n", "");
    } finally {
      db.close();
    }
  },
};
