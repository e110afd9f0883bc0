import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { livePath, row, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { WineFolder, wineLimitMs, wineRunner } from "../support/wine.ts";

setDefaultTimeout(2 * wineLimitMs);

describe.skipIf(!wineRunner)("the service of hub.exe under Wine", () => {
  let hubs: WineFolder;
  beforeAll(() => {
    hubs = new WineFolder();
    writeDatabase(livePath(hubs.folder), [row()]);
  });
  afterAll(() => hubs.endAll());

  test("a hub that is killed answers again within 10 s, its report is in the log folder, and --stop ends the service", async () => {
    const service = hubs.start(["--service", "--home", hubs.told("")]);
    const first = await hubs.healthy();
    expect(first.last_crash).toBeNull();
    hubs.killSupervised();
    const crash = await eventually(
      "another hub tells of the crash",
      () =>
        hubs
          .json("/healthz", { signal: AbortSignal.timeout(1_000) })
          .then(({ body }) => body.last_crash ?? undefined)
          .catch(() => undefined),
      10_000,
    );
    expect(readdirSync(join(hubs.folder, "logs"))).toContain(crash.report);
    expect(readFileSync(join(hubs.folder, "logs", crash.report), "utf8")).toContain("Platform   win32");
    const { code, stdout } = await hubs.run(["--home", hubs.told(""), "--stop"]);
    expect([code, stdout.trim(), await service.exited]).toEqual([0, "The hub and its service have ended.", 0]);
  });
});
