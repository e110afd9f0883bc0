/**
 * A rollover in a process of its own that can be killed: `bun test/faults/rollover.ts HOME TODAY [STEP]`.
 * It first finishes or undoes what an earlier one left, as the hub does at its start. It writes each step it enters to stdout; with STEP, a
 * number, it kills itself when it enters that one.
 */
import { resumeRollover, runRollover } from "../../src/operations/rollover.ts";
import { contextFor } from "../support/rollover.ts";

const [home = "", today = "", killAt] = process.argv.slice(2);
const context = contextFor(home);
let steps = 0;
let last = "";
context.progress = ({ phase }) => {
  if (phase === last) return;
  last = phase;
  steps += 1;
  if (killAt !== undefined && steps === Number(killAt)) process.kill(process.pid, "SIGKILL");
  process.stdout.write(`${phase}\n`);
};
await resumeRollover(context);
await runRollover(context, { today });
