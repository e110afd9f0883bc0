import path from "node:path";
import { WorkerProcess } from "../workers/process.ts";
import type { Lack } from "./heal-tasks.ts";

const lookTimeoutMs = 30_000;
/** How long the process is kept for the next file. */
const restMs = 5_000;
/** When a file that could not be looked at is tried again, ms. */
const retryMs = 30_000;

interface Known {
  version: string;
  missing: string[] | null;
  retryAt: number;
}

/**
 * Which required indexes the ERP's own files lack. The hub's mirrors have them all, so it is looked up in the files themselves, by a process
 * of its own (a file may be locked, or its disk hang), whenever somebody asks about another version of one.
 */
export class IndexLookup {
  readonly #databaseDir: string;
  readonly #onChange: () => void;
  readonly #worker = new WorkerProcess(restMs);
  readonly #known = new Map<string, Known>();
  readonly #looking = new Set<string>();

  /** `onChange` hears when something else is known. */
  constructor(databaseDir: string, onChange: () => void) {
    this.#databaseDir = databaseDir;
    this.#onChange = onChange;
  }

  /** Names of the indexes that a file in this version lacks, as they were known last; null while they never were. Never waits. */
  missing(fileName: string, version: string): string[] | null {
    const known = this.#known.get(fileName);
    if (known?.version !== version || Date.now() >= known.retryAt) void this.#look(fileName, version);
    return known?.missing ?? null;
  }

  close(): void {
    this.#worker.close();
  }

  async #look(fileName: string, version: string): Promise<void> {
    if (this.#looking.has(fileName)) return;
    this.#looking.add(fileName);
    const before = this.#known.get(fileName)?.missing ?? null;
    try {
      const file = path.join(this.#databaseDir, fileName);
      const { payload } = await this.#worker.call("heal.look", { file }, lookTimeoutMs);
      const { missing } = JSON.parse(Buffer.from(payload).toString()) as Lack;
      this.#known.set(fileName, { version, missing, retryAt: Number.POSITIVE_INFINITY });
    } catch {
      // Locked, broken or gone: the state of the file says so.
      this.#known.set(fileName, { version, missing: before, retryAt: Date.now() + retryMs });
    } finally {
      this.#looking.delete(fileName);
    }
    if (!Bun.deepEquals(before, this.#known.get(fileName)?.missing)) this.#onChange();
  }
}
