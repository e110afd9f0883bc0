import type { Context } from "hono";
import {
  type AnswerCache,
  acceptsGzip,
  answerKey,
  type Body,
  CachedAnswer,
  compressFromBytes,
  pathOf,
} from "../http/answer-cache.ts";
import type { HubEnv } from "../http/env.ts";
import type { Answer, Desk } from "../production/desk.ts";
import type { QuestionName, Questions } from "../production/questions.ts";
import type { Catalog } from "../segments/catalog.ts";
import { buildDate, version } from "../version.ts";

/** A data answer's tag: weak, because the same answer is sent with and without compression. */
export const tagOf = (dataVersion: string): string => `W/"${hubTag}-${dataVersion}"`;

/** A newer hub may answer differently from the same data. */
const hubTag = Bun.hash(`${version} ${buildDate}`).toString(36).slice(0, 4);

/**
 * Answers data endpoints: from the cache when the data have not changed, else by asking the desk. The same question asked by many at
 * once on the same version of the data is computed once.
 */
export class Answers {
  readonly cache: AnswerCache;
  readonly #desk: Desk;
  readonly #catalog: Catalog;
  readonly #flights = new Map<string, Promise<CachedAnswer>>();

  constructor(desk: Desk, catalog: Catalog, cache: AnswerCache) {
    this.#desk = desk;
    this.#catalog = catalog;
    this.cache = cache;
  }

  /** The response to a request that asks this question. The parameters follow from the address alone: it is answered with them again. */
  async respond<Name extends QuestionName>(
    c: Context<HubEnv>,
    name: Name,
    parameters: Questions[Name],
  ): Promise<Response> {
    const key = answerKey(pathOf(c.req.url));
    const { version } = await this.#catalog.current();
    // Of now as well: while the answer is made, the newer version may arrive.
    const isBehind = this.#catalog.lagging;
    const cached = this.cache.get(key, version);
    const answer = cached ?? (await this.#compute(`${version} ${key}`, key, name, parameters, c.get("requestId")));
    c.set("answer", answer);
    c.set("again", (requestId) => this.#answerNow(key, name, parameters, requestId));
    c.set("measured", { name, rows: answer.rows, hit: cached !== undefined });
    c.header("ETag", answer.tag);
    c.header("Cache-Control", "no-cache");
    c.header("Vary", "Accept-Encoding", { append: true });
    if (isBehind || this.#catalog.lagging) c.header("X-Data-State", "last-good");
    c.header("Content-Type", "application/json; charset=utf-8");
    if (answer.size >= compressFromBytes && acceptsGzip(c.req.header("Accept-Encoding"))) {
      c.header("Content-Encoding", "gzip");
      const gzipped = await answer.gzipped();
      return send(c, gzipped, gzipped.size);
    }
    return send(c, answer.body, answer.size);
  }

  #compute<Name extends QuestionName>(
    flightKey: string,
    key: string,
    name: Name,
    parameters: Questions[Name],
    requestId: string,
  ): Promise<CachedAnswer> {
    const flying = this.#flights.get(flightKey);
    if (flying) return flying;
    const flight = this.#desk
      .ask(name, parameters, requestId)
      .then((answer) => this.#keep(key, name, answer))
      .finally(() => this.#flights.delete(flightKey));
    this.#flights.set(flightKey, flight);
    return flight;
  }

  #answerNow<Name extends QuestionName>(
    key: string,
    name: Name,
    parameters: Questions[Name],
    requestId: string,
  ): CachedAnswer | null {
    const answer = this.#desk.answerNow(name, parameters, requestId);
    return answer && this.#keep(key, name, answer);
  }

  #keep(key: string, name: string, answer: Answer): CachedAnswer {
    const kept = new CachedAnswer({ ...answer, name, tag: tagOf(answer.version) });
    this.cache.set(key, kept);
    return kept;
  }
}

/** Bun sends a Blob as it stands; hono's types know only of web streams, texts and bytes. */
function send(c: Context<HubEnv>, body: Body, bytes: number): Response {
  c.header("Content-Length", String(bytes));
  return c.body(body as string);
}
