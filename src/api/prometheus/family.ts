import type { Latency } from "../../observe/latency.ts";

/** Values of labels; each has a finite number of them, and none is text of a client. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels?: Labels;
  value: number;
}

/** One metric with all its series, as it stands now (https://prometheus.io/docs/practices/naming/). */
export type Family = { name: string; help: string } & (
  | { type: "gauge" | "counter"; samples: Sample[] }
  | { type: "histogram"; series: { labels?: Labels; latency: Latency }[] }
);

/** A number that goes up and down; what is not known now (null) has no sample. */
export function gauge(name: string, help: string, samples: number | null | readonly PossibleSample[]): Family {
  return { name, help, type: "gauge", samples: known(samples) };
}

/** A number that only grows, until the hub starts again. */
export function counter(name: string, help: string, samples: number | readonly PossibleSample[]): Family {
  return { name, help, type: "counter", samples: known(samples) };
}

/** Times, in seconds. */
export function histogram(name: string, help: string, series: { labels?: Labels; latency: Latency }[]): Family {
  return { name, help, type: "histogram", series };
}

/** A sample whose value may not be known now. */
interface PossibleSample {
  labels?: Labels;
  value: number | null;
}

function known(samples: number | null | readonly PossibleSample[]): Sample[] {
  const list = typeof samples === "object" && samples !== null ? samples : [{ value: samples }];
  return list.flatMap(({ value, ...rest }) => (value === null ? [] : [{ ...rest, value }]));
}

/** 1 for true, as Prometheus has it. */
export const flag = (is: boolean): number => (is ? 1 : 0);

/** One sample for each state that something may be in, 1 for the one that it is in. */
export function states<State extends string>(labels: Labels, all: readonly State[], present: State): Sample[] {
  return all.map((state) => ({ labels: { ...labels, state }, value: flag(state === present) }));
}
