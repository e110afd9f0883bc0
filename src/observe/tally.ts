import { type Latency, LatencyCounter } from "./latency.ts";

/**
 * Counts since the start by labels of a finite number of values, never by text of a client. Some 0.2 µs a count: for what happens a few times a
 * second; requests have `Traffic`.
 */
export class Tally<Label extends string> {
  readonly #counts = new Map<string, { labels: Record<Label, string>; count: number }>();

  add(labels: Record<Label, string>, by = 1): void {
    entry(this.#counts, labels, () => ({ labels, count: 0 })).count += by;
  }

  /** What was counted, in the order in which the labels first occurred. */
  read(): { labels: Record<Label, string>; count: number }[] {
    return [...this.#counts.values()].map((counted) => ({ ...counted }));
  }
}

/** Times since the start by labels, as `Tally` has them. */
export class Timings<Label extends string> {
  readonly #times = new Map<string, { labels: Record<Label, string>; counter: LatencyCounter }>();

  note(labels: Record<Label, string>, ms: number): void {
    entry(this.#times, labels, () => ({ labels, counter: new LatencyCounter() })).counter.note(ms);
  }

  /** What was noted, in the order in which the labels first occurred. */
  read(): { labels: Record<Label, string>; latency: Latency }[] {
    return [...this.#times.values()].map(({ labels, counter }) => ({ labels, latency: counter.read() }));
  }
}

function entry<Value>(map: Map<string, Value>, labels: Record<string, string>, make: () => Value): Value {
  const key = Object.values(labels).join("\n");
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
