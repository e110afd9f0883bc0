import type { Outcome } from "./channel.ts";
import type { Reason } from "./reasons.ts";

/** How long an answer may take, ms. */
const answerTimeoutMs = 15_000;
/** Bytes of an answer that are looked at for what it says. */
const mostAnswerBytes = 2_000;

/**
 * Posts JSON once and says what the answer means for the delivery: any 2xx is a delivery; 408, 425, 429, 5xx and no answer at all may be tried again; the
 * rest never works. A redirect is not followed, because it could lead secrets and messages elsewhere.
 */
export async function postJson(
  url: string,
  { body, headers = {}, signal }: { body: string; headers?: Record<string, string>; signal: AbortSignal },
): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", "user-agent": "production-data-hub", ...headers },
      body,
      redirect: "manual",
      // On a connection kept from the try before, a request may be lost without a word.
      keepalive: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
  } catch (error) {
    return { state: "retry", reason: connectionReason(error) };
  }
  const { status } = response;
  if (status >= 200 && status < 300) {
    response.body?.cancel().catch(() => {});
    return { state: "delivered" };
  }
  // An error page is for browsers.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  const said = isPage ? "" : (await beginningOf(response)).trim();
  const detail = said === "" ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  if (status < 400) return { state: "dead", reason: { code: "redirect", detail: `HTTP ${status}` } };
  const afterMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
  const later = { ...(afterMs === null ? {} : { afterMs }) };
  if (status >= 500) return { state: "retry", reason: { code: "serverFailed", detail }, ...later };
  if (status === 408 || status === 425 || status === 429) {
    return { state: "retry", reason: { code: "tooMany", detail }, ...later };
  }
  // The proxy's word, not the receiver's.
  if (status === 407) return { state: "retry", reason: { code: "proxy", detail: "HTTP 407" } };
  return { state: "dead", reason: { code: "refused", detail } };
}

/** What a failed connection means. Only the error's code is used, because its message holds the address. */
export function connectionReason(error: unknown): Reason {
  const { name, code } = error as { name?: string; code?: unknown };
  const known = typeof code === "string" ? code : "";
  if (name === "TimeoutError" || name === "AbortError" || known === "ETIMEDOUT") return { code: "timeout" };
  if (known === "ECONNREFUSED") return { code: "refusedConnection" };
  if (known === "ENOTFOUND" || known === "EAI_AGAIN" || known === "EDNS") return { code: "unknownHost" };
  if (/CERT|SIGNATURE|ISSUER|CRL|CHAIN/.test(known)) return { code: "certificate", detail: known };
  if (known.startsWith("ERR_PROXY")) return { code: "proxy" };
  if (known === "EPROTO" || known.startsWith("ERR_SSL") || known === "ETLS") return { code: "encryption" };
  return { code: "broken", ...(known && { detail: known }) };
}

/** `Retry-After` in ms from `now`: seconds or an HTTP date (RFC 9110 §10.2.3); null where there is none that can be read. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** The first bytes of an answer as text; what came so far where the rest does not come. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= mostAnswerBytes) break;
    }
  } catch {
    // It broke off; the status has said what matters.
  }
  return text.slice(0, mostAnswerBytes);
}
