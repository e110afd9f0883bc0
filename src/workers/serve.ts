import { encodeFrame } from "./frames.ts";
import { endWithParent } from "./orphan.ts";

/** A task turns its arguments into a JSON text or anything that JSON.stringify takes; `report` tells the caller how far it is. */
export type Task = (args: never, report: (progress: unknown) => void) => unknown;

/** Result of a task that is JSON text already and travels as it stands. */
export class JsonText {
  readonly text: string;
  /** Rows in the result. */
  readonly rows: number;
  constructor(text: string, rows: number) {
    this.text = text;
    this.rows = rows;
  }
}

/** The worker's side: reads calls from stdin one after the other, writes frames to stdout, ends when the hub is gone. */
export async function serveTasks(tasks: Record<string, Task>): Promise<void> {
  endWithParent();
  const out = Bun.stdout.writer();
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of Bun.stdin.stream()) {
    rest += decoder.decode(chunk, { stream: true });
    for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n")) {
      const call = JSON.parse(rest.slice(0, at)) as { id: number; task: string; args: never };
      rest = rest.slice(at + 1);
      const report = (progress: unknown): void => {
        out.write(encodeFrame({ id: call.id, ok: true, progress: true }, Buffer.from(JSON.stringify(progress))));
        Promise.resolve(out.flush()).catch(() => {});
      };
      out.write(await carryOut(tasks, call, report));
      try {
        await out.flush();
      } catch {
        // The hub is gone, and nobody waits for the result.
        process.exit(0);
      }
    }
  }
  process.exit(0);
}

async function carryOut(
  tasks: Record<string, Task>,
  call: { id: number; task: string; args: never },
  report: (progress: unknown) => void,
): Promise<Uint8Array> {
  try {
    const task = tasks[call.task];
    if (!task) throw new Error(`There is no task '${call.task}'.`);
    const result = await task(call.args, report);
    if (result instanceof JsonText) {
      return encodeFrame({ id: call.id, ok: true, rows: result.rows }, Buffer.from(result.text));
    }
    return encodeFrame({ id: call.id, ok: true }, Buffer.from(JSON.stringify(result ?? null)));
  } catch (error) {
    const { name, message } = error as Error;
    const details = Object.fromEntries(Object.entries(error as object));
    return encodeFrame({ id: call.id, ok: false }, Buffer.from(JSON.stringify({ name, message, details })));
  }
}
