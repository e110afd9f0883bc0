import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isLoopback } from "./client-address.ts";
import type { HubEnv } from "./env.ts";
import { HttpError } from "./errors.ts";
import { digest, type Guesses, matches } from "./proof.ts";

/** A key from `X-API-Key` or `Authorization: Bearer`. */
function shownKey(header: (name: string) => string | undefined): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(header("Authorization") ?? "")?.[1];
  return header("X-API-Key") ?? bearer ?? null;
}

/** The cookie of a browser that signed in. */
export const sessionCookie = "hub_session";

/** A working day and the night after it. */
const sessionSec = 24 * 3600;

/** Leaves a session in the browser, which sends it to the hub's own pages alone, and over HTTPS alone where the form came over HTTPS: of a proxy, the hub sees nothing else. */
export function keepSession(c: Context<HubEnv>, session: string): void {
  const secure = c.req.header("Origin")?.startsWith("https:") ?? false;
  setCookie(c, sessionCookie, session, { path: "/", httpOnly: true, sameSite: "Strict", maxAge: sessionSec, secure });
}

/** The keys that clients must show; everyone may read when there are none besides the admin key. */
export class ApiKeys {
  readonly #asked: boolean;
  readonly #allowed: readonly Buffer[];
  readonly #sessions: readonly Buffer[];
  readonly #guesses: Guesses;

  /** @param guesses counts wrong keys. */
  constructor(keys: readonly string[], adminKey: string | undefined, guesses: Guesses) {
    this.#guesses = guesses;
    const all = [...keys, ...(adminKey ? [adminKey] : [])];
    this.#asked = keys.length > 0;
    this.#allowed = all.map(digest);
    this.#sessions = all.map((key) => digest(sessionText(key)));
  }

  /**
   * Why a request may not read data; null where it may: it shows a key, or the cookie that was given for one. Throws HttpError 429 for a client that showed
   * too many wrong ones.
   */
  refusal(c: Context<HubEnv>): string | null {
    if (!this.#asked) return null;
    const shown = shownKey((name) => c.req.header(name));
    if (shown !== null)
      return this.#guesses.isProof(shown, this.#allowed, c.env.client) ? null : "The API key is not valid.";
    const session = getCookie(c, sessionCookie);
    if (session !== undefined && this.#guesses.isProof(session, this.#sessions, c.env.client)) return null;
    return "An API key is required (header X-API-Key).";
  }

  /**
   * What a browser keeps as proof that somebody knew this key; null for a wrong one. It ends when the key is taken out of the settings. Throws HttpError 429
   * as `refusal` does.
   */
  sessionFor(key: string, client: string): string | null {
    return this.#guesses.isProof(key, this.#allowed, client) ? sessionText(key) : null;
  }
}

/** Tells nothing of the key, as long as that cannot be guessed. */
const sessionText = (key: string): string => createHash("sha256").update(`hub session ${key}`).digest("base64url");

/** Lets only clients with one of the keys (or the admin key) through; everyone when there are no keys. */
export function requireApiKey(keys: ApiKeys): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const refusal = keys.refusal(c);
    if (refusal !== null) throw new HttpError(401, refusal, { "WWW-Authenticate": "Bearer" });
    await next();
  };
}

/**
 * Lets only the administrator through: whoever shows ADMIN_KEY; without one configured, requests from the machine itself.
 * A page of another site open in a browser on that machine is not the machine itself, so a foreign Origin is refused.
 */
export function requireAdmin(adminKey: string | undefined): MiddlewareHandler<HubEnv> {
  const allowed = adminKey ? [digest(adminKey)] : [];
  return async (c, next) => {
    if (adminKey) {
      const shown = shownKey((name) => c.req.header(name));
      if (shown === null)
        throw new HttpError(401, "The admin key is required (header X-API-Key).", { "WWW-Authenticate": "Bearer" });
      if (!matches(shown, allowed)) throw new HttpError(403, "The admin key is not valid.");
    } else if (!isLoopback(c.env.client) || isForwarded(c)) {
      throw new HttpError(403, "Without an ADMIN_KEY this is allowed from the hub's own machine only.");
    } else if (isForeign(c.req.header("Origin"), c.req.url)) {
      throw new HttpError(403, "This is not allowed from a page of another site.");
    }
    await next();
  };
}

/**
 * Who may act from a page, where a browser sends no key by itself: whoever signed in with ADMIN_KEY; without one configured, the machine itself,
 * under an address or `localhost`: a name of its own could be another site's (DNS rebinding).
 */
export class PageAdmin {
  readonly #key: Buffer | null;
  readonly #session: Buffer | null;
  readonly #guesses: Guesses;

  /** @param guesses counts wrong keys. */
  constructor(adminKey: string | undefined, guesses: Guesses) {
    this.#guesses = guesses;
    this.#key = adminKey ? digest(adminKey) : null;
    this.#session = adminKey ? digest(sessionText(adminKey)) : null;
  }

  /** True where it is the key that decides. */
  get asksKey(): boolean {
    return this.#key !== null;
  }

  /** What somebody lacks who may not act: the key, or to sit at the machine; null for who may. */
  lacks(c: Context<HubEnv>): "key" | "machine" | null {
    if (this.#session) {
      const session = getCookie(c, sessionCookie);
      return session !== undefined && matches(session, [this.#session]) ? null : "key";
    }
    return isLoopback(c.env.client) && !isForwarded(c) && isOwnName(new URL(c.req.url)) ? null : "machine";
  }

  /** What a browser keeps as proof that somebody knew the admin key; null for another key. Throws HttpError 429 for a client that showed too many. */
  sessionFor(key: string, client: string): string | null {
    return this.#key && this.#guesses.isProof(key, [this.#key], client) ? sessionText(key) : null;
  }
}

/** A proxy on this machine that is not in TRUSTED_PROXIES would make every client look like the machine itself. */
function isForwarded(c: Context): boolean {
  return c.req.header("X-Forwarded-For") !== undefined || c.req.header("Forwarded") !== undefined;
}

/** A page of another origin, or one that reached this machine through a name of its own (DNS rebinding). */
export function isForeign(origin: string | undefined, url: string): boolean {
  const own = new URL(url);
  return origin !== undefined && (origin !== own.origin || !isOwnName(own));
}

/** True for an address or `localhost`, which no other site can have for a name. */
function isOwnName({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || isIP(host) !== 0;
}
