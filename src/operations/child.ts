import { loadSettings } from "../config.ts";
import type { Progress } from "../observe/progress.ts";
import { endWithParent } from "../workers/orphan.ts";
import { operationFlag, ownCommand } from "../workers/process.ts";
import { type OperationContext, OperationError, type OperationLog } from "./operation.ts";

/** Operations by name, as the schedule and the command line know them. */
export type Operations = Record<string, (context: OperationContext, args: never) => unknown>;

interface Order {
  name: string;
  home: string;
  args: unknown;
}

type Line =
  | { progress: Progress }
  | { log: [level: keyof OperationLog, message: string] }
  | { result: unknown }
  | { error: { sentence: boolean; message: string } };

/**
 * Carries an operation out in a process of its own, so that the server's event loop stays free. Throws OperationError when the operation
 * says why it could not be done, Error when it broke. `log` and `progress` hear what it says meanwhile.
 */
export async function runInChild(
  order: Order,
  { log, progress }: Pick<OperationContext, "log" | "progress">,
): Promise<unknown> {
  const child = Bun.spawn(ownCommand(operationFlag), {
    stdin: Buffer.from(JSON.stringify(order)),
    stdout: "pipe",
    stderr: "inherit",
    windowsHide: true,
  });
  let rest = "";
  let ended: Extract<Line, { result: unknown }> | Extract<Line, { error: unknown }> | null = null;
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if ("progress" in line) progress(line.progress);
      else if ("log" in line) log[line.log[0]](line.log[1]);
      else ended = line;
    }
  }
  const code = await child.exited;
  if (ended === null)
    throw new Error(`The process of the operation '${order.name}' ended unexpectedly (code ${code}).`);
  if ("result" in ended) return ended.result;
  throw ended.error.sentence ? new OperationError(ended.error.message) : new Error(ended.error.message);
}

/** The process's side: reads the order, carries it out, writes what happens as JSON lines. */
export async function carryOutOrder(operations: Operations): Promise<void> {
  endWithParent();
  // Ctrl+C and service managers signal the whole group: a run that died before the hub would be remembered as failed, not as cut off.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const { name, home, args } = (await Bun.stdin.json()) as Order;
  const log: OperationLog = {
    info: (message) => say({ log: ["info", message] }),
    warn: (message) => say({ log: ["warn", message] }),
    error: (message) => say({ log: ["error", message] }),
  };
  try {
    const operation = operations[name];
    if (!operation) throw new Error(`There is no operation '${name}'.`);
    const settings = loadSettings({ home, env: process.env });
    const progress = (progress: Progress) => say({ progress });
    const result = await operation({ settings, log, progress, waitsForTurn: true }, args as never);
    say({ result: result ?? null });
  } catch (error) {
    const sentence = error instanceof OperationError;
    say({ error: { sentence, message: sentence ? error.message : String((error as Error).stack ?? error) } });
  }
}
