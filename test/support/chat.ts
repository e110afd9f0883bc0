import type { Hub, Json } from "./hub.ts";

/** What `POST` sends a JSON body with. */
export const posted = (body: Json, headers: Record<string, string> = {}): BunFetchRequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** One event of a chat's stream. */
export interface ChatEvent {
  event: string;
  data: Json;
}

/** The events of a stream's text in their order, comments left out. */
export function eventsIn(text: string): ChatEvent[] {
  return text
    .split("\n\n")
    .filter((part) => part.startsWith("event: "))
    .map((part) => {
      const [event, data] = part.split("\n");
      return { event: event!.slice(7), data: JSON.parse(data!.slice(6)) };
    });
}

/** Asks a hub's stream, and waits for its end. Throws when the answer is no stream. */
export async function streamed(hub: Hub, body: Json): Promise<ChatEvent[]> {
  const response = await hub.fetch("/chat/stream", posted(body));
  const type = response.headers.get("content-type");
  if (type !== "text/event-stream") throw new Error(`/chat/stream answered ${response.status} ${type}.`);
  return eventsIn(await response.text());
}
