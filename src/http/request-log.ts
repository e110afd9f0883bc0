import type { MiddlewareHandler } from "hono";
import type { Log } from "../observe/log.ts";
import type { HubEnv } from "./env.ts";

/** Longest address that a log line repeats. */
const maxTarget = 500;

/** Path and query of a URL as people read them; the log escapes control characters and masks secrets. */
export function readableTarget(url: string): string {
  const target = url.slice(url.indexOf("/", 8));
  const short = target.length > maxTarget ? `${target.slice(0, maxTarget)}…` : target;
  if (!short.includes("%") && !short.includes("+")) return short;
  try {
    return decodeURIComponent(short.replaceAll("+", " "));
  } catch {
    return short;
  }
}

/** The access line of one request. */
export function accessLine(method: string, url: string, status: number, ms: number, client: string): string {
  return `${method} ${readableTarget(url)} ${status} ${ms.toFixed(1)}ms ${client}`;
}

/** Measures every request, writes its access line, and hands what a handler measured on to the metrics. */
export function requestLog(
  log: Log,
  record: (name: string, ms: number, facts: { hit: boolean; rows: number }) => void,
): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    const measured = c.get("measured");
    if (measured) record(measured.name, ms, measured);
    log.info("access", accessLine(c.req.method, c.req.url, c.res.status, ms, c.env.client), c.get("requestId"));
  };
}
