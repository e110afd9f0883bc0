import { statSync } from "node:fs";
import { hasBytes, headerOf, openHost } from "./connection.ts";
import { contentMark } from "./content-mark.ts";
import { SourceError } from "./errors.ts";
import { copyWithWal, openLocked } from "./file-copy.ts";
import { look } from "./look.ts";
import { type Locked, SlicedCopy } from "./sliced-copy.ts";
import type { SourceVersion } from "./source-version.ts";
import { sourceSchema, withSourceView } from "./source-view.ts";

/**
 * How long a lock that commits wait for may be held, ms: a writer that waits for 150 ms looks again after 178 (SQLite's busy handler). 1 GB is
 * gone over in 80 to 130 ms by a machine that has nothing else to do.
 */
const lockLimitMs = 150;
/** How long a pause of the ERP, or of whatever else keeps the machine busy, is waited for after the bulk has been copied, ms. */
const patienceMs = 30_000;
/** Pause between two passes, so that a writer that waited gets its turn. */
const turnMs = 50;
/**
 * How long a lock is waited for, ms: nobody waits for the copy of a large file, and a lock in its middle must not undo it. While a question
 * reads such a file directly, some 10 s, a commit that waits for it keeps every new reader out.
 */
const patientTimeoutMs = 15_000;
const unlimited = Number.POSITIVE_INFINITY;

/**
 * Copies a large database that another program may be writing, in passes that come ever nearer to it (`SlicedCopy`), and returns which state
 * the copy shows, or an earlier one. Throws SourceError as `copySource` does.
 *
 * In rollback-journal mode a writer waits for one slice at a time. When it never pauses, the last pass is made under one lock, which by then
 * means little more than reading the file; only a file or a machine for which that takes too long costs the writer more than `lockLimitMs`.
 * In WAL mode passes need no lock, and the `-wal` copied after one makes it good (`copyWithWal`), unless it was begun anew during the pass. A writer
 * that always does that within a tenth of a second is left to one read transaction. That one keeps nobody waiting, but while it lasts the `-wal`
 * grows, and whoever commits next has to write all of it back: `backup()`, one transaction of some 6 s for 1 GB, cost a busy writer 0.3 s at its end.
 */
export async function copyLarge(source: string, part: string): Promise<SourceVersion> {
  const copy = new SlicedCopy(source, part);
  try {
    let until = unlimited;
    for (;;) {
      const { wal } = headerOf(source);
      const paused = wal ? withoutLocks(source, part, copy) : betweenCommits(source, copy);
      if (paused) return paused;
      const late = performance.now() > until;
      if (late || (!wal && copy.readMs < lockLimitMs)) {
        const version = inOneTransaction(source, copy, late ? unlimited : lockLimitMs);
        if (version) return version;
        if (late) throw new SourceError("changing", "The file changed all the while it was copied.");
      }
      if (until === unlimited) until = performance.now() + patienceMs;
      await Bun.sleep(turnMs);
    }
  } finally {
    copy.close();
  }
}

/** The version of a file in WAL mode that was copied without any lock; null when it could not be made good. */
function withoutLocks(source: string, part: string, copy: SlicedCopy): SourceVersion | null {
  // The first pass takes long, so that it leaves much to do.
  if (copy.readMs === 0) copy.pass((work) => work());
  const lookedAt = Date.now();
  const { version } = look(source);
  const mark = contentMark(source);
  const pass = () => void copy.pass((work) => work());
  try {
    if (hasBytes(`${source}-wal`)) {
      copyWithWal(source, part, pass);
      return { version, mark, lookedAt };
    }
    // Nobody has it open, and it shows one state unless somebody had meanwhile.
    pass();
    return look(source).version === version ? { version, mark, lookedAt } : null;
  } catch (error) {
    if (error instanceof SourceError && error.trouble === "changing") return null;
    throw error;
  }
}

/** The version that was copied in a pause of the ERP; null when there was none. */
function betweenCommits(source: string, copy: SlicedCopy): SourceVersion | null {
  // Looked at before the lock, it may be older than what is copied; then the next look finds a change and copies once more.
  const lookedAt = Date.now();
  const { version } = look(source);
  const mark = contentMark(source);
  // Opened for each slice (0.2 ms): on Windows nobody can replace, rename or delete what SQLite has open.
  const locked: Locked = (work) => {
    const db = openLocked(source, copy.inode, patientTimeoutMs);
    try {
      return work();
    } finally {
      db.close();
    }
  };
  if (!copy.pass(locked)) return null;
  // A lock belongs to the file and not to its name, so that what took the name meanwhile was copied without one.
  if (statSync(source, { bigint: true, throwIfNoEntry: false })?.ino === copy.inode) return { version, mark, lookedAt };
  throw new SourceError("changing", "The file was replaced while it was copied.");
}

/** The version that was copied in one transaction; null when that would have taken longer than the limit, or the file changed without locks. */
function inOneTransaction(source: string, copy: SlicedCopy, limitMs: number): SourceVersion | null {
  const db = openHost();
  try {
    db.run(`PRAGMA busy_timeout = ${patientTimeoutMs}`);
    const { result: complete, version } = withSourceView(db, source, unlimited, ({ pages }) => {
      const count = db.query<{ page_count: number }, []>(`PRAGMA ${sourceSchema}.page_count`).get()!.page_count;
      return copy.finish(pages, count, limitMs);
    });
    return complete ? version : null;
  } catch (error) {
    if (error instanceof SourceError && error.trouble === "changing") return null;
    throw error;
  } finally {
    db.close();
    copy.flush();
  }
}
