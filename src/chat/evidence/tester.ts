import type { Claim } from "./claim.ts";
import type { Pools } from "./pools.ts";

/** Compares values with the number of a claim. */
export interface Tester {
  /** Whether the number is this value. */
  own: (value: number) => boolean;
  /** Whether it is this change, said with a sign, with words, or with neither. */
  change: (value: number) => boolean;
  pool: (pool: Pools["own"]) => boolean;
  changePool: (pool: Pools["own"]) => boolean;
}

export function tester({ bounds: { low, high }, number: { sign }, direction, says }: Claim): Tester {
  const side = sign === 0 ? direction : sign;
  const within = (value: number): boolean => value >= low && value <= high;
  return {
    own: (value) => within(sign === -1 ? -value : value),
    change: (value) => says.change && (side === 0 ? within(Math.abs(value)) : within(side * value)),
    pool: (pool) => (sign === -1 ? pool.has(-high, -low) : pool.has(low, high)),
    changePool: (pool) => says.change && ((side >= 0 && pool.has(low, high)) || (side <= 0 && pool.has(-high, -low))),
  };
}

/** Whether a number is the sum of the first two values or more. */
export function runningSums(values: readonly number[], test: Tester): boolean {
  let running = 0;
  return values.some((value, at) => {
    running += value;
    return at > 0 && test.own(running);
  });
}
