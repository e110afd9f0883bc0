import { row, temporaryHome, writeFactory } from "./files.ts";
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
function eventsIn(text: string): ChatEvent[] {
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

/** The items of `homeOfThreeItems`. */
export const itemCodes = ["BW0021", "BW0022", "C1203"];
const names = ["클리어 렌즈", "블루 렌즈", "보관 용액"];
const rowsOf = (year: number) =>
  Array.from({ length: 240 }, (_, at) =>
    row({
      production_date: `${year}-${String((at % 12) + 1).padStart(2, "0")}-15 오전 12:00:00`,
      item_code: itemCodes[Math.trunc(at / 12) % 3]!,
      item_name: names[Math.trunc(at / 12) % 3]!,
      good_quantity: 100 + at,
    }),
  );

/** A home with two years of three items, each with records in every month: what questions are asked about. */
export function homeOfThreeItems(): string {
  const home = temporaryHome();
  writeFactory(home, { live: rowsOf(2026), archives: new Map([[2025, rowsOf(2025)]]) });
  return home;
}
