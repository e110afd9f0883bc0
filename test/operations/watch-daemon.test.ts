import { expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { watchForEver } from "../../src/operations/watch-daemon.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { settingsOf } from "../support/operations.ts";

test("the daemon says once what keeps it from watching, and takes its work up when that is over", async () => {
  const home = temporaryHome();
  const log = join(home, "logs", "app.log");
  const logged = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean) : []);
  const cycles = (words: string) => logged().filter((line) => line.includes(words)).length;
  const stopping = Promise.withResolvers<void>();
  // Without healing a cycle does not wait for files to come to rest.
  const daemon = watchForEver(settingsOf(home, { HEAL_INDEXES: "false" }), 20, stopping.promise);

  await eventually("the first cycle is through", () => logged()[0]);
  await Bun.sleep(300);
  expect(logged()).toEqual([expect.stringContaining(`There is no folder ${join(home, "database")}. `)]);
  writeDatabase(livePath(home), [row()]);
  await eventually("it watches", () => (cycles("Files watched: 1") > 1 ? true : undefined));
  rmSync(join(home, "database"), { recursive: true });
  await eventually("it says so again", () => (cycles("There is no folder") === 2 ? true : undefined));
  stopping.resolve();
  await daemon;
  expect(cycles("There is no folder")).toBe(2);
});
