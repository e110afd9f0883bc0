import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { livePath, row, writeDatabase } from "../support/files.ts";
import { eventually, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

const browser = { headers: { Accept: "text/html", "Accept-Language": "en" } };

test("whoever opens an empty hub on its machine is told the folder it looks in, and sees the data when they come", async () => {
  const hub = await startHub();
  const page = await hub.fetch("/", browser);
  expect(page.headers.get("refresh")).toBe("5");
  expect(await page.text()).toContain(join(hub.home, "database"));
  writeDatabase(livePath(hub.home), [row()]);
  await eventually("the dashboard is there", async () => {
    const text = await (await hub.fetch("/", browser)).text();
    return text.includes('id="filter"') || undefined;
  });
  await hub.stop();
});

test("somebody who may not act is not told where the hub's files are", async () => {
  const hub = await startHub({ env: { ADMIN_KEY: "only-for-the-owner" } });
  const text = await (await hub.fetch("/", browser)).text();
  expect(text).toContain("There are no data files yet");
  expect(text).not.toContain(hub.home);
  await hub.stop();
});
