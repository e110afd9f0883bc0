import { afterEach, expect, type Mock, setDefaultTimeout, spyOn, test } from "bun:test";
import type { Catalog } from "../../src/segments/catalog.ts";
import { WorkerProcess } from "../../src/workers/process.ts";
import { openCatalog } from "../support/catalog.ts";
import { archivePath, livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";

setDefaultTimeout(60_000);

/** As on a machine with too much to do: one kind of work of the processes beside the hub takes some seconds longer where it concerns `file`. */
let late: Mock<typeof WorkerProcess.prototype.call> | null = null;
function delay(task: string, file: string, ms: number): void {
  const { call } = WorkerProcess.prototype;
  late = spyOn(WorkerProcess.prototype, "call");
  late.mockImplementation(async function (this: WorkerProcess, ...asked: Parameters<typeof call>) {
    if (asked[0] === task && JSON.stringify(asked[1]).includes(file)) await Bun.sleep(ms);
    return call.apply(this, asked);
  } as typeof call);
}
afterEach(() => late?.mockRestore());

const rows: Row[] = [row(), row({ production_date: "2025-07-01" })];
const archived: Row[] = [row({ production_date: "2025-06-01" })];

function home(): string {
  const folder = temporaryHome();
  writeDatabase(livePath(folder), rows);
  writeDatabase(archivePath(folder, 2025), archived);
  return folder;
}

const rowsOf = async (catalog: Catalog) =>
  (await catalog.current()).segments.map(({ name, facts }) => [name, facts.rows]);

test("at a start questions wait for every file that is read for the first time, however slow one is", async () => {
  delay("keeper.mirror", "archive_2025.db", 3_000);
  const catalog = openCatalog(home());
  // What could be read is published after 2 s.
  expect(await rowsOf(catalog)).toEqual([
    ["live", 2],
    ["archive_2025", 1],
  ]);
  expect(catalog.lastPublished?.missing).toEqual([]);
  catalog.close();
});

test("an archive that appears while it is slow to be read leaves the days that it takes over answered", async () => {
  const folder = home();
  const catalog = openCatalog(folder);
  const before = await catalog.current();
  delay("keeper.mirror", "archive_2026.db", 4_000);
  // As a rollover leaves the files: the rows stand in both until Live lets go of them.
  writeDatabase(archivePath(folder, 2026), rows.slice(0, 1));
  expect(await catalog.current()).toBe(before);
  expect([catalog.lagging, catalog.lastPublished?.missing]).toEqual([true, []]);
  await eventually("it is taken up", async () => (await rowsOf(catalog)).length === 3 || undefined);
  expect([catalog.lagging, catalog.lastPublished?.missing]).toEqual([false, []]);
  catalog.close();
});

test("an earlier version says what it is also where the newer one was read and is only not published yet", async () => {
  const folder = home();
  const catalog = openCatalog(folder);
  await catalog.current();
  expect(catalog.lagging).toBe(false);
  delay("keeper.place", "", 4_000);
  writeDatabase(livePath(folder), [...rows, row()]);
  expect(await rowsOf(catalog)).toEqual([
    ["live", 2],
    ["archive_2025", 1],
  ]);
  expect(catalog.lagging).toBe(true);
  expect(catalog.status().map(({ name, state }) => [name, state])).toEqual([
    ["live", "copying"],
    ["archive_2025", "ok"],
  ]);
  await eventually("it is published", async () => (await rowsOf(catalog))[0]![1] === 3 || undefined);
  expect(catalog.lagging).toBe(false);
  catalog.close();
});
