import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { HubEnv } from "./env.ts";
import { sendJson } from "./json.ts";

/** One broken parameter rule, in the shape the earlier service (FastAPI) answered with. */
export interface ParameterFault {
  type: string;
  loc: (string | number)[];
  msg: string;
  input: unknown;
}

/** An error of the chat, which programs tell by its code. */
export interface CodedDetail {
  code: string;
  message: string;
}

/** An error that a client is told about as it stands. */
export class HttpError extends Error {
  readonly status: ContentfulStatusCode;
  readonly detail: Detail;
  readonly headers: Record<string, string>;
  constructor(status: ContentfulStatusCode, detail: Detail, headers: Record<string, string> = {}) {
    super(inWords(detail));
    this.name = "HttpError";
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

type Detail = string | ParameterFault[] | CodedDetail;

function inWords(detail: Detail): string {
  if (typeof detail === "string") return detail;
  return Array.isArray(detail) ? detail.map((fault) => fault.msg).join("; ") : detail.message;
}

/** Seconds after which it is worth asking again, by the name of the error that said "not now". */
const retryAfterSec: Record<string, string> = { UnavailableError: "5", PoolBusyError: "5", TooSlowError: "60" };

/** Turns an error into the answer's shape; what is not expected becomes a 500 that says nothing of the inside. */
export function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof HTTPException) return new HttpError(error.status as ContentfulStatusCode, error.message);
  const { name, message } = error as Error;
  const retry = retryAfterSec[name];
  if (retry) return new HttpError(503, message, { "Retry-After": retry });
  return new HttpError(500, "Internal server error. The log has the details under this request id.");
}

/** Renders an error; the headers set so far (request id, CORS, limits) stay. */
export function errorResponse(c: Context<HubEnv>, { status, detail, headers }: HttpError): Response {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  c.header("Cache-Control", "no-store");
  return sendJson(c, { detail, request_id: c.get("requestId") }, status);
}

/** The one place where errors become answers. `report` hears of the unexpected ones, which a client that goes away before all of its body is there is none of. */
export function errorHandler(report: (error: Error, requestId: string) => void): ErrorHandler<HubEnv> {
  return (error, c) => {
    const isGone = error.name === "AbortError" && c.req.raw.signal.aborted;
    const known = isGone ? new HttpError(400, "The request ended before it was complete.") : asHttpError(error);
    if (known.status === 500) report(error, c.get("requestId"));
    return errorResponse(c, known);
  };
}

export const notFound: NotFoundHandler<HubEnv> = (c) => errorResponse(c, new HttpError(404, "Not Found"));
