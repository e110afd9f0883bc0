import type { Progress } from "./progress.ts";

/** What is told to whoever listens: pages that show it at once, by the name of the event. */
export interface HubEvents {
  /** How far the daily totals are, segment by segment. */
  rollup: unknown;
  /** The version of the data that answers now, and when the newest of its files was written (ISO 8601); null before there are any. */
  data: { version: string | null; as_of: string | null };
  /** How far the search indexes are. */
  search: unknown;
  /** How many alerts fire that nobody has acknowledged or snoozed, by severity. */
  alerts: Readonly<Record<"critical" | "warning" | "info", number>>;
  /** How many findings in the data somebody should look at, by severity, and when they were last looked for (ms since 1970). */
  quality: { open: Readonly<Record<"warning" | "info", number>>; checked_at: number | null };
  /** Which jobs are running or paused, and how far they are. */
  jobs: { name: string; running: boolean; paused: boolean; progress: Progress | null }[];
}

type Listener = <Name extends keyof HubEvents>(name: Name, data: HubEvents[Name]) => void;

/** Passes events on to their listeners, within this process and without keeping any. */
export class Events {
  readonly #listeners = new Set<Listener>();
  readonly #streams = new Set<Listener>();
  readonly #end = new AbortController();

  /** Streams to browsers and programs that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Aborts when no more events will come, so that open streams do not hold the hub up when it stops. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Tells every listener. */
  emit<Name extends keyof HubEvents>(name: Name, data: HubEvents[Name]): void {
    for (const listener of this.#listeners) listener(name, data);
  }

  /** Listens until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same for a stream out of the hub, which is counted. */
  stream(listener: Listener): () => void {
    this.#streams.add(listener);
    const silence = this.listen(listener);
    return () => {
      this.#streams.delete(listener);
      silence();
    };
  }

  end(): void {
    this.#end.abort();
  }
}
