/**
 * Writes a million numbered lines into a log at full speed, unless it is killed: `log-writer.ts DIRECTORY ROTATION FIRST`, ROTATION being a Rotation in JSON
 * and FIRST the first number. A day has 20,000 lines.
 */
import { openLog } from "../../src/observe/log.ts";

const [directory = "", rotation = "", first = "0"] = process.argv.slice(2);
let number = Number(first);
const noon = Date.UTC(2026, 0, 1, 3);
const now = () => noon + Math.floor(number / 20_000) * 86_400_000;
const log = openLog({ directory, file: "app.log", timezone: "Asia/Seoul", rotation: JSON.parse(rotation), now });
for (const last = number + 1_000_000; number < last; ) {
  for (const end = number + 2_000; number < end; number += 1) log.info("test", String(number).padStart(9, "0"));
  await log.flush();
}
