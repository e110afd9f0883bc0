import type { Hub } from "./hub.ts";

/** The series of one scrape, by name and labels as they are written, such as `hub_healthy` or `hub_segment_rows{segment="live"}`. */
export class Scrape {
  readonly text: string;
  readonly series: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.text = text;
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    this.series = new Map(
      lines.map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
  }

  /** Names that are declared, with their types. */
  get names(): ReadonlyMap<string, string> {
    return new Map([...this.text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  }

  /** The sum of all series of this name that have these labels; undefined where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const found = [...this.series].filter(([series]) => {
      const [, own, pairs = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(series)!;
      return own === name && wanted.every((pair) => pairs.split(",").includes(pair));
    });
    return found.length === 0 ? undefined : found.reduce((sum, [, value]) => sum + value, 0);
  }
}

/** What a hub's `/metrics` says now. */
export async function scrape(hub: Hub, init?: BunFetchRequestInit): Promise<Scrape> {
  const response = await hub.fetch("/metrics", init);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${await response.text()}`);
  return new Scrape(await response.text());
}
