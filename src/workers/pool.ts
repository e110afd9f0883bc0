import { WorkerProcess } from "./process.ts";

/** Every worker is busy and the queue is full. */
export class PoolBusyError extends Error {
  constructor() {
    super("The hub is busy with other long questions. Try again in a few seconds.");
    this.name = "PoolBusyError";
  }
}

interface Job {
  run: (worker: WorkerProcess) => Promise<void>;
}

/** What a pool may hold. */
interface PoolOptions {
  /** Jobs that a worker has at once: it carries out one and holds the others ready. */
  ahead?: number;
  /** Jobs that wait for a worker. */
  maxQueue?: number;
}

/**
 * A fixed number of worker processes that share one queue, first come first served.
 * Processes are started when there is work for them and ended after a minute without any.
 */
export class WorkerPool {
  readonly #workers: WorkerProcess[];
  /** One entry for each job that a worker can take. */
  readonly #idle: WorkerProcess[];
  readonly #queue: Job[] = [];
  readonly #maxQueue: number;

  constructor(size: number, { ahead = 1, maxQueue = 500 }: PoolOptions = {}) {
    this.#workers = Array.from({ length: size }, () => new WorkerProcess());
    this.#idle = Array.from({ length: size * ahead }, (_, at) => this.#workers[at % size]!);
    this.#maxQueue = maxQueue;
  }

  /**
   * Lends a worker to `use` as soon as one is free. Rejects with PoolBusyError when the queue is full. `signal` takes a job out of the queue; what
   * is under way goes on, unless `use` ends it too. The promise rejects with the signal's reason at once.
   */
  with<T>(use: (worker: WorkerProcess) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#idle.length === 0 && this.#queue.length >= this.#maxQueue) return Promise.reject(new PoolBusyError());
    return new Promise<T>((resolve, reject) => {
      const job: Job = { run: (worker) => use(worker).then(resolve, reject).finally(forget) };
      const end = (): void => {
        const at = this.#queue.indexOf(job);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(signal?.reason);
      };
      const forget = (): void => signal?.removeEventListener("abort", end);
      signal?.addEventListener("abort", end, { once: true });
      this.#queue.push(job);
      this.#next();
    });
  }

  /** Jobs that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Process ids of the workers that are running. */
  get pids(): number[] {
    return this.#workers.flatMap((worker) => worker.pid ?? []);
  }

  close(): void {
    for (const worker of this.#workers) worker.close();
  }

  #next(): void {
    // The most recently used worker first: its caches are warm and the others may stay asleep.
    const worker = this.#idle.pop();
    if (!worker) return;
    const job = this.#queue.shift();
    if (!job) {
      this.#idle.push(worker);
      return;
    }
    void job.run(worker).finally(() => {
      this.#idle.push(worker);
      this.#next();
    });
  }
}
