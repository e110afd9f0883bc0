import { afterEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { livePath, temporaryHome } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { startScript } from "../support/processes.ts";
import { expectReplacements, writeFirstVersion } from "../support/replacements.ts";
import type { ReplacerReport } from "./replacer.ts";

/** HUB_TEST_REPLACEMENTS=200 is the full run. */
const TIMES = Number(process.env.HUB_TEST_REPLACEMENTS ?? 40);

let hub: Hub | undefined;
afterEach(async () => {
  await hub?.stop();
});

test(
  "an ERP renames over, deletes and truncates Live while 16 clients read: it never waits for long, and every answer is right",
  async () => {
    const home = temporaryHome();
    writeFirstVersion(home);
    hub = await startHub({ home });
    const file = livePath(home);
    await expectReplacements(hub, TIMES, async (times, seed) => {
      const replacer = startScript("replacer.ts", file, String(times), String(seed));
      return JSON.parse(await replacer.stdout.text()) as ReplacerReport;
    });
    expect(
      readdirSync(dirname(file)).filter((name) => /-(wal|shm|journal)$/.test(name) && !name.startsWith("hub")),
    ).toEqual([]);
  },
  TIMES * 1000 + 180_000,
);
