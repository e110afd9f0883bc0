/**
 * The hub, whose measuring of itself SIGUSR2 turns off and on again: one process rather than two, because two of the same program differ by
 * some percent for other reasons, such as where the compiler put what.
 */
import { Monitor } from "../../src/monitoring/monitor.ts";
import { Performance } from "../../src/observe/performance.ts";
import { Tally, Timings } from "../../src/observe/tally.ts";
import { Traffic } from "../../src/observe/traffic.ts";

let measuring = true;
process.on("SIGUSR2", () => {
  measuring = !measuring;
});

/** Lets a method that returns nothing do nothing while nothing is measured. */
function switchable<Name extends string>(owner: Record<Name, (...given: never[]) => void>, name: Name): void {
  const real = owner[name] as (...given: unknown[]) => void;
  owner[name] = function (this: unknown, first: unknown, second: unknown, third: unknown): void {
    if (measuring) real.call(this, first, second, third);
  };
}

switchable(Performance.prototype, "record");
switchable(Tally.prototype, "add");
switchable(Timings.prototype, "note");
switchable(Traffic.prototype, "note");
switchable(Monitor.prototype, "look");

await import("../../src/main.ts");
