import path from "node:path";
import type { Subprocess } from "bun";
import { FrameParser } from "./frames.ts";

/** Hidden first arguments that make the executable something other than a server: a worker, one export, one operation, the supervisor of a hub. */
export const workerFlag = "--worker";
export const exportFlag = "--export";
export const operationFlag = "--operation";
export const serviceFlag = "--service";

/** A worker process died, was killed, or did not answer in time. */
export class WorkerError extends Error {
  readonly kind: "timeout" | "died";
  constructor(kind: "timeout" | "died", message: string) {
    super(message);
    this.name = "WorkerError";
    this.kind = kind;
  }
}

/** An error that a task threw inside a worker, carried over with its name, code and details. */
export class TaskError extends Error {
  readonly details: Record<string, unknown>;
  constructor(name: string, message: string, details: Record<string, unknown>) {
    super(message);
    this.name = name;
    this.details = details;
  }
}

/** True when this program is the compiled executable rather than `bun src/main.ts`. */
export const isCompiled = /^(\/\$bunfs\/|[A-Z]:[/\\]~BUN[/\\])/.test(Bun.main);

/** The command that starts this same program again as a worker with the given arguments. */
export function ownCommand(...args: string[]): string[] {
  return isCompiled
    ? [process.execPath, ...args]
    : [process.execPath, path.resolve(import.meta.dir, "../main.ts"), ...args];
}

type HubChild = Subprocess<"pipe", "pipe", "inherit">;

/** The bytes of a task's JSON result, and how many rows it has where it has rows. */
export interface TaskResult {
  payload: Uint8Array;
  rows: number | undefined;
}

interface Pending {
  task: string;
  timeoutMs: number;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: unknown) => void) | undefined;
}

/**
 * One warm process of this same executable that carries out tasks one after the other.
 *
 * A process rather than a thread, because a running SQLite statement cannot be interrupted from JavaScript: terminating a Worker
 * leaves the query burning, while a process is killed within milliseconds. It is started by the first call and again after a death.
 */
export class WorkerProcess {
  readonly #restAfterMs: number;
  #restTimer: ReturnType<typeof setTimeout> | null = null;
  /** Runs for the call at the head of the queue alone: a call that waits behind a long one is not late. */
  #headTimer: ReturnType<typeof setTimeout> | null = null;
  #child: HubChild | null = null;
  #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed = false;
  /** What the process remembers from earlier calls, so that it is sent only when it changed; cleared when the process ends. */
  readonly remembered = new Map<string, unknown>();

  /** The process is ended after this time without work, and started again by the next call. */
  constructor(restAfterMs = 60_000) {
    this.#restAfterMs = restAfterMs;
  }

  /**
   * Carries out a task and returns its result. Rejects with WorkerError or TaskError. `onProgress` hears how far it is. `signal` ends the task
   * with its process, and so is only for a process that holds no other task; the promise then rejects with the signal's reason.
   */
  call(
    task: string,
    args: unknown,
    timeoutMs: number,
    { onProgress, signal }: { onProgress?: (progress: unknown) => void; signal?: AbortSignal | undefined } = {},
  ): Promise<TaskResult> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(new WorkerError("died", "The hub is shutting down."));
    const child = this.#ensure();
    const id = ++this.#lastId;
    if (this.#restTimer) clearTimeout(this.#restTimer);
    const result = new Promise<TaskResult>((resolve, reject) => {
      this.#pending.set(id, { task, timeoutMs, resolve, reject, onProgress });
      if (this.#pending.size === 1) this.#watchHead();
      send(child, `${JSON.stringify({ id, task, args })}\n`);
    });
    return signal ? this.#endedBy(signal, id, result) : result;
  }

  #endedBy(signal: AbortSignal, id: number, result: Promise<TaskResult>): Promise<TaskResult> {
    const end = (): void => {
      if (!this.#pending.has(id)) return;
      this.#settle(id)!.reject(signal.reason);
      this.#kill();
    };
    signal.addEventListener("abort", end, { once: true });
    return result.finally(() => signal.removeEventListener("abort", end));
  }

  /** True while a task is under way. */
  get busy(): boolean {
    return this.#pending.size > 0;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Ends the process at once; calls under way are rejected. */
  close(): void {
    this.#closed = true;
    this.#kill();
  }

  #ensure(): HubChild {
    if (this.#child) return this.#child;
    const child: HubChild = Bun.spawn(ownCommand(workerFlag), {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      windowsHide: true,
      onExit: (): void => this.#gone(child, "The worker process ended unexpectedly."),
    });
    this.#child = child;
    void this.#read(child);
    return child;
  }

  async #read(child: HubChild): Promise<void> {
    const parser = new FrameParser((header, payload) => {
      if (header.progress) {
        this.#pending.get(header.id)?.onProgress?.(JSON.parse(Buffer.from(payload).toString()));
        return;
      }
      const call = this.#settle(header.id);
      if (!call) return;
      if (header.ok) call.resolve({ payload, rows: header.rows });
      else {
        const error = JSON.parse(Buffer.from(payload).toString()) as {
          name: string;
          message: string;
          details: Record<string, unknown>;
        };
        call.reject(new TaskError(error.name, error.message, error.details));
      }
    });
    try {
      for await (const chunk of child.stdout) parser.push(chunk);
    } finally {
      this.#gone(child, "The worker process closed its output.");
    }
  }

  #settle(id: number): Pending | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#headTimer) clearTimeout(this.#headTimer);
    this.#headTimer = null;
    if (this.#pending.size > 0) this.#watchHead();
    else this.#restLater();
    return call;
  }

  #watchHead(): void {
    const [head] = this.#pending;
    if (!head) return;
    const [id, { task, timeoutMs }] = head;
    this.#headTimer = setTimeout(() => {
      this.#settle(id)?.reject(new WorkerError("timeout", `The task '${task}' took longer than ${timeoutMs} ms.`));
      this.#kill();
    }, timeoutMs);
  }

  #restLater(): void {
    if (this.#restTimer) clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      if (!this.busy) this.#kill();
    }, this.#restAfterMs);
    this.#restTimer.unref();
  }

  #kill(): void {
    const child = this.#child;
    if (!child) return;
    this.#gone(child, "The worker process was ended.");
    child.kill("SIGKILL");
  }

  #gone(child: HubChild, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.remembered.clear();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(new WorkerError("died", reason));
  }
}

/** Writes to a process that may be dying; its end is noticed where its output ends. */
function send(child: HubChild, line: string): void {
  try {
    child.stdin.write(line);
    Promise.resolve(child.stdin.flush()).catch(() => {});
  } catch {
    // The pipe is closed already; the call is rejected when the exit is reported.
  }
}
