import { z } from "zod";
import type { GeminiModel } from "../chat/model/gemini.ts";
import { mostPerAddress, mostSessions, type Sessions } from "../chat/sessions.ts";
import { sendJson } from "../http/json.ts";
import type { Endpoints } from "./endpoint.ts";

/** What is to be known of the chat's model. */
export type WatchedModel = Pick<GeminiModel, "models" | "counters" | "health" | "checkEverySec">;

export interface AiHealthServices {
  /** Null without a key. */
  model: WatchedModel | null;
  /** The chat's conversations. */
  sessions: Sessions;
}

const count = z.int();

const aiHealth = z.lazy(() =>
  z
    .object({
      status: z.enum(["ok", "error", "rate_limited", "degraded"]),
      message: z.string().meta({ description: "A sentence for people." }),
      cached: z.boolean().meta({ description: "Whether anything was found out yet: it is never waited for here." }),
      cache_age_sec: z.number().optional(),
      cache_ttl_sec: count,
      sessions: z.object({ count, ttl_sec: count, max_per_ip: count, max_total: count }),
      models: z.array(z.string()).meta({ description: "In the order in which they are asked; none without a key." }),
      counters: z
        .object({
          requests: count.meta({ description: "Requests to the service since the start." }),
          rounds: count.meta({ description: "Rounds of conversations; each takes one request or more." }),
          retries: count,
          fallbacks: count.meta({ description: "Rounds that the second model was asked." }),
          tokens: z.object({ prompt: count, output: count, thoughts: count, total: count }),
          failures: z.object({ key: count, quota: count, unstable: count, declined: count, refused: count }),
        })
        .nullable(),
    })
    .meta({ id: "AiHealth" }),
);

/**
 * GET /healthz/ai, from what questions and earlier checks found out. A check looks the model up, which costs no tokens; it runs in the background, at
 * most every ten minutes and only when somebody asks here.
 */
export function aiHealthEndpoint(endpoints: Endpoints, { model, sessions }: AiHealthServices): void {
  endpoints.add({
    method: "get",
    path: "/healthz/ai",
    tag: "health",
    summary: "How the chat is doing",
    answer: { "application/json": aiHealth },
    handle: (c) =>
      sendJson(c, {
        ...stateOf(model),
        sessions: {
          count: sessions.count,
          ttl_sec: sessions.ttlSec,
          max_per_ip: mostPerAddress,
          max_total: mostSessions,
        },
        models: [...(model?.models ?? [])],
        counters: model?.counters ?? null,
      } satisfies z.output<typeof aiHealth>),
  });
}

function stateOf(model: WatchedModel | null) {
  if (!model) {
    const message = "GEMINI_API_KEY is not set; the hub's own planner answers.";
    return { status: "degraded", message, cached: false, cache_ttl_sec: 600 } as const;
  }
  const { status, message, ageSec } = model.health({ check: true });
  const age = ageSec === null ? {} : { cache_age_sec: ageSec };
  return { status, message, cached: ageSec !== null, ...age, cache_ttl_sec: model.checkEverySec };
}

/** What `/healthz` says of the model, which has nothing checked. */
export function describeAi(model: WatchedModel | null): {
  key_configured: boolean;
  cached_status: string | null;
  last_check_age_sec: number | null;
} {
  const { status = null, ageSec = null } = model?.health() ?? {};
  return {
    key_configured: model !== null,
    cached_status: ageSec === null ? null : status,
    last_check_age_sec: ageSec,
  };
}
