import type { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { McpServices } from "../chat/mcp/answer.ts";
import { isForeign } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { requireJson } from "./body.ts";

export interface McpRouteServices extends McpServices {
  /** Hears of each message, by its method. */
  onMessage: (method: string) => void;
  /** Origins whose pages may ask, or `*`. */
  corsOrigins: readonly string[];
}

/** What clients ask, but for what nobody has heard of: a label of the metrics. */
const methods = new Set([
  ...["initialize", "notifications/initialized", "notifications/cancelled", "ping", "server/discover"],
  ...["subscriptions/listen", "tools/list", "tools/call", "resources/list", "prompts/list"],
]);

/** JSON-RPC's answers to what is no message (https://www.jsonrpc.org/specification#error_object). */
const faults = {
  parse: { code: -32700, message: "The body is no JSON." },
  batch: { code: -32600, message: "Send one message with each request; batches are not answered." },
};

/**
 * POST /mcp: the chat's tools over the Model Context Protocol, streamable HTTP without sessions, so that there is nothing to GET or DELETE.
 * The official SDK is loaded with the first message, because it takes longer than the hub may take to start.
 */
export function mcpRoutes(api: Hono<HubEnv>, { corsOrigins, onMessage, ...services }: McpRouteServices): void {
  api.post("/mcp", async (c) => {
    refuseForeign(c.req.header("Origin"), c.req.url, corsOrigins);
    requireJson(c);
    c.header("Cache-Control", "no-store");
    const message = parsed(await c.req.text());
    if ("fault" in message) return c.json({ jsonrpc: "2.0", id: null, error: message.fault }, 400);
    onMessage(methodOf(message.body));
    const { answerMcp } = await import("../chat/mcp/answer.ts");
    const requestId = c.get("requestId");
    const answer = await answerMcp(services, { request: c.req.raw, body: message.body, requestId });
    const text = await answer.text();
    c.set("measured", { name: "mcp", rows: 0, hit: false });
    if (text === "") return c.body(null, answer.status as ContentfulStatusCode);
    c.header("Content-Length", String(Buffer.byteLength(text)));
    c.header("Content-Type", "application/json; charset=utf-8");
    return c.body(text, answer.status as ContentfulStatusCode);
  });
}

/**
 * Refuses pages of other sites, as the protocol demands, also of one that took this machine's address for its name (DNS rebinding). Programs
 * send no Origin.
 */
function refuseForeign(origin: string | undefined, url: string, corsOrigins: readonly string[]): void {
  const listed = origin !== undefined && (corsOrigins.includes(origin) || corsOrigins.includes("*"));
  if (!listed && isForeign(origin, url)) {
    throw new HttpError(403, "This is not allowed from a page of another site. CORS_ORIGINS names those that may.");
  }
}

/** The method of a message, as a label. */
function methodOf(body: unknown): string {
  const method = typeof body === "object" && body !== null && "method" in body ? String(body.method) : "";
  return methods.has(method) ? method : "other";
}

function parsed(text: string): { body: unknown } | { fault: { code: number; message: string } } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { fault: faults.parse };
  }
  // A batch would be one request to the rate limit, and any number of calls.
  return Array.isArray(body) ? { fault: faults.batch } : { body };
}
