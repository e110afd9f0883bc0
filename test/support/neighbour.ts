import type { NeighbourMode, NeighbourReport } from "../faults/neighbour.ts";
import { startScript } from "./processes.ts";

/** Starts a program that shares the file (test/faults/neighbour.ts) and resolves when it is at work; `stop` ends it and reports. */
export async function startNeighbour(
  file: string,
  mode: NeighbourMode,
): Promise<{ stop: () => Promise<NeighbourReport> }> {
  const child = startScript("neighbour.ts", file, mode);
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let said = "";
  const readUntil = async (lines: number): Promise<void> => {
    while (said.split("\n").length <= lines) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The neighbour ended with code ${await child.exited} after saying '${said}'.`);
      said += decoder.decode(value, { stream: true });
    }
  };
  await readUntil(1);
  return {
    async stop() {
      child.stdin.end();
      await readUntil(2);
      await child.exited;
      return JSON.parse(said.split("\n")[1]!) as NeighbourReport;
    },
  };
}
