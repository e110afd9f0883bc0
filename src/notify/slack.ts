import type { Channel, Parcel } from "./channel.ts";
import { postJson } from "./http-post.ts";
import { type Message, messageKinds } from "./message.ts";
import { toneOf, wordsOf } from "./words.ts";

/** Limits of Slack's blocks (https://docs.slack.dev/reference/block-kit/blocks). */
const mostHeaderLength = 150;
const mostSectionLength = 3_000;

const looks: Record<ReturnType<typeof toneOf>, { emoji: string; colour: string }> = {
  critical: { emoji: "🔴", colour: "#c62828" },
  warning: { emoji: "🟡", colour: "#f9a825" },
  info: { emoji: "🔵", colour: "#1565c0" },
  resolved: { emoji: "✅", colour: "#2e7d32" },
  test: { emoji: "🔔", colour: "#5f6b7a" },
  plain: { emoji: "📊", colour: "#5f6b7a" },
};

/** Slack, or whatever takes its format, by an incoming webhook. */
export function slackChannel(url: string): Channel {
  return {
    name: "slack",
    kinds: messageKinds,
    send: (parcel, signal) => postJson(url, { body: JSON.stringify(slackMessage(parcel)), signal }),
  };
}

/** A message in Slack's format: coloured by its tone, with everything that came from elsewhere as plain characters. */
export function slackMessage({ message, link, at, delivery }: Parcel): object {
  const { emoji, colour } = looks[toneOf(message)];
  const words = wordsOf(message);
  const open = link === null ? "" : `<${link}|${words.open}> · `;
  // The delivery's end tells a person who sees it twice that it is the same.
  const foot = `${open}${words.hub} · ${at} · ${delivery.slice(-8)}`;
  return {
    // What a notification shows.
    text: `${emoji} ${escaped(message.subject, mostSectionLength)}`,
    attachments: [
      {
        color: colour,
        blocks: [
          { type: "header", text: { type: "plain_text", text: header(`${emoji} ${message.subject}`), emoji: true } },
          { type: "section", text: { type: "mrkdwn", text: body(message), verbatim: true } },
          { type: "context", elements: [{ type: "mrkdwn", text: foot }] },
        ],
      },
    ],
  };
}

const header = (text: string): string => clipped(text, mostHeaderLength, (character) => character);

// A section may not be empty.
const body = ({ text }: Message): string => escaped(text.trim() === "" ? "–" : text, mostSectionLength);

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text with the three characters that mean something to Slack written as entities (https://docs.slack.dev/messaging/formatting-message-text). */
export const escaped = (text: string, most: number): string =>
  clipped(text, most, (character) => entities[character] ?? character);

/** At most so many UTF-16 units, never cut within a character or what is written for it. */
function clipped(text: string, most: number, written: (character: string) => string): string {
  let whole = "";
  let short = "";
  for (const character of text) {
    whole += written(character);
    if (whole.length > most) return `${short}…`;
    if (whole.length < most) short = whole;
  }
  return whole;
}
