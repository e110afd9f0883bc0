import { mistypedSentence } from "../config/env-names.ts";
import { namesInEnvFile, type Settings, settingsTable } from "../config.ts";
import type { Finding } from "../operations/findings.ts";

/** Names in `.env` that the hub does not know: one that is almost a setting was mistyped, and its value is not in force. */
export function checkSettings({ home }: Settings): Finding[] {
  const { settings, mistyped, others } = namesInEnvFile(home);
  const findings = mistyped.map(
    (one): Finding => ({ area: "settings", file: ".env", status: "warn", message: mistypedSentence(one) }),
  );
  const aside = others.length > 0 ? ` Not the hub's, and left alone: ${others.slice(0, 5).join(", ")}.` : "";
  const message = `${settings.length} of ${settingsTable.length} settings stand in .env, and all are valid.${aside}`;
  return [{ area: "settings", file: ".env", status: "ok", message }, ...findings];
}
