/** Asks the hub and hears the answer as it comes about (POST /chat/stream). */

/** A stream says something every 10 s at least; after this much silence nobody is there, ms. */
const silenceMs = 40_000;

/** Why there is no answer: `limited`, `network`, `broken`, `signIn`, `refused` or `server`. */
export class ChatFailure extends Error {
  /** @param {string} reason @param {number} [retryAfterSec] */
  constructor(reason, retryAfterSec) {
    super(reason);
    this.reason = reason;
    this.retryAfterSec = retryAfterSec;
  }
}

/**
 * Sends a question and resolves when the answer's end was heard. Throws ChatFailure, and the signal's reason when that ends it.
 * @param {{ query: string, session: string, signal: AbortSignal }} question
 * @param {(event: string, data: any) => void} hear
 */
export async function ask({ query, session, signal }, hear) {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), silenceMs);
  let [begun, ended] = [false, false];
  try {
    const response = await fetch("/chat/stream", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ query, session_id: session }),
      signal: either,
    });
    if (!response.ok || !response.body) throw refusal(response);
    begun = true;
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      for (const { event, data } of parser.feed(next.value)) {
        ended ||= event === "done" || event === "error";
        hear(event, JSON.parse(data));
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ChatFailure) throw error;
    if (!ended) throw new ChatFailure(begun ? "broken" : "network");
  } finally {
    clearTimeout(timer);
  }
  if (!ended) throw new ChatFailure("broken");
}

/** @param {Response} response */
function refusal({ status, headers }) {
  if (status === 429) return new ChatFailure("limited", Math.max(1, Number(headers.get("Retry-After")) || 5));
  if (status === 401 || status === 403) return new ChatFailure("signIn");
  return new ChatFailure(status === 413 || status === 422 ? "refused" : "server");
}

/** Takes a stream of server-sent events apart (https://html.spec.whatwg.org/#event-stream-interpretation), comments left out. */
export class EventParser {
  #rest = "";

  /** @param {string} text @returns {{ event: string, data: string }[]} */
  feed(text) {
    const parts = (this.#rest + text).split(/\r?\n\r?\n/);
    this.#rest = parts.pop() ?? "";
    return parts.flatMap((part) => {
      const lines = part.split(/\r?\n/);
      const field = (/** @type {string} */ name) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      const data = field("data");
      return data.length === 0 ? [] : [{ event: field("event").at(-1) ?? "message", data: data.join("\n") }];
    });
  }
}
