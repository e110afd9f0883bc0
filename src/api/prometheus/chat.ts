import type { ChatEngine } from "../../chat/engine.ts";
import { newModelCounters } from "../../chat/model/model-counters.ts";
import type { Toolbox } from "../../chat/tools/toolbox.ts";
import { toolNames } from "../../chat/types.ts";
import { addLatency, noLatency } from "../../observe/latency.ts";
import type { Tally } from "../../observe/tally.ts";
import type { AiHealthServices } from "../ai-health.ts";
import { counter, type Family, flag, gauge, histogram } from "./family.ts";

export interface ChatSources extends AiHealthServices {
  chat: ChatEngine;
  toolbox: Toolbox;
  /** Messages of MCP clients by method. */
  mcpMessages: Tally<"method">;
}

/** What the chat, its model and its tools came to. */
export function chatFamilies({ chat, toolbox, model, sessions, mcpMessages }: ChatSources): Family[] {
  const { answers, conversations, standIns, unsupportedNumbers } = chat.counters;
  const given = answers.read();
  const calls = toolbox.counters.read();
  const asked = model?.counters ?? newModelCounters();
  const { prompt, output, thoughts } = asked.tokens;
  return [
    counter(
      "hub_chat_answers_total",
      "Answers of the chat, by who gave them (a model, or offline for the hub's own planner) and outcome: success, or the code of the error.",
      given.map(({ labels, latency }) => ({ labels, value: latency.count })),
    ),
    histogram(
      "hub_chat_answer_duration_seconds",
      "Time until an answer of the chat was complete, by who gave it.",
      mergedBy("model", given),
    ),
    counter(
      "hub_chat_stand_ins_total",
      "Questions that the hub's own planner answered because the model did not.",
      standIns,
    ),
    counter(
      "hub_chat_conversations_total",
      "Questions that a model worked on, by outcome: answered, groundless (no data behind it), unsupported (it insisted on numbers that are not in the data) or endless.",
      conversations.read().map(({ labels, count }) => ({ labels, value: count })),
    ),
    counter(
      "hub_chat_unsupported_numbers_total",
      "Numbers of a model that nothing in the data supports, caught before the reader saw them.",
      unsupportedNumbers,
    ),
    counter("hub_chat_tokens_total", "Tokens that the models used, by kind; thoughts are paid for like output.", [
      { labels: { kind: "prompt" }, value: prompt },
      { labels: { kind: "output" }, value: output },
      { labels: { kind: "thoughts" }, value: thoughts },
    ]),
    counter("hub_chat_model_requests_total", "Requests sent to the model service.", asked.requests),
    counter("hub_chat_model_retries_total", "Requests to the model service that repeated one before.", asked.retries),
    counter(
      "hub_chat_model_fallbacks_total",
      "Rounds that the fallback model was asked in the first one's place.",
      asked.fallbacks,
    ),
    counter(
      "hub_chat_model_failures_total",
      "Rounds without an answer of any model, by what was in the way: key, quota, unstable, declined or refused.",
      Object.entries(asked.failures).map(([trouble, value]) => ({ labels: { trouble }, value })),
    ),
    gauge(
      "hub_chat_model_usable",
      "1 when a model is configured and nothing is known against asking it.",
      flag(model !== null && !chat.expected().fallback),
    ),
    gauge("hub_chat_sessions", "Conversations that are not forgotten yet.", sessions.count),
    counter(
      "hub_tool_calls_total",
      "Calls of the chat's tools, by models, the planner and MCP clients, by tool and outcome: success, the code of the error, cancelled or unforeseen.",
      [...untried(calls), ...calls.map(({ labels, latency }) => ({ labels, value: latency.count }))],
    ),
    histogram("hub_tool_call_duration_seconds", "Time that calls of the chat's tools took.", mergedBy("tool", calls)),
    counter(
      "hub_mcp_messages_total",
      "Messages of MCP clients, by method ('other' for what is none of the protocol's usual ones).",
      mcpMessages.read().map(({ labels, count }) => ({ labels, value: count })),
    ),
  ];
}

/** The tools that were not called with success yet: a counter that begins with its first event has no rate for it. */
function untried(calls: Read<"tool" | "outcome">) {
  const called = new Set(calls.flatMap(({ labels }) => (labels.outcome === "success" ? [labels.tool] : [])));
  return toolNames
    .filter((tool) => !called.has(tool))
    .map((tool) => ({ labels: { tool, outcome: "success" }, value: 0 }));
}

type Read<Label extends string> = { labels: Record<Label, string>; latency: ReturnType<typeof noLatency> }[];

/** The times of all series with the same value of one label together. */
function mergedBy<Label extends string>(label: Label, read: Read<Label>) {
  const merged = new Map<string, ReturnType<typeof noLatency>>();
  for (const { labels, latency } of read) {
    const sum = merged.get(labels[label]) ?? noLatency();
    addLatency(sum, latency);
    merged.set(labels[label], sum);
  }
  return [...merged].map(([value, latency]) => ({ labels: { [label]: value }, latency }));
}
