/** Delivers what stands in the hub.db of a home folder, until it is killed: `outbox-sender.ts HOME URL`. */
import { join } from "node:path";
import { Outbox } from "../../src/notify/outbox.ts";
import { slackChannel } from "../../src/notify/slack.ts";
import { webhookChannel } from "../../src/notify/webhook.ts";
import { openLog } from "../../src/observe/log.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { quickPace } from "../support/outbox.ts";

const [home, url] = process.argv.slice(2) as [string, string];
const outbox = new Outbox({
  hubDb: openHubDb(join(home, "database")),
  channels: [webhookChannel(url, "s3cret"), slackChannel(`${url}/slack`)],
  log: openLog({ directory: join(home, "logs"), file: "app.log", timezone: "Asia/Seoul" }),
  secrets: [],
  pace: quickPace,
  publicUrl: () => "http://hub:8000",
  time: String,
});
outbox.start();
process.stdout.write("started\n");
