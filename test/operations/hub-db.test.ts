import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JobTable } from "../../src/operations/jobs.ts";
import { hubDbName, NewerSchemaError, openHubDb } from "../../src/store/hub-db.ts";
import { temporaryHome } from "../support/files.ts";
import { startHub } from "../support/hub.ts";

const fileIn = (folder: string) => join(folder, hubDbName);

function versionOf(folder: string): number {
  const db = new Database(fileIn(folder), { readwrite: true });
  const { user_version } = db.query("PRAGMA user_version").get() as { user_version: number };
  db.close();
  return user_version;
}

const tables = [
  ...["alert", "alert_memory", "chat_session", "delivery", "job", "monitoring_sample", "notification"],
  ...["quality_acceptance", "quality_day", "quality_finding", "report", "rollup", "saved_view"],
  ...["search_index", "search_page", "sqlite_sequence", "target_entry", "target_version"],
].map((name) => expect.objectContaining({ name }));

function schemaOf(folder: string): unknown[] {
  const db = new Database(fileIn(folder), { readwrite: true });
  const tables = db.query("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  db.close();
  return tables;
}

test("hub.db is made with its tables where it is missing", () => {
  const folder = temporaryHome();
  const db = openHubDb(folder);
  expect(new JobTable(db).get("backup")).toMatchObject({ name: "backup", paused: false, started_at: null });
  db.close();
  expect(schemaOf(folder)).toEqual(tables);
  expect(versionOf(folder)).toBeGreaterThan(0);
});

test("an empty file, as a power cut may leave it, becomes a hub.db", () => {
  const folder = temporaryHome();
  writeFileSync(fileIn(folder), "");
  openHubDb(folder).close();
  expect(schemaOf(folder)).toEqual(tables);
});

test("the schema is migrated once: opening again changes nothing and keeps what stands there", () => {
  const folder = temporaryHome();
  const first = openHubDb(folder);
  new JobTable(first).setFinished("backup", 5, "failed", "The disk is full.");
  first.close();
  const before = [versionOf(folder), schemaOf(folder)];
  const second = openHubDb(folder);
  expect(new JobTable(second).get("backup")).toMatchObject({ result: "failed", message: "The disk is full." });
  second.close();
  expect([versionOf(folder), schemaOf(folder)]).toEqual(before);
});

test("two processes that open a new hub.db at the same time both find it whole", async () => {
  const folder = temporaryHome();
  const script = `import { openHubDb } from "${join(import.meta.dir, "../../src/store/hub-db.ts")}";
    console.log(openHubDb(process.argv[1]).query("SELECT count(*) AS jobs FROM job").get().jobs)`;
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, "-e", script, folder], { stdout: "pipe", stderr: "pipe" }),
  );
  for (const child of children) expect([await child.stdout.text(), await child.stderr.text()]).toEqual(["0\n", ""]);
});

test("a hub.db of a newer hub is refused with a sentence and left as it is", async () => {
  const folder = temporaryHome();
  openHubDb(folder).close();
  const db = new Database(fileIn(folder), { readwrite: true });
  db.run("PRAGMA user_version = 900");
  db.close();
  expect(() => openHubDb(folder)).toThrow(NewerSchemaError);
  expect(() => openHubDb(folder)).toThrow(/newer hub \(schema 900, .*\.$/);
  expect(versionOf(folder)).toBe(900);
});

test("a hub that finds a newer hub.db says so and ends with 1", () => {
  const home = temporaryHome();
  const made = Bun.spawnSync(["mkdir", join(home, "database")]);
  expect(made.exitCode).toBe(0);
  const db = new Database(fileIn(join(home, "database")), { create: true });
  db.run("PRAGMA user_version = 900");
  db.close();
  const main = join(import.meta.dir, "../../src/main.ts");
  const { PATH = "", HOME = "" } = process.env;
  const hub = Bun.spawnSync([process.execPath, main], {
    env: { PATH, HOME, HUB_HOME: home, API_PORT: "0", DASHBOARD_PORT: "0" },
  });
  expect(hub.exitCode).toBe(1);
  expect(hub.stderr.toString().trim().split("\n")).toEqual([
    expect.stringContaining("hub.db was written by a newer hub"),
  ]);
});

test.each([
  ["no database at all", (_: Buffer) => Buffer.from("this was a database once ".repeat(400))],
  ["cut off after a page", (whole: Buffer) => whole.subarray(0, 4096)],
  [
    "overwritten in its first page",
    (whole: Buffer) => Buffer.concat([whole.subarray(0, 100), Buffer.alloc(4000, 0xff), whole.subarray(4100)]),
  ],
])("a hub.db that is %s is set aside, and a new one is made", (_, damage) => {
  const folder = temporaryHome();
  const first = openHubDb(folder);
  new JobTable(first).setFinished("backup", 5, "ok", "Done.");
  first.close();
  const damaged = damage(readFileSync(fileIn(folder)));
  writeFileSync(fileIn(folder), damaged);

  const db = openHubDb(folder);
  expect(new JobTable(db).get("backup").result).toBeNull();
  new JobTable(db).setPaused("backup", true);
  expect(new JobTable(db).get("backup").paused).toBe(true);
  db.close();
  expect(readFileSync(`${fileIn(folder)}.damaged`).equals(damaged)).toBe(true);
});

test("a hub starts with a damaged hub.db, and serves", async () => {
  const home = temporaryHome();
  const database = join(home, "database");
  await Bun.write(fileIn(database), "garbage ".repeat(1_000));
  const hub = await startHub({ home });
  expect((await hub.fetch("/operations/jobs")).status).toBe(200);
  expect(existsSync(`${fileIn(database)}.damaged`)).toBe(true);
  expect(await hub.stop()).toBe(0);
  expect(hub.stderr()).toBe("");
});
