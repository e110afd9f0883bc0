import { type Metric, Registry } from "prom-client";
import { type Latency, latencyBounds } from "../../observe/latency.ts";
import type { Family, Labels } from "./family.ts";

/** Bounds that Prometheus is given, ms: of those that are counted in, as many as a heat map shows. Each is a series for every route. */
const bounds: readonly number[] = [
  ...[0.1, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000],
];

/** The text that Prometheus reads, with its content type. A registry for each scrape, because the values are those of the moment. */
export async function render(families: readonly Family[]): Promise<{ text: string; contentType: string }> {
  const registry = new Registry();
  for (const family of families) registry.registerMetric(new ReadMetric(family) as unknown as Metric);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

/**
 * A metric that was counted elsewhere, as the registry asks for it. Not the library's own: its histogram takes 1 µs for each time that it is told,
 * and a gauge of which nothing is known says 0.
 */
class ReadMetric {
  readonly name: string;
  readonly #family: Family;

  constructor(family: Family) {
    this.name = family.name;
    this.#family = family;
  }

  /** What the registry asks of its metrics. */
  async get(): Promise<object> {
    const { name, help, type } = this.#family;
    return { name, help, type, values: valuesOf(this.#family) };
  }
}

function valuesOf(family: Family): object[] {
  if (family.type !== "histogram") return family.samples;
  return family.series.flatMap(({ labels = {}, latency }) => samplesOf(family.name, labels, latency));
}

function samplesOf(name: string, labels: Labels, { counts, count, sumMs }: Latency): object[] {
  const samples: object[] = [];
  let within = 0;
  let bucket = 0;
  for (const bound of bounds) {
    for (; latencyBounds[bucket]! <= bound; bucket++) within += counts[bucket]!;
    samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: bound / 1000 }, value: within });
  }
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: count });
  samples.push({ metricName: `${name}_sum`, labels, value: sumMs / 1000 });
  samples.push({ metricName: `${name}_count`, labels, value: count });
  return samples;
}
