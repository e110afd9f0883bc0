import type { MiddlewareHandler } from "hono";
import type { Log, PlainText } from "../observe/log.ts";
import { pathOf } from "./answer-cache.ts";
import type { HubEnv } from "./env.ts";
import { routeOf } from "./route.ts";

/** Longest address that a log line repeats. */
const maxTarget = 500;

/** Path and query of a URL as people read them; the log escapes control characters and masks secrets. */
export function readableTarget(url: string): string {
  const target = pathOf(url);
  const short = target.length > maxTarget ? `${target.slice(0, maxTarget)}…` : target;
  if (!short.includes("%") && !short.includes("+")) return short;
  try {
    return decodeURIComponent(short.replaceAll("+", " "));
  } catch {
    return short;
  }
}

/** The access line of one request. What is put to the target is plain by itself: a known method, numbers, and an address. */
export function accessLine(method: string, target: PlainText, status: number, ms: number, client: string): PlainText {
  // In whole tenths, because toFixed alone would cost as much as the rest of the line.
  const tenths = Math.round(ms * 10);
  return `${method} ${target} ${status} ${Math.trunc(tenths / 10)}.${tenths % 10}ms ${client}` as PlainText;
}

/** Measures every request, writes its access line, and hands what it came to, and what a handler measured, on to the metrics. */
export function requestLog(
  log: Log,
  record: (name: string, ms: number, facts: { hit: boolean; rows: number }) => void,
  note: (route: string, status: number, ms: number) => void,
): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    const measured = c.get("measured");
    if (measured) record(measured.name, ms, measured);
    note(routeOf(c), c.res.status, ms);
    const target = log.plain(readableTarget(c.req.url));
    log.access(accessLine(c.req.method, target, c.res.status, ms, c.env.client), c.get("requestId"));
  };
}
