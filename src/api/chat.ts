import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { ChatAnswer, ChatEngine, ChatQuestion } from "../chat/engine.ts";
import { languageOf } from "../chat/planner/text.ts";
import { toolNames } from "../chat/types.ts";
import { viewsOf } from "../dashboard/chat/evidence-link.ts";
import { sendJson } from "../http/json.ts";
import type { Language } from "../language.ts";
import type { Endpoints } from "./endpoint.ts";

const question = z
  .object({
    query: z
      .string()
      .min(1)
      .max(2000)
      .meta({ description: "The question, in Korean or English.", example: "이번 달 BW0021 총 생산량은?" }),
    session_id: z.string().max(100).nullish().meta({
      description:
        "Any text that names a conversation, so that follow-up questions are understood; it is the caller's address's own.",
    }),
  })
  .meta({ id: "ChatQuestion" });

const toolName = z.enum(toolNames);

const evidence = z.lazy(() =>
  z
    .object({
      tool: toolName,
      arguments: z.record(z.string(), z.unknown()),
      period: z.object({ from: z.string(), to: z.string() }).nullable(),
      item_code: z.string().nullable(),
      row_count: z.int().meta({ description: "Production records behind the figures; of a custom query its rows." }),
      segments: z.array(z.string()).meta({ description: "The files that were read." }),
      last_good: z.literal(true).optional().meta({
        description: "Present where a file could not be read just then and its last good version answered.",
      }),
    })
    .meta({ id: "Evidence" }),
);

const answer = z.lazy(() =>
  z
    .object({
      answer: z.string().meta({ description: "Markdown, or the sentence that says why there is no answer." }),
      status: z.enum(["success", "error"]),
      tools_used: z.array(toolName),
      request_id: z.string(),
      model_used: z.string().meta({ description: "`offline` where the hub's own planner answered." }),
      evidence: z.array(evidence),
    })
    .meta({ id: "ChatAnswer" }),
);

export interface ChatEndpointServices {
  chat: ChatEngine;
  /** Silence after which a stream says that it goes on, because proxies give a silent connection up; 10 s unless told (CONTRACT §4). */
  heartbeatMs?: number;
}

/** POST /chat (and /chat/, like every path) and /chat/stream. */
export function chatEndpoints(endpoints: Endpoints, { chat, heartbeatMs = 10_000 }: ChatEndpointServices): void {
  endpoints.add({
    method: "post",
    path: "/chat",
    tag: "chat",
    summary: "A question in words, answered with what the answer rests on",
    body: question,
    answer: { "application/json": answer },
    handle: async (c, { query, session_id }) => {
      const requestId = c.get("requestId");
      const sessionId = session_id || null;
      const { signal } = c.req.raw;
      const given = await chat.answer({ query, sessionId, client: c.env.client, requestId, signal });
      c.set("measured", { name: "chat", rows: given.evidence.length, hit: false });
      c.header("Cache-Control", "no-store");
      return sendJson(c, {
        answer: given.answer,
        status: given.status,
        tools_used: given.toolsUsed,
        request_id: requestId,
        model_used: given.model,
        evidence: given.evidence,
      } satisfies z.output<typeof answer>);
    },
  });

  endpoints.add({
    method: "post",
    path: "/chat/stream",
    tag: "chat",
    summary: "The same as server-sent events, as the answer comes about",
    description:
      "`meta{request_id,session_id,model,fallback}`, then `tool_call{name,args}` for each tool, `token{text}` for the answer's parts, and `done{tools_used,duration_ms,chars,evidence,answer,model_used,fallback,fallback_reason,views}`, where `answer` is the whole text, which counts where it differs from the parts (a figure that the data do not support was sent back and corrected) and `views` are links to the pages that show the same; or `error{code,message}` and the end, with a code of ai_disabled, timeout, model_error, rate_limited, internal. A comment line comes after 10 s of silence.",
    body: question,
    answer: { "text/event-stream": z.string() },
    handle: (c, { query, session_id }) => {
      const requestId = c.get("requestId");
      const sessionId = session_id || crypto.randomUUID();
      return streamSSE(c, async (stream) => {
        const started = performance.now();
        const gone = new AbortController();
        let silence: ReturnType<typeof setInterval> | undefined;
        let sent = Promise.resolve();
        // In their order, also those that nobody waits for.
        const send = (event: string, data: unknown): Promise<void> => {
          clearInterval(silence);
          silence = setInterval(() => void stream.write(": heartbeat\n\n"), heartbeatMs);
          sent = sent.then(() => stream.writeSSE({ event, data: JSON.stringify(data) }));
          return sent;
        };
        stream.onAbort(() => {
          clearInterval(silence);
          gone.abort(new Error("The client closed the connection."));
        });
        await send("meta", { request_id: requestId, session_id: sessionId, ...chat.expected() });
        const asked: ChatQuestion = { query, sessionId, client: c.env.client, requestId, signal: gone.signal };
        const given = await chat.answer(asked, {
          onCall: ({ name, arguments: args }) => send("tool_call", { name, args }),
          onText: (text) => void send("token", { text }),
        });
        await send(...endOf(given, Math.round(performance.now() - started), languageOf(query)));
        clearInterval(silence);
      });
    },
  });
}

/** The event that ends a stream. */
function endOf(given: ChatAnswer, duration_ms: number, language: Language): [event: string, data: unknown] {
  const { answer: text, toolsUsed: tools_used, evidence: restsOn, model: model_used, standIn } = given;
  if (given.status === "error") return ["error", { code: given.code, message: text }];
  const views = viewsOf(restsOn, language);
  const fallback = { fallback: standIn !== null, fallback_reason: standIn };
  return [
    "done",
    { tools_used, duration_ms, chars: text.length, evidence: restsOn, views, answer: text, model_used, ...fallback },
  ];
}
