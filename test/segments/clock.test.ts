import { Database } from "bun:sqlite";
import { afterEach, expect, setDefaultTimeout, setSystemTime, test } from "bun:test";
import { openCatalog } from "../support/catalog.ts";
import { closingAfterEach } from "../support/closing.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";

setDefaultTimeout(180_000);
afterEach(() => void setSystemTime());
const closeAfterwards = closingAfterEach();

test("a file that was locked when the clock was put back by years is read as soon as it can be", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  const erp = new Database(livePath(home), { readwrite: true });
  erp.run("BEGIN EXCLUSIVE");
  const catalog = openCatalog(home);
  closeAfterwards(() => catalog.close());
  const stateOf = () => catalog.status()[0]?.state;
  await expect(catalog.current()).rejects.toThrow("locked");
  setSystemTime(new Date("2010-01-01T00:00:00Z"));
  expect(stateOf()).toBe("locked");
  // Nothing was written, so that the file looks as it did: only time makes the hub look again.
  erp.run("ROLLBACK");
  erp.close();
  for (let tries = 0; stateOf() !== "ok" && tries < 1_200; tries++) {
    await Promise.resolve(catalog.current()).catch(() => {});
    await Bun.sleep(50);
  }
  expect(stateOf()).toBe("ok");
});
