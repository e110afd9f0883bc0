import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/**
 * Answers with JSON whose length is known: hono's compress() leaves small answers alone only when they say how long they are, and
 * HEAD tells what GET would send.
 */
export function sendJson(c: Context, value: unknown, status: ContentfulStatusCode = 200): Response {
  const text = JSON.stringify(value);
  c.header("Content-Type", "application/json; charset=utf-8");
  c.header("Content-Length", String(Buffer.byteLength(text)));
  return c.body(text, status);
}
