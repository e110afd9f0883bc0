import type { Context } from "hono";
import type { z } from "zod";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { parameterError } from "./query.ts";

/** The request's JSON body after validation. Throws HttpError 415 for another media type, and 422 for what breaks a rule. */
export async function validBody<Schema extends z.ZodObject>(
  c: Context<HubEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  requireJson(c);
  const sent = parsed(await c.req.text());
  const read = schema.safeParse(sent);
  if (read.success) return read.data;
  throw parameterError(read.error, { place: "body", types: {}, raw: sent });
}

/**
 * Throws HttpError 415 for a body of another media type, which is also what keeps pages of other sites from sending one unasked: JSON takes a
 * preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
export function requireJson(c: Context<HubEnv>): void {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(c.req.header("Content-Type") ?? "")) {
    throw new HttpError(415, "The body must be sent as JSON, with the header Content-Type: application/json.");
  }
}

function parsed(text: string): Record<string, unknown> {
  const refused = (type: string, msg: string) => new HttpError(422, [{ type, loc: ["body"], msg, input: null }]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("json_invalid", "JSON decode error");
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused("model_attributes_type", "Input should be a valid dictionary or object to extract fields from");
}
