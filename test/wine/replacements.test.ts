import { afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ReplacerReport } from "../faults/replacer.ts";
import { expectReplacements, writeFirstVersion } from "../support/replacements.ts";
import { WineFolder, wineLimitMs, wineRunner } from "../support/wine.ts";

setDefaultTimeout(10 * wineLimitMs);

const TIMES = Number(process.env.HUB_TEST_REPLACEMENTS ?? 200);

describe.skipIf(!wineRunner)(
  "hub.exe beside an ERP, both under Wine, where nobody can rename over or delete an open file",
  () => {
    let wine: WineFolder;
    beforeAll(() => {
      wine = new WineFolder();
    });
    afterEach(() => wine.endAll());

    test("the ERP renames over, deletes and truncates Live while 16 clients read: it never waits for long, and every answer is right", async () => {
      wine.compile("test/faults/replacer.ts", "replacer.exe");
      writeFirstVersion(wine.folder);
      const hub = wine.start([]);
      await wine.healthy();
      await expectReplacements(wine, TIMES, async (times, seed) => {
        const live = wine.told("database/production_analysis.db");
        const { stdout, stderr } = await wine.runOther(
          "replacer.exe",
          [live, String(times), String(seed)],
          10 * wineLimitMs,
        );
        expect(stderr).toBe("");
        return JSON.parse(stdout) as ReplacerReport;
      });
      await wine.healthy();
      expect((await wine.json("/healthz")).body.files[0].state).toBe("ok");
      expect(await wine.pressCtrlC(hub)).toBe(0);
    });
  },
);
