import { z } from "zod";
import type { Settings } from "../config.ts";
import { fetchWhenAdmitted } from "../operations/when-admitted.ts";

/** How long one answer may take, ms. Under Wine a refused connection hangs for ever otherwise. */
const patienceMs = 30_000;

/** What a hub answered. */
export interface Heard {
  status: number;
  text: string;
  bytes: Uint8Array;
}

/** A running hub, asked as its clients ask it. */
export class HubUnderCheck {
  readonly url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, { adminKey, apiKeys }: Pick<Settings, "adminKey" | "apiKeys">) {
    this.url = url;
    const key = apiKeys[0] ?? adminKey;
    this.#headers = key ? { "X-API-Key": key } : {};
  }

  /** GET, or POST of a body as JSON. Throws what fetch throws: no connection, no answer in 30 s. */
  async ask(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Heard> {
    const request = {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...this.#headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    };
    const response = await fetchWhenAdmitted(this.url + path, request, patienceMs);
    const bytes = await response.bytes();
    return { status: response.status, text: new TextDecoder().decode(bytes), bytes };
  }

  /** A JSON answer in its shape. Throws Error with a sentence for any other answer. */
  async json<T>(shape: z.ZodType<T>, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const { status, text } = await this.ask(path, body, headers);
    if (status !== 200) throw new Error(`The answer was ${status}: ${text.slice(0, 200)}`);
    return shape.parse(JSON.parse(text));
  }

  health(): Promise<Health> {
    return this.json(health, "/healthz");
  }
}

const health = z.object({
  status: z.string(),
  version: z.string(),
  build_date: z.string().nullable(),
  database: z.string(),
  alerts: z.array(z.string()),
  rollup: z.object({ state: z.string() }),
  files: z.array(
    z.object({
      file: z.string(),
      state: z.string(),
      note: z.string().nullable(),
      first_day: z.string().nullable(),
      last_day: z.string().nullable(),
    }),
  ),
});
export type Health = z.output<typeof health>;
