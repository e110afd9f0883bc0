import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";
import type { Placement } from "./duplicates.ts";
import { type SourceTrouble, UnavailableError } from "./errors.ts";
import { describeFile, type FileStatus } from "./file-status.ts";
import type { DirectResult } from "./keeper-tasks.ts";
import { clockGrainMs, type Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import { MirrorStore } from "./mirror-store.ts";
import { archiveYears, type Holding, holdings } from "./ownership.ts";
import { type FileState, TrackedFile } from "./tracked-file.ts";
import type { Facts, Segment, Snapshot } from "./types.ts";

export interface CatalogOptions {
  databaseDir: string;
  mirrorDir: string;
  archiveCutoffYear: number | null;
  mirrorMaxMb: number;
  /** Called with a sentence for operators whenever the state of a file changes. */
  report: (level: "info" | "warn", message: string) => void;
}

const mb = 1024 * 1024;
/** Sources up to this size are copied within the request that finds them changed (4 MB: some 30 ms); larger ones beside it. */
const promptBytes = 50 * mb;
/** How long a request waits for that copy before the last good version answers. */
const requestWaitMs = 2_000;
const promptTimeoutMs = 15_000;
const backgroundTimeoutMs = 20 * 60_000;
const lookEveryMs = 1_000;

/**
 * The segments: finds the ERP's files, notices every write, keeps a checked mirror of them, and hands out snapshots.
 *
 * `current()` is called once per request. It looks at the files (once per turn of the event loop: all requests that arrive together
 * share a look) and returns the published snapshot at once when nothing changed; otherwise it waits for the refresh of small files.
 */
export class Catalog {
  readonly #options: CatalogOptions;
  /** Copies small files and answers questions about sources; a second one does what takes long, so that nothing waits behind it. */
  readonly #keeper = new WorkerProcess();
  readonly #backgroundKeeper = new WorkerProcess();
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
    this.#timer = setInterval(() => this.#tick(), lookEveryMs);
    this.#timer.unref();
  }

  /** The snapshot of the files as they are now. Throws UnavailableError where there is none. */
  current(): Snapshot | Promise<Snapshot> {
    const ready = this.ready();
    return ready ?? this.#afterRefresh();
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

  /** The mirrors that show their files as they are now, by segment name, kept in place until `release` is called. */
  holdMirrors(): { mirrors: Record<string, string>; release: () => void } {
    const snapshot = this.ready();
    if (!snapshot) return { mirrors: {}, release: () => {} };
    const current = snapshot.segments.filter(
      ({ name, immutable }) => immutable && this.#files.get(name)?.state === "ok",
    );
    return {
      mirrors: Object.fromEntries(current.map(({ name, file }) => [name, file])),
      release: this.pin(snapshot),
    };
  }

  /** True while an earlier version of some file answers, because its present content cannot be read or is being copied. */
  get lagging(): boolean {
    for (const file of this.#files.values()) if (file.segment && file.state !== "ok") return true;
    return false;
  }

  /** What is known of each file, without touching the disk. */
  status(): FileStatus[] {
    const placed = new Map(this.#snapshot?.segments.map((segment) => [segment.name, segment]));
    return [...this.#files.values()].map((file) => describeFile(file, placed.get(file.holding.name) ?? file.segment));
  }

  /** Looks at the files now instead of at the next request, so that the first answer need not wait. */
  warmUp(): void {
    void this.#refresh();
  }

  /**
   * Forgets that what was read is up to date: a read found it changed or unreadable. Sources that are read directly are looked into
   * again; a mirror is copied anew when somebody deleted it, or when it turned out to be damaged.
   */
  suspect(trouble: SourceTrouble | null): void {
    this.#fresh = false;
    for (const file of this.#files.values()) {
      const { segment } = file;
      if (!segment) continue;
      const lost = segment.immutable && (trouble === "broken" || !existsSync(segment.file));
      if (lost) {
        file.segment = null;
        this.#mirrors.forget(file.holding.name);
      }
      if (lost || !segment.immutable) file.seen = null;
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#keeper.close();
    this.#backgroundKeeper.close();
    this.#mirrors.save();
  }

  #upToDate(): boolean {
    if (this.#fresh) return true;
    const now = Date.now();
    if (this.#discover()) return false;
    for (const file of this.#files.values()) {
      if (file.needsWork(file.look(), now)) return false;
    }
    // Valid for this turn of the event loop: a write that a later request must see ends after this turn's requests arrived.
    this.#fresh = true;
    setImmediate(() => {
      this.#fresh = false;
    });
    return true;
  }

  async #afterRefresh(): Promise<Snapshot> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#snapshot ? requestWaitMs : promptTimeoutMs);
    });
    await Promise.race([this.#refresh(), patience]);
    clearTimeout(timer);
    const snapshot = this.#snapshot;
    if (!snapshot || snapshot.segments.length === 0) throw new UnavailableError(this.#whyNothing());
    return snapshot;
  }

  #whyNothing(): string {
    const reasons = [...this.#files.values()].map(
      ({ holding, note }) => `${holding.fileName}: ${note ?? "Not read yet."}`,
    );
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
    await Promise.all([...this.#files.values()].map((file) => this.#refreshFile(file)));
    await this.#publish();
    this.#mirrors.removeRetired(this.#snapshot);
  }

  #tick(): void {
    if (!this.#running && !this.#upToDate()) void this.#refresh();
    else this.#mirrors.removeRetired(this.#snapshot);
  }

  /** Takes up archive files that appeared; true when the set of files changed. A file that is gone stays known. */
  #discover(): boolean {
    const stamp = this.#folderStamp();
    if (this.#files.size > 0 && stamp === this.#folderVersion) return false;
    let names: string[] = [];
    try {
      names = readdirSync(this.#options.databaseDir);
    } catch {
      // No database folder yet: Live is reported absent, and the folder is looked for again.
    }
    const known = [...this.#files.values()].map((file) => file.holding.fileName);
    const all = holdings(archiveYears([...new Set([...names, ...known])]), this.#options.archiveCutoffYear);
    let changed = false;
    const files = new Map<string, TrackedFile>();
    for (const holding of all) {
      const file = this.#files.get(holding.name);
      if (!file) changed = true;
      files.set(holding.name, file ?? this.#track(holding));
      files.get(holding.name)!.holding = holding;
    }
    this.#files = files;
    if (!changed) this.#folderVersion = stamp;
    return changed;
  }

  #track(holding: Holding): TrackedFile {
    return new TrackedFile(holding, path.join(this.#options.databaseDir, holding.fileName));
  }

  #folderStamp(): number {
    return statSync(this.#options.databaseDir, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  async #refreshFile(file: TrackedFile): Promise<void> {
    const now = Date.now();
    const seen = file.look();
    if (!file.needsWork(seen, now)) return;
    if (!seen.exists) return this.#fail(file, seen, "absent", "The file is not there.");
    if (file.seen === seen.version && file.settleAt > 0 && (await this.#settles(file, now))) return;
    if (file.refilling && file.waitsForRefill(seen, now)) return;
    if (!this.#isMirrored(file, seen)) return this.#readDirectly(file, seen);
    if (seen.bytes <= promptBytes) return this.#copy(file, seen, this.#keeper, false);
    if (!file.segment && this.#adoptKept(file, seen)) return;
    if (!file.segment?.immutable) {
      // The first start on a large file: it is read directly until its mirror is ready.
      await this.#readDirectly(file, seen);
      if (file.state !== "ok") return this.#recall(file);
    }
    file.background ??= this.#copyInBackground(file);
  }

  #isMirrored(file: TrackedFile, seen: Look): boolean {
    const limit = file.holding.source === "live" ? this.#options.mirrorMaxMb * mb : promptBytes;
    return seen.bytes <= limit;
  }

  /** Looks once more at a version that a second write could hide behind; true when it still is what was published. */
  async #settles(file: TrackedFile, now: number): Promise<boolean> {
    try {
      const mark = await this.#ask<string>(this.#keeper, "keeper.mark", { source: file.path }, promptTimeoutMs);
      if (mark !== file.mark) return false;
      if (now >= file.settleAt) file.settleAt = 0;
      return true;
    } catch {
      return false;
    }
  }

  async #readDirectly(file: TrackedFile, seen: Look): Promise<void> {
    try {
      const order = { source: file.path };
      const result = await this.#ask<DirectResult>(this.#keeper, "keeper.inspect", order, backgroundTimeoutMs);
      this.#adopt(file, file.path, false, result, seen);
    } catch (error) {
      this.#failWith(file, seen, error);
    }
  }

  async #copy(file: TrackedFile, seen: Look, keeper: WorkerProcess, durable: boolean): Promise<void> {
    const target = this.#mirrors.newPath(file.holding.name);
    try {
      const order = { source: file.path, target, durable };
      const timeout = durable ? backgroundTimeoutMs : promptTimeoutMs;
      const result = await this.#ask<MirrorResult>(keeper, "keeper.mirror", order, timeout);
      if (!file.refilling && file.looksLikeRefill(result.facts, seen, Date.now())) {
        this.#options.report("warn", `${file.holding.fileName}: ${file.note}`);
        this.#mirrors.retire(target);
        return;
      }
      // While the source is read directly, a copy that is older than the source would take answers back.
      if (file.segment && !file.segment.immutable && file.look().version !== result.version) {
        this.#mirrors.retire(target);
        file.retryAt = Date.now() + lookEveryMs;
        return;
      }
      this.#adopt(file, target, true, result, seen);
      this.#keep(file, durable);
    } catch (error) {
      if (file.segment && !file.segment.immutable) {
        // Only the copy failed; the source is read directly all the while.
        file.retryAt = Date.now() + 10 * lookEveryMs;
        if (!this.#closed)
          this.#options.report("warn", `${file.holding.fileName} was not mirrored: ${(error as Error).message}`);
        return;
      }
      await this.#recall(file);
      this.#failWith(file, seen, error);
    }
  }

  async #copyInBackground(file: TrackedFile): Promise<void> {
    const started = Date.now();
    if (file.segment?.immutable) {
      file.state = "copying";
      file.note = "A newer content is being copied; the version before answers.";
    }
    await this.#copy(file, file.look(), this.#backgroundKeeper, true);
    file.background = null;
    this.#backgroundKeeper.rest();
    if (this.#closed) return;
    await this.#publish();
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    if (file.state === "ok") this.#options.report("info", `Mirrored ${file.holding.fileName} in ${seconds} s`);
  }

  /** Uses the mirror of an earlier run again when the source is still the one it was copied from. */
  #adoptKept(file: TrackedFile, seen: Look): boolean {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable || kept.version !== seen.version) return false;
    this.#adopt(file, kept.path, true, kept, seen);
    file.asOf = kept.asOf;
    return true;
  }

  /** Falls back on the mirror of an earlier run when the source cannot be read and nothing was published yet. */
  async #recall(file: TrackedFile): Promise<void> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (file.segment || !kept) return;
    const mirror = kept.path;
    const sound = await this.#ask<boolean>(this.#keeper, "keeper.verify", { mirror }, backgroundTimeoutMs).catch(
      () => false,
    );
    if (!sound) return;
    file.segment = this.#segmentOf(file, mirror, true, kept);
    file.asOf = kept.asOf;
  }

  #adopt(
    file: TrackedFile,
    readFrom: string,
    immutable: boolean,
    result: { facts: Facts; version: string; mark: string },
    seen: Look,
  ): void {
    const former = file.segment;
    const recovered = former !== null && ["absent", "locked", "broken", "changing"].includes(file.state);
    const grain = clockGrainMs(seen.modifiedMs);
    const now = Date.now();
    const settleAt = now - seen.modifiedMs < 2 * grain ? now + grain : 0;
    file.published(this.#segmentOf(file, readFrom, immutable, result), result, settleAt, now);
    if (former?.immutable && former.file !== readFrom) this.#mirrors.retire(former.file);
    if (recovered) this.#options.report("info", `${file.holding.fileName} is read again.`);
  }

  #segmentOf(
    file: TrackedFile,
    readFrom: string,
    immutable: boolean,
    result: { facts: Facts; version: string; mark: string },
  ): Segment {
    const { name, source, ownsFrom, ownsTo } = file.holding;
    return {
      name,
      source,
      file: readFrom,
      immutable,
      version: `${result.version}/${result.mark}`,
      ownsFrom,
      ownsTo,
      facts: result.facts,
      misplaced: 0,
      excluded: [],
    };
  }

  #failWith(file: TrackedFile, seen: Look, error: unknown): void {
    const task = error instanceof TaskError && error.name === "SourceError" ? error : null;
    if (task) {
      this.#fail(file, seen, task.details.trouble as FileState, task.message);
      return;
    }
    const slow = error instanceof WorkerError && error.kind === "timeout";
    const note = slow ? "Copying the file took too long." : "Copying the file failed unexpectedly.";
    if (!this.#closed) this.#options.report("warn", `${file.holding.fileName}: ${(error as Error).message}`);
    this.#fail(file, seen, "locked", note);
  }

  #fail(file: TrackedFile, seen: Look, state: FileState, note: string): void {
    const news = file.state !== state || file.note !== note;
    file.failed(seen, state, note, Date.now());
    // What is read directly has no last good version: its days are missing until the file is back.
    if (file.segment && !file.segment.immutable) file.segment = null;
    if (!news || this.#closed) return;
    const meanwhile = file.segment ? " The last good version answers." : "";
    this.#options.report(
      state === "absent" && !file.segment ? "info" : "warn",
      `${file.holding.fileName}: ${note}${meanwhile}`,
    );
  }

  /** One publication after the other, so that an older set of versions never replaces a newer one. */
  #publish(): Promise<void> {
    this.#publishing = this.#publishing.then(() => this.#publishNow());
    return this.#publishing;
  }

  async #publishNow(): Promise<void> {
    const files = [...this.#files.values()];
    const segments = files.flatMap((file) =>
      file.segment ? [{ ...file.segment, ownsFrom: file.holding.ownsFrom, ownsTo: file.holding.ownsTo }] : [],
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
    if (version === before?.version && sameFiles) return;
    try {
      await this.#place(segments);
    } catch (error) {
      // A source changed or broke in between; the next look deals with it, until then the snapshot before answers.
      this.suspect(null);
      this.#options.report("warn", `Misplaced rows could not be compared: ${(error as Error).message}`);
      return;
    }
    this.#snapshot = { serial: (before?.serial ?? 0) + 1, version, segments, missing };
  }

  async #place(segments: Segment[]): Promise<void> {
    const strays = segments.some(
      ({ facts, ownsFrom, ownsTo }) =>
        facts.firstDay !== null && (facts.firstDay < ownsFrom || (facts.lastDay as string) > ownsTo),
    );
    if (!strays) return;
    const placements = await this.#ask<Placement[]>(this.#keeper, "keeper.place", { segments }, promptTimeoutMs * 4);
    for (const [position, segment] of segments.entries()) Object.assign(segment, placements[position]);
  }

  async #ask<T>(keeper: WorkerProcess, task: string, args: unknown, timeoutMs: number): Promise<T> {
    const { payload } = await keeper.call(task, args, timeoutMs);
    return JSON.parse(Buffer.from(payload).toString()) as T;
  }

  #keep({ segment, holding, asOf, seen, mark }: TrackedFile, durable: boolean): void {
    if (!segment || asOf === null || seen === null || mark === null) return;
    const { name } = holding;
    const file = path.basename(segment.file);
    this.#mirrors.keep({ name, file, version: seen, mark, durable, asOf, facts: segment.facts });
  }
}
