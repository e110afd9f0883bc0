import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { HttpError } from "../http/errors.ts";
import type { Events, HubEvents } from "../observe/events.ts";
import type { Endpoints } from "./endpoint.ts";

/** Streams open at once: each holds a socket and some 10 KB. */
const maxStreams = 1000;
/** Proxies give a silent connection up after 30 s or more. */
const heartbeatMs = 10_000;

export interface EventServices {
  events: Events;
  /** What a new listener is told first. */
  present: () => { [Name in keyof HubEvents]: HubEvents[Name] };
}

/** GET /events: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function eventEndpoints(endpoints: Endpoints, { events, present }: EventServices): void {
  endpoints.add({
    method: "get",
    path: "/events",
    tag: "health",
    summary: "What is going on, as server-sent events",
    description:
      "`rollup` and `search`: how far the daily totals and the search index of each file are, sent at first and whenever that changed; `data`: the version of the data that answers, sent at first and whenever another one does; `jobs`: which jobs are running or paused and how far they are, sent at first and whenever that changed; `alerts`: how many alerts fire that nobody has acknowledged or snoozed, by severity, sent at first and whenever one begins, changes or ends; `quality`: how many findings in the data are open, by severity, and when the data were last looked through (ms since 1970), sent at first and whenever they were. A comment line comes every 10 s.",
    answer: { "text/event-stream": z.string() },
    handle: (c) => {
      if (events.streams >= maxStreams) {
        throw new HttpError(503, "Too many pages listen already. Try again in a moment.", { "Retry-After": "30" });
      }
      return streamSSE(c, async (stream) => {
        const send = (event: string, data: unknown): Promise<unknown> =>
          stream.writeSSE({ event, data: JSON.stringify(data) });
        const ended = new Promise<void>((resolve) => {
          stream.onAbort(resolve);
          // The hub outlives the stream: what listens to its end goes with the stream.
          events.ended.addEventListener("abort", () => resolve(), { once: true, signal: c.req.raw.signal });
          // A connection that was kept may ask once more while the hub ends.
          if (events.ended.aborted) resolve();
        });
        for (const [name, data] of Object.entries(present())) await send(name, data);
        const silence = events.stream((name, data) => void send(name, data));
        const heartbeat = setInterval(() => void stream.write(": heartbeat\n\n"), heartbeatMs);
        await ended;
        clearInterval(heartbeat);
        silence();
      });
    },
  });
}
