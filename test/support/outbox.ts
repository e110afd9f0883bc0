import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Channel } from "../../src/notify/channel.ts";
import type { Message } from "../../src/notify/message.ts";
import { Outbox } from "../../src/notify/outbox.ts";
import type { Pace } from "../../src/notify/pace.ts";
import { type Log, openLog } from "../../src/observe/log.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { temporaryHome } from "./files.ts";

/** Tries within milliseconds of each other; for 2 s, because on a busy machine 0.25 s were over after three. */
export const quickPace: Pace = { firstRetryMs: 20, longestRetryMs: 100, giveUpMs: 2_000, perMinute: 1_000 };

/** An alert as a rule would send it. */
export const alert = (subject: string, more: Partial<Message> = {}): Message => ({
  kind: "alert",
  severity: "warning",
  subject,
  text: `${subject}: 지금 확인하십시오.`,
  page: "/dashboard/alerts",
  ...more,
});

/** An outbox over a hub.db of its own, not started. */
export function openTestOutbox(
  channels: readonly Channel[],
  { pace = quickPace, home = temporaryHome(), secrets = [] }: { pace?: Pace; home?: string; secrets?: string[] } = {},
) {
  mkdirSync(join(home, "database"), { recursive: true });
  const hubDb = openHubDb(join(home, "database"));
  const log: Log = openLog({ directory: join(home, "logs"), file: "app.log", timezone: "Asia/Seoul", secrets });
  const outbox = new Outbox({
    hubDb,
    channels,
    log,
    secrets,
    pace,
    publicUrl: () => "http://hub:8000",
    time: (ms) => new Date(ms).toISOString().slice(0, 16),
  });
  return {
    outbox,
    hubDb,
    home,
    log,
    states: () => outbox.recent({ limit: 100 }).map(({ state }) => state),
    close: async () => {
      await outbox.stop();
      hubDb.close();
      await log.close();
    },
  };
}
