import type { ModelTrouble } from "./model.ts";

/** How asking a model went wrong. */
export type FailureKind = keyof typeof policies;

/** What is done about a failure. */
interface Policy {
  /** What it is for whoever asked. */
  trouble: ModelTrouble;
  /** How often the same model is asked at the most. */
  tries: number;
  /** Whether another model may do better. */
  standIn: boolean;
  /** How long the model is then not asked again, ms; 0: it is asked by the next question. */
  restMs: number;
}

const halfMinute = 30_000;
const tenMinutes = 600_000;

/**
 * A service that has troubles is left alone for half a minute, so that not every question waits for the same tries in vain. A quota
 * that is used up, a refused key and a missing model stay so until somebody changes something: ten minutes of answers without a wait, and
 * still nobody has to restart the hub after a new key or a larger quota.
 */
export const policies = {
  /** The quota of the day is used up; each model has one of its own. */
  dayQuota: { trouble: "quota", tries: 1, standIn: true, restMs: tenMinutes },
  /** The quota of the minute, or a capacity that all share. */
  minuteQuota: { trouble: "quota", tries: 3, standIn: true, restMs: halfMinute },
  /** The service failed. */
  service: { trouble: "unstable", tries: 3, standIn: true, restMs: halfMinute },
  /** An answer that broke off, or cannot be read. */
  broken: { trouble: "unstable", tries: 3, standIn: true, restMs: halfMinute },
  /** Nothing came for too long. */
  silence: { trouble: "unstable", tries: 1, standIn: true, restMs: halfMinute },
  /** The connection is refused or breaks; the other model is behind the same one. */
  unreachable: { trouble: "unstable", tries: 3, standIn: false, restMs: halfMinute },
  /** The connection lets nothing through at all, as a firewall has it that drops what it does not like. */
  noConnection: { trouble: "unstable", tries: 1, standIn: false, restMs: halfMinute },
  noSuchModel: { trouble: "refused", tries: 1, standIn: true, restMs: tenMinutes },
  key: { trouble: "key", tries: 1, standIn: false, restMs: tenMinutes },
  /** The thought signatures of another model are not accepted; asked once more without them. */
  signature: { trouble: "refused", tries: 2, standIn: false, restMs: 0 },
  refused: { trouble: "refused", tries: 1, standIn: false, restMs: 0 },
  blocked: { trouble: "declined", tries: 1, standIn: false, restMs: 0 },
  empty: { trouble: "declined", tries: 2, standIn: false, restMs: 0 },
  /** A call of a tool that the model did not get right. */
  malformed: { trouble: "declined", tries: 2, standIn: false, restMs: 0 },
} as const satisfies Record<string, Policy>;

/** A model was asked in vain. */
export interface Failure {
  kind: FailureKind;
  /** For the log. */
  message: string;
  /** When the service says one may come back, ms. */
  retryAfterMs?: number | undefined;
}

/** What the SDK's error means. `begun`: the service had begun to answer. */
export function failureOf(error: unknown, begun: boolean): Failure {
  const { status, code, message = String(error) } = error as { status?: unknown; code?: unknown; message?: string };
  if (typeof status === "number") return failureOfStatus(status, message);
  // Network errors of fetch carry a code, such as ECONNREFUSED; anything else without an answer is a fault on this side.
  const kind = begun ? "broken" : typeof code === "string" ? "unreachable" : "refused";
  return { kind, message };
}

function failureOfStatus(status: number, text: string): Failure {
  const { message, reasons, quotaIds, retryAfterMs } = readError(text);
  const failure = (kind: FailureKind): Failure => ({ kind, message: `${status} ${message}`, retryAfterMs });
  if (status === 429) return failure(quotaIds.some((id) => /PerDay/i.test(id)) ? "dayQuota" : "minuteQuota");
  if (status === 401 || status === 403 || reasons.some((reason) => reason.startsWith("API_KEY_")))
    return failure("key");
  if (status === 404) return failure("noSuchModel");
  if (status === 408 || status >= 500) return failure("service");
  return failure(/thought.?signature/i.test(message) ? "signature" : "refused");
}

interface ErrorBody {
  error?: { message?: string; details?: Detail[] };
}

/** `google.rpc.ErrorInfo`, `QuotaFailure` and `RetryInfo` (https://google.aip.dev/193), as far as they are used here. */
interface Detail {
  reason?: string;
  violations?: { quotaId?: string }[];
  retryDelay?: string;
}

/** Reads the body of an error out of the SDK's message, which is JSON, sometimes after `got status: …`. */
function readError(text: string): { message: string; reasons: string[]; quotaIds: string[]; retryAfterMs?: number } {
  const body = parsed(text.slice(Math.max(0, text.search(/[[{]/))));
  // What comes without a JSON content type is wrapped once more, as a text.
  const { message = text, details = [] } = parsed(body?.error?.message ?? "")?.error ?? body?.error ?? {};
  const delay = details.map(({ retryDelay }) => Number.parseFloat(retryDelay ?? "")).find(Number.isFinite);
  return {
    message,
    reasons: details.flatMap(({ reason }) => reason ?? []),
    quotaIds: details.flatMap(({ violations = [] }) => violations.flatMap(({ quotaId }) => quotaId ?? [])),
    ...(delay === undefined ? {} : { retryAfterMs: delay * 1000 }),
  };
}

function parsed(text: string): ErrorBody | null {
  try {
    const body = JSON.parse(text) as ErrorBody | ErrorBody[] | null;
    return (Array.isArray(body) ? body[0] : body) ?? null;
  } catch {
    return null;
  }
}
