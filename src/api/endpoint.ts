import { zValidator } from "@hono/zod-validator";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { HubEnv } from "../http/env.ts";
import { validBody } from "./body.ts";
import { fromText, jsonTypes, type ParameterPlace, parameterError } from "./query.ts";
import type { Tag } from "./tags.ts";

/** One endpoint: what the document says of it and what validates its input are the same schemas. */
export interface Endpoint<Query extends z.ZodObject, Path extends z.ZodObject, Body extends z.ZodObject> {
  method: "get" | "post";
  /** Path as hono writes it, such as `/records/:item_code{.+}`. */
  path: string;
  summary: string;
  description?: string;
  tag: Tag;
  query?: Query;
  params?: Path;
  /** What is sent as JSON. */
  body?: Body;
  /** Bodies by their media types that `handle` reads by itself, where they are files. */
  accepts?: Record<string, z.ZodType>;
  /**
   * The answer's schema by media type. It describes and validates nothing, so large ones are `z.lazy` and made when the document is asked for:
   * all of them took 25 ms of every start.
   */
  answer: Record<string, z.ZodType>;
  /** Status of a successful answer, 200 unless told. */
  success?: 200 | 202;
  /** Refusals of its own, and when they come. */
  refusals?: Partial<Record<404 | 409, string>>;
  /** True when it may answer 503 because data files are not readable. */
  readsData?: boolean;
  /** True when it is for the administrator. */
  admin?: boolean;
  middleware?: MiddlewareHandler<HubEnv>[];
  handle: (
    c: Context<HubEnv>,
    input: z.output<Query> & z.output<Path> & z.output<Body>,
  ) => Response | Promise<Response>;
}

/** An endpoint as the OpenAPI document needs it, whatever its parameters. */
export type AnyEndpoint = Omit<Endpoint<z.ZodObject, z.ZodObject, z.ZodObject>, "handle">;

const nothing = z.object({});

/** Collects endpoints: mounts them on a router and remembers them for the OpenAPI document. */
export class Endpoints {
  readonly list: AnyEndpoint[] = [];
  readonly #router: Hono<HubEnv>;

  constructor(router: Hono<HubEnv>) {
    this.#router = router;
  }

  /** Mounts an endpoint; its input is validated before `handle` sees it. */
  add<
    Query extends z.ZodObject = typeof nothing,
    Path extends z.ZodObject = typeof nothing,
    Body extends z.ZodObject = typeof nothing,
  >(endpoint: Endpoint<Query, Path, Body>): void {
    this.list.push(endpoint as unknown as AnyEndpoint);
    const { query, params, body } = endpoint;
    const validators = [
      ...(query ? [tellIgnored(query), validator("query", query)] : []),
      ...(params ? [validator("param", params)] : []),
    ];
    this.#router.on(
      endpoint.method.toUpperCase(),
      [endpoint.path],
      ...(endpoint.middleware ?? []),
      ...validators,
      (c: Context<HubEnv>): Response | Promise<Response> => {
        const valid = (target: string): object => c.req.valid(target as never);
        const handle = (sent: object): Response | Promise<Response> => {
          const input = { ...(query && valid("query")), ...(params && valid("param")), ...sent };
          return endpoint.handle(c, input as z.output<Query> & z.output<Path> & z.output<Body>);
        };
        return body ? validBody(c, body).then(handle) : handle({});
      },
    );
  }
}

/** Names that a client is told at most, and how much of each. */
const mostIgnored = 10;
const ignoredLength = 50;

/**
 * Says in `X-Ignored-Parameters` which parameters an endpoint does not know. They are ignored (CONTRACT §2), and nothing else in the answer to
 * `?from=2026-01-01` would show that it is about all years.
 */
function tellIgnored(schema: z.ZodObject): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const ignored = c.req.url.includes("?")
      ? Object.keys(c.req.queries()).filter((name) => !Object.hasOwn(schema.shape, name))
      : [];
    if (ignored.length > 0) {
      const names = ignored.slice(0, mostIgnored).map((name) => name.slice(0, ignoredLength).toWellFormed());
      c.header("X-Ignored-Parameters", names.map(encodeURIComponent).join(", "));
    }
    await next();
  };
}

function validator(target: "query" | "param", schema: z.ZodObject): MiddlewareHandler<HubEnv> {
  const place: ParameterPlace = target === "param" ? "path" : "query";
  const types = jsonTypes(schema);
  return zValidator(target, fromText(schema, types), (result, c) => {
    if (result.success) return;
    const raw = target === "query" ? c.req.queries() : c.req.param();
    throw parameterError(result.error, { place, types, raw: raw as Record<string, string | string[]> });
  }) as unknown as MiddlewareHandler<HubEnv>;
}
