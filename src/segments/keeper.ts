import type { WorkerProcess } from "../workers/process.ts";

/** Has a keeper process carry out one of `keeperTasks`. Rejects with TaskError where the task threw, and with WorkerError. */
export async function askKeeper<T>(keeper: WorkerProcess, task: string, args: unknown, timeoutMs: number): Promise<T> {
  const { payload } = await keeper.call(task, args, timeoutMs);
  return JSON.parse(Buffer.from(payload).toString()) as T;
}
