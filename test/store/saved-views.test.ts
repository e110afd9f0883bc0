import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runBackup } from "../../src/operations/backup.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { mostViews, SavedViews } from "../../src/store/saved-views.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupNames, contextOf } from "../support/operations.ts";

function opened(home = temporaryHome()): SavedViews & Disposable {
  const folder = join(home, "database");
  mkdirSync(folder, { recursive: true });
  const db = openHubDb(folder);
  return Object.assign(new SavedViews(db), { [Symbol.dispose]: () => db.close(true) });
}
const view = (name: string, address = "/?period=today", onWall = false) => ({ name, address, onWall });

test("a view keeps its trimmed name, its address and its mark, and the list is in the order of names", () => {
  using views = opened();
  for (const name of ["line 10", "  주간\n 회의 ", "Line 9", "가동률"]) views.save(view(name), false);
  views.save(view("벽", "/dashboard/trends", true), false);
  expect(views.list().map(({ name }) => name)).toEqual(["가동률", "벽", "주간 회의", "Line 9", "line 10"]);
  expect(views.list()[1]).toEqual({ id: 5, name: "벽", address: "/dashboard/trends", onWall: true });
});

test("a name is there once, whatever its case and however it is composed, and is replaced only when that is said", () => {
  using views = opened();
  views.save(view("Café A"), false);
  for (const same of ["CAFÉ A", " cafe\u0301  a", "Ｃafé A", "Café\u200b A"]) {
    expect([same, views.save(view(same, "/new"), false)]).toEqual([same, "taken"]);
  }
  const { revision } = views;
  expect(views.save(view("CAFÉ A", "/new", true), true)).toEqual({
    id: 1,
    name: "CAFÉ A",
    address: "/new",
    onWall: true,
  });
  expect(views.list()).toEqual([{ id: 1, name: "CAFÉ A", address: "/new", onWall: true }]);
  expect(views.revision).not.toBe(revision);
});

test("names of nothing, of more than 60 characters, and long addresses are refused", () => {
  using views = opened();
  expect(["", " \u200b\n", "가".repeat(61), "🏭".repeat(61)].map((name) => views.save(view(name), false))).toEqual([
    "nameless",
    "nameless",
    "longName",
    "longName",
  ]);
  expect(views.save(view("x", `/?q=${"y".repeat(4000)}`), false)).toBe("longAddress");
  expect(views.list()).toEqual([]);
  expect(views.save(view("🏭".repeat(60)), false)).toMatchObject({ id: 1 });
});

test("there are 200 at most, and then one can still be replaced, or deleted to make room", () => {
  using views = opened();
  for (let at = 0; at < mostViews; at++) views.save(view(`v${at}`), false);
  expect(views.save(view("one more"), false)).toBe("full");
  expect(views.save(view("V7", "/other"), true)).toMatchObject({ address: "/other" });
  expect([views.remove(3)?.name, views.remove(3)]).toEqual(["v2", null]);
  // An id is not given again: a form on a page that was opened before must not delete another view.
  expect(views.save(view("one more"), false)).toMatchObject({ name: "one more" });
  expect(views.list().find(({ name }) => name === "one more")!.id).toBeGreaterThan(mostViews);
});

test("every backup of hub.db holds the views, and restoring it brings them back", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({})]);
  {
    using views = opened(home);
    views.save(view("주간 회의"), false);
  }
  await runBackup(contextOf(home));
  {
    using views = opened(home);
    views.remove(1);
  }
  await runRestore(contextOf(home), { file: backupNames(home).find((name) => name.startsWith("hub_"))! });
  using views = opened(home);
  expect(views.list()).toEqual([{ id: 1, ...view("주간 회의") }]);
});
