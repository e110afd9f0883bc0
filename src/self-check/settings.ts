import { distance } from "fastest-levenshtein";
import { namesInEnvFile, type Settings, settingsTable } from "../config.ts";
import type { Finding } from "../operations/findings.ts";

/** Letters by which a mistyped name differs from the one that was meant: a swap is two. */
const likely = 2;

/** Names in `.env` that the hub does not know: one that is almost a setting was mistyped, and its value is not in force. */
export function checkSettings({ home }: Settings): Finding[] {
  const known = settingsTable.map(({ name }) => name);
  const names = namesInEnvFile(home);
  const strangers = names.filter((name) => !known.includes(name));
  const findings = strangers.flatMap((name): Finding[] => {
    const meant = known.find((candidate) => distance(candidate, name.toUpperCase()) <= likely);
    if (!meant) return [];
    const message = `${name} is no setting; is ${meant} meant? Its default is in force. Correct the name in .env and restart the hub.`;
    return [{ area: "settings", file: ".env", status: "warn", message }];
  });
  const others = strangers.filter((name) => findings.every(({ message }) => !message.startsWith(`${name} `)));
  const aside = others.length > 0 ? ` Not the hub's, and left alone: ${others.slice(0, 5).join(", ")}.` : "";
  const message = `${names.length - strangers.length} of ${known.length} settings stand in .env, and all are valid.${aside}`;
  return [{ area: "settings", file: ".env", status: "ok", message }, ...findings];
}
