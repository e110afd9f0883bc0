import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { CatalogOptions } from "./catalog-options.ts";
import { type SourceTrouble, UnavailableError } from "./errors.ts";
import { describeFile, type FileStatus } from "./file-status.ts";
import { MirrorStore } from "./mirror-store.ts";
import { archiveYears, type Holding, holdings } from "./ownership.ts";
import { promptTimeoutMs, Refresher } from "./refresher.ts";
import { type FileState, TrackedFile } from "./tracked-file.ts";
import type { Snapshot } from "./types.ts";

/** How long a request waits for the copy of a small file before the last good version answers. */
const requestWaitMs = 2_000;
const lookEveryMs = 1_000;
/** A program that replaces a file removes it for an instant; one that is gone for this long is gone. */
const supersededAfterMs = 2_000;
/** How long a whole mirror of a file with a tail is waited for (1 GB: 18 s) before the file itself is left to whoever wants a copy. */
const foldWaitMs = 120_000;
/** States in which a mirror is at most some seconds behind its file. */
const holdable: ReadonlySet<FileState> = new Set(["ok", "copying", "refilling"]);

/**
 * The segments: finds the ERP's files, notices every write, keeps a checked mirror of them, and hands out snapshots.
 *
 * `current()` is called once per request. It looks at the files (once per turn of the event loop: all requests that arrive together
 * share a look) and returns the published snapshot at once when nothing changed; otherwise it waits for the refresh of small files.
 */
export class Catalog {
  readonly #options: CatalogOptions;
  readonly #refresher: Refresher;
  #files = new Map<string, TrackedFile>();
  #folderVersion: number | null = null;
  #snapshot: Snapshot | null = null;
  #running: Promise<void> | null = null;
  #queued: Promise<void> | null = null;
  #publishing: Promise<void> = Promise.resolve();
  #fresh = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  readonly #mirrors: MirrorStore;
  #closed = false;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#mirrors = new MirrorStore(options.mirrorDir);
    const onBackgroundDone = () => this.#publish();
    this.#refresher = new Refresher({ ...options, mirrors: this.#mirrors, onBackgroundDone });
    this.#timer = setInterval(() => this.#tick(), lookEveryMs);
    this.#timer.unref();
  }

  /** The snapshot of the files as they are now. Throws UnavailableError where there is none. */
  current(): Snapshot | Promise<Snapshot> {
    return this.ready() ?? this.#afterRefresh();
  }

  /** The published snapshot when it is known to be up to date; null when a refresh is needed. Never waits. */
  ready(): Snapshot | null {
    if (!this.#snapshot || !this.#upToDate()) return null;
    return this.#snapshot.segments.length > 0 ? this.#snapshot : null;
  }

  /** The snapshot published last, whatever happened since; null before the first. */
  get lastPublished(): Snapshot | null {
    return this.#snapshot;
  }

  /** Keeps the files of a snapshot in place until the returned function is called. */
  pin(snapshot: Snapshot): () => void {
    return this.#mirrors.pin(snapshot.segments);
  }

  /**
   * The newest mirrors by segment name, kept in place until `release` is called: those that show their files as they are now, and those whose
   * successor is on its way. A file that cannot be read has none, for whoever copies it must learn of that. One with a tail is mirrored as a
   * whole first.
   */
  async holdMirrors(): Promise<{ mirrors: Record<string, string>; release: () => void }> {
    await this.#refreshed();
    const grown = [...this.#files.values()].filter(({ tail }) => tail !== null);
    await isDoneWithin(Promise.all(grown.map((file) => this.#refresher.foldIn(file))), foldWaitMs);
    const snapshot = this.#snapshot;
    if (!snapshot) return { mirrors: {}, release: () => {} };
    const usable = snapshot.segments.filter(({ name, immutable }) => {
      const file = this.#files.get(name);
      return immutable && file !== undefined && file.tail === null && holdable.has(file.state);
    });
    return {
      mirrors: Object.fromEntries(usable.map(({ name, file }) => [name, file])),
      release: this.pin(snapshot),
    };
  }

  /** True while a rollover takes rows out of Live. */
  get isRollover(): boolean {
    return this.#options.isRollover?.() ?? false;
  }

  /** True while an earlier version of some file answers, because its present content cannot be read or is being copied. */
  get lagging(): boolean {
    return this.#files.values().some(({ isBehind }) => isBehind);
  }

  /** What is known of each file, without touching the disk. */
  status(): FileStatus[] {
    const placed = new Map(this.#snapshot?.segments.map((segment) => [segment.name, segment]));
    return [...this.#files.values()].map((file) =>
      describeFile(
        file,
        file.segments.map((segment) => placed.get(segment.name) ?? segment),
      ),
    );
  }

  /** Looks at the files now instead of at the next request, so that the first answer need not wait. */
  warmUp(): void {
    void this.#refresh();
  }

  /**
   * Takes note that reading a segment failed, or found its source changed (`trouble` null). A source that is read directly is looked
   * into again; a mirror is copied anew when somebody deleted it, or when it turned out to be damaged.
   */
  suspect(name: string, trouble: SourceTrouble | null): void {
    this.#fresh = false;
    const file = [...this.#files.values()].find(({ segments }) => segments.some((segment) => segment.name === name));
    if (file) this.#refresher.suspect(file, name, trouble);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#refresher.close();
    this.#mirrors.save();
  }

  #upToDate(): boolean {
    if (this.#fresh) return true;
    const now = performance.now();
    if (this.#discover()) return false;
    for (const file of this.#files.values()) {
      if (file.unpublished || file.firstRead(now) || file.needsWork(file.look(), now)) return false;
    }
    // Valid for this turn of the event loop: a write that a later request must see ends after this turn's requests arrived.
    this.#fresh = true;
    setImmediate(() => {
      this.#fresh = false;
    });
    return true;
  }

  async #afterRefresh(): Promise<Snapshot> {
    await this.#refreshed();
    const snapshot = this.#snapshot;
    if (!snapshot || snapshot.segments.length === 0) throw new UnavailableError(this.#whyNothing());
    return snapshot;
  }

  /** Waits, as long as a request does, until what changed is published. */
  async #refreshed(): Promise<void> {
    if (this.ready()) return;
    const patienceMs = this.#snapshot?.segments.length ? requestWaitMs : promptTimeoutMs;
    if (await isDoneWithin(this.#refreshWithNew(), patienceMs)) return;
    for (const file of this.#files.values()) file.overdue = true;
  }

  async #refreshWithNew(): Promise<void> {
    await this.#refresh();
    for (let reads = this.#firstReads(); reads.length > 0; reads = this.#firstReads()) {
      await Promise.all(reads);
      await this.#publish();
    }
  }

  /**
   * Files that appeared a moment ago and are being read for the first time, at a start or while a rollover makes an archive: without them their
   * days could not be answered, so nothing is published before, and what was published goes on answering.
   */
  #firstReads(): Promise<void>[] {
    const now = performance.now();
    return [...this.#files.values()].flatMap((file) => file.firstRead(now) ?? []);
  }

  #whyNothing(): string {
    const files = [...this.#files.values()];
    const reasons = files.map(({ holding, note }) => `${holding.fileName}: ${note ?? "Not read yet."}`);
    // A slow disk at a start is no trouble of the files, and nobody is to look for one.
    if (files.some(({ state }) => state === "copying")) {
      const others = files.flatMap(({ state }, at) => (state === "copying" ? [] : [` ${reasons[at]}`]));
      return `The production data are still being read, which takes longer than usual.${others.join("")} Questions are answered as soon as that is done; ask again in a moment.`;
    }
    return `No production data can be read from the database folder. ${reasons.join(" ")} The hub goes on looking and answers as soon as it can.`;
  }

  /** A refresh that begins after this call: one under way may have looked before the write that the caller must see. */
  #refresh(): Promise<void> {
    if (!this.#running) return this.#run();
    this.#queued ??= this.#running.then(() => {
      this.#queued = null;
      return this.#upToDate() ? undefined : this.#run();
    });
    return this.#queued;
  }

  #run(): Promise<void> {
    this.#running = this.#refreshAll().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #refreshAll(): Promise<void> {
    if (this.#closed) return;
    this.#discover();
    this.#folderVersion = this.#folderStamp();
    const files = [...this.#files.values()];
    const work = files.map((file) => this.#refresher.refresh(file));
    const waitedFor = work.filter((_, at) => !files[at]!.slow);
    if (!(await isDoneWithin(Promise.all(waitedFor), requestWaitMs)) || waitedFor.length < work.length) {
      // A file that takes long, an archive without indexes say, is published when it is ready; the others need not wait for it.
      for (const file of files) file.slow = file.work !== null;
      void Promise.all(work).then(() => this.#publish());
    }
    await this.#publish();
    this.#mirrors.removeRetired(this.#snapshot);
  }

  #tick(): void {
    for (const file of this.#files.values()) this.#refresher.prepareForRollover(file);
    if (!this.#running && !this.#upToDate()) void this.#refresh();
    else this.#mirrors.removeRetired(this.#snapshot);
  }

  /**
   * Takes up archive files that appeared; true when the set of files changed. A file that is gone stays known, and its last good version
   * answers, unless another archive was written since: then the years were put together anew, and its rows stand elsewhere.
   */
  #discover(): boolean {
    const stamp = this.#folderStamp();
    const superseded = [...this.#files.values()].some((file) => this.#isSuperseded(file));
    if (this.#files.size > 0 && stamp === this.#folderVersion && !superseded) return false;
    let names: string[] = [];
    try {
      names = readdirSync(this.#options.databaseDir);
    } catch {
      // No database folder yet: Live is reported absent, and the folder is looked for again.
    }
    const known = [...this.#files.values()]
      .filter((file) => !this.#isSuperseded(file))
      .map((file) => file.holding.fileName);
    const all = holdings(archiveYears([...new Set([...names, ...known])]), this.#options.archiveCutoffYear);
    let changed = false;
    const files = new Map<string, TrackedFile>();
    for (const holding of all) {
      const file = this.#files.get(holding.name);
      if (!file) changed = true;
      files.set(holding.name, file ?? this.#track(holding));
      files.get(holding.name)!.holding = holding;
    }
    for (const [name, file] of this.#files) {
      if (files.has(name)) continue;
      changed = true;
      this.#mirrors.forget(name);
      for (const segment of file.segments) if (segment.immutable) this.#mirrors.retire(segment.file);
      this.#options.report(
        "warn",
        `${file.holding.fileName} is gone and other archives were written since; it is no longer part of the data.`,
      );
    }
    this.#files = files;
    if (!changed) this.#folderVersion = stamp;
    return changed;
  }

  #isSuperseded({ holding, goneAt }: TrackedFile): boolean {
    if (holding.source === "live" || goneAt === null || Date.now() - goneAt < supersededAfterMs) return false;
    return [...this.#files.values()].some(
      (other) => other.holding.source === "archive" && other.goneAt === null && (other.asOf ?? 0) >= goneAt,
    );
  }

  #track(holding: Holding): TrackedFile {
    return new TrackedFile(
      holding,
      path.join(this.#options.databaseDir, holding.fileName),
      performance.now() + promptTimeoutMs,
    );
  }

  #folderStamp(): number {
    try {
      return statSync(this.#options.databaseDir, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    } catch {
      // A share that answers with an error is as good as a folder that is not there; the files' own states say so.
      return 0;
    }
  }

  /** One publication after the other, so that an older set of versions never replaces a newer one. */
  #publish(): Promise<void> {
    this.#publishing = this.#publishing.then(() => this.#publishNow());
    return this.#publishing;
  }

  async #publishNow(): Promise<void> {
    // A rollover puts an archive in service and then deletes its rows from Live: whoever saw Live after that must see the archive.
    if (this.#discover()) await Promise.all([...this.#files.values()].map((file) => this.#refresher.refresh(file)));
    if (this.#firstReads().length > 0) return;
    const files = [...this.#files.values()];
    const taken = new Map(files.map((file) => [file, file.segments]));
    const segments = files.flatMap(({ segments, holding: { ownsFrom, ownsTo } }) =>
      segments.map((segment) => ({ ...segment, ownsFrom, ownsTo })),
    );
    const missing = files
      .filter((file) => !file.segment && (file.state !== "absent" || file.asOf !== null))
      .map(({ holding, note }) => ({
        name: holding.fileName,
        ownsFrom: holding.ownsFrom,
        ownsTo: holding.ownsTo,
        reason: note ?? "The file was not read yet.",
      }));
    const identity = segments.map(({ name, version, ownsFrom, ownsTo }) => [name, version, ownsFrom, ownsTo]);
    const version = Bun.hash(JSON.stringify([identity, missing.map((gap) => gap.name)]))
      .toString(16)
      .padStart(16, "0");
    const before = this.#snapshot;
    const sameFiles =
      before?.segments.map((segment) => segment.file).join() === segments.map(({ file }) => file).join();
    const published = () => {
      for (const file of files) {
        if (Bun.deepEquals(taken.get(file), file.segments)) file.unpublished = false;
        file.overdue = false;
      }
    };
    if (version === before?.version && sameFiles) return published();
    // A tail may be replaced while its rows are looked at.
    const release = this.#mirrors.pin(segments);
    try {
      await this.#refresher.place(segments);
    } catch (error) {
      // A source changed or broke in between; the next look deals with it, until then the snapshot before answers.
      for (const file of files) if (file.segment && !file.segment.immutable) this.suspect(file.holding.name, null);
      this.#options.report("warn", `Misplaced rows could not be compared: ${(error as Error).message}`);
      return;
    } finally {
      release();
    }
    published();
    this.#snapshot = { serial: (before?.serial ?? 0) + 1, version, segments, missing };
    if (version !== before?.version) this.#options.onPublish?.();
  }
}

/** True when the work ends within the time. */
async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([work.then(() => true), patience]);
  clearTimeout(timer);
  return done;
}
