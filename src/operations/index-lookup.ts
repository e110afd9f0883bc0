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
  readonly #worker = new WorkerProcess(restMs);
  readonly #known = new Map<string, Known>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(databaseDir: string) {
    this.#databaseDir = databaseDir;
  }

  /** Names of the indexes that a file in this version lacks, or, after `patienceMs`, that it was known to lack last; null while that was never known. */
  async missing(fileName: string, version: string, patienceMs: number): Promise<string[] | null> {
    const known = this.#known.get(fileName);
    if (known?.version !== version || performance.now() >= known.retryAt) {
      await Promise.race([this.#lookOnce(fileName, version), Bun.sleep(patienceMs)]);
    }
    return this.#known.get(fileName)?.missing ?? null;
  }

  close(): void {
    this.#worker.close();
  }

  #lookOnce(fileName: string, version: string): Promise<void> {
    const under = this.#looking.get(fileName);
    if (under) return under;
    const looking = this.#look(fileName, version).finally(() => this.#looking.delete(fileName));
    this.#looking.set(fileName, looking);
    return looking;
  }

  async #look(fileName: string, version: string): Promise<void> {
    try {
      const file = path.join(this.#databaseDir, fileName);
      const { payload } = await this.#worker.call("heal.look", { file }, lookTimeoutMs);
      const { missing } = JSON.parse(Buffer.from(payload).toString()) as Lack;
      this.#known.set(fileName, { version, missing, retryAt: Number.POSITIVE_INFINITY });
    } catch {
      // Locked, broken or gone: the state of the file says so.
      const missing = this.#known.get(fileName)?.missing ?? null;
      this.#known.set(fileName, { version, missing, retryAt: performance.now() + retryMs });
    }
  }
}
