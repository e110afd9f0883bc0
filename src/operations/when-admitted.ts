/** A hub takes the refused requests of a minute at the most (RATE_LIMIT_API) before it answers again. */
const mostTries = 4;

/**
 * Sends a request to a hub, and again when its rate limit admits it: a refused one was not carried out, and a command that gave up in the middle of what
 * the hub does for it would tell of a failure where there is none. `timeoutMs` is for each try. Throws what fetch throws.
 */
export async function fetchWhenAdmitted(
  url: string,
  init: Omit<RequestInit, "signal">,
  timeoutMs: number,
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const seconds = Number(response.headers.get("Retry-After"));
    if (response.status !== 429 || !(seconds > 0) || tries === mostTries) return response;
    await response.body?.cancel();
    await Bun.sleep(seconds * 1000);
  }
}
