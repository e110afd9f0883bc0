import type { ErpCommand, ErpReport, WriteKind } from "../faults/erp.ts";
import type { JournalMode } from "./files.ts";
import { startScript } from "./processes.ts";

/** A second process that writes the database file, as the ERP does (test/faults/erp.ts). */
export interface Erp {
  /** Writes a version and resolves when it is committed. */
  write(how: WriteKind, version: number): Promise<void>;
  /** Writes versions from 2 on for `seconds`, each in one of the ways of `kinds`, and resolves to what happened. */
  storm(seconds: number, kinds: readonly WriteKind[], seed: number): Promise<ErpReport>;
  /** Takes the exclusive lock and holds it until `unlock`. */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** Is killed in the middle of the transaction that writes a version. */
  die(version: number): Promise<void>;
  /** Closes the file and ends the process. */
  stop(): Promise<void>;
}

/** Starts an ERP on the file at `path`. Its calls reject with the ERP's error when SQLite refuses a statement. */
export function startErp(path: string, journal: JournalMode): Erp {
  const child = startScript("erp.ts", path, journal);
  const lines = linesOf(child.stdout);
  const ask = async (command: ErpCommand): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    child.stdin.flush();
    const { value, done } = await lines.next();
    if (done) throw new Error(`The ERP ended with code ${await child.exited} instead of answering.`);
    const answer = JSON.parse(value) as { error?: string };
    if (answer.error) throw new Error(`The ERP could not ${command.do}: ${answer.error}`);
    return answer;
  };
  return {
    async write(how, version) {
      await ask({ do: "write", how, version });
    },
    async storm(seconds, kinds, seed) {
      return (await ask({ do: "storm", seconds, kinds, seed })) as ErpReport;
    },
    async lock() {
      await ask({ do: "lock" });
    },
    async unlock() {
      await ask({ do: "unlock" });
    },
    async die(version) {
      child.stdin.write(`${JSON.stringify({ do: "die", version } satisfies ErpCommand)}\n`);
      child.stdin.flush();
      await child.exited;
    },
    async stop() {
      child.stdin.end();
      await child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}
