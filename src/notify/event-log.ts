import path from "node:path";
import { toolOutput } from "../observe/tool-output.ts";
import type { Channel, Outcome, Parcel } from "./channel.ts";
import type { Message } from "./message.ts";
import { markedSubject, toneOf } from "./words.ts";

/** What programs that watch the event log look for: the source, and a number for each kind of entry. eventcreate takes 1 to 1000. */
const source = "Production Data Hub";
const entries: Record<ReturnType<typeof toneOf>, { type: "ERROR" | "WARNING" | "INFORMATION"; id: number }> = {
  critical: { type: "ERROR", id: 100 },
  warning: { type: "WARNING", id: 200 },
  info: { type: "INFORMATION", id: 300 },
  resolved: { type: "INFORMATION", id: 400 },
  test: { type: "INFORMATION", id: 500 },
  plain: { type: "INFORMATION", id: 600 },
};
/** Characters of an entry; the command line of Windows ends at 32,767 and the viewer shows some thousand. */
const mostLength = 8_000;

const eventcreate = path.join(process.env.SystemRoot ?? "C:\\Windows", "System32", "eventcreate.exe");

/** The application log of Windows, by the `eventcreate.exe` that every Windows has, or a program that takes its arguments. */
export function eventLogChannel(program = eventcreate): Channel {
  return {
    name: "event-log",
    // Reports and summaries are for people, who do not read it.
    kinds: ["alert", "resolved", "digest", "test"],
    send: (parcel, signal) => write([program, ...eventArguments(parcel)], signal),
  };
}

/** The arguments of `eventcreate.exe`, each a string of its own that no shell reads. */
export function eventArguments({ message, link }: Pick<Parcel, "message" | "link">): string[] {
  const { type, id } = entries[toneOf(message)];
  return ["/L", "APPLICATION", "/T", type, "/SO", source, "/ID", String(id), "/D", described(message, link)];
}

function described(message: Message, link: string | null): string {
  const lines = [markedSubject(message), message.text, ...(link === null ? [] : [link])];
  return (
    lines
      .join("\n")
      // The viewer puts parameters of its own in for `%1` and the like (FormatMessage).
      .replace(/%(?=[\d!%])/g, "% ")
      // The quote would end the argument for programs that read the command line by other rules than the C runtime's.
      .replaceAll('"', "'")
      .replace(/[^\P{Cc}\n]/gu, " ")
      .slice(0, mostLength)
  );
}

async function write(command: string[], signal: AbortSignal): Promise<Outcome> {
  try {
    const { exited, stderr } = Bun.spawn(command, {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      signal,
      windowsHide: true,
    });
    const said = toolOutput(await new Response(stderr).bytes());
    if ((await exited) === 0) return { state: "delivered" };
    return { state: "dead", reason: { code: "eventLog", ...(said && { detail: said }) } };
  } catch (error) {
    return { state: "dead", reason: { code: "eventLog", detail: (error as NodeJS.ErrnoException).code ?? "" } };
  }
}
