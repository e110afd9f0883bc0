import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { hubDbName, openHubDb } from "../../src/store/hub-db.ts";
import { migrations } from "../../src/store/migrations.ts";
import { temporaryHome } from "../support/files.ts";

const current = migrations.length;
const earlier = Array.from({ length: current - 1 }, (_, position) => position + 1);
const rows = 3;

/** A hub.db as the hub of an earlier schema left it, with rows in every table of that schema. */
function madeBy(version: number): string {
  const folder = temporaryHome();
  const db = new Database(join(folder, hubDbName), { create: true });
  db.run("PRAGMA journal_mode = WAL");
  for (const migration of migrations.slice(0, version)) db.run(migration);
  db.run(`PRAGMA user_version = ${version}`);
  for (const table of tablesOf(db)) {
    const columns = db.query<{ name: string; type: string }, []>(`PRAGMA table_info(${table})`).all();
    const insert = db.query(`INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`);
    for (let id = 1; id <= rows; id += 1)
      insert.run(...columns.map(({ type }) => (type === "INTEGER" ? id : `t${id}`)));
  }
  db.close();
  return folder;
}

function tablesOf(db: Database): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
  return db.query<{ name: string }, []>(sql).values().flat() as string[];
}

/** Version, tables and their rows, and whether SQLite finds the file sound. */
function stateOf(folder: string, file = hubDbName) {
  const db = new Database(join(folder, file), { readwrite: true });
  const { user_version: version } = db.query<{ user_version: number }, []>("PRAGMA user_version").get()!;
  const schema = db.query("SELECT name, sql FROM sqlite_schema ORDER BY name").values();
  const counts = Object.fromEntries(
    tablesOf(db).map((table) => [table, db.query(`SELECT count(*) FROM ${table}`).values().flat()[0]]),
  );
  const sound = db.query("PRAGMA integrity_check").values().flat()[0] === "ok";
  db.close();
  return { version, schema, counts, sound };
}

const copies = (folder: string) =>
  readdirSync(folder).filter((name) => name.includes("before") || name.includes("tmp"));

describe("a hub.db of an earlier hub", () => {
  const fresh = temporaryHome();
  openHubDb(fresh).close();

  test.each(earlier)("of schema %i gets the schema of a new one and keeps every row", (version) => {
    const folder = madeBy(version);
    const before = stateOf(folder);
    openHubDb(folder).close();
    const after = stateOf(folder);
    expect([after.version, after.schema, after.sound]).toEqual([current, stateOf(fresh).schema, true]);
    expect(after.counts).toMatchObject(before.counts);
  });

  test.each(earlier)("of schema %i is kept beside it, so that the earlier hub can be put back", (version) => {
    const folder = madeBy(version);
    const before = stateOf(folder);
    openHubDb(folder).close();
    expect(copies(folder)).toEqual([`hub.db.before-v${current}`]);
    const copy = stateOf(folder, `hub.db.before-v${current}`);
    expect([copy.version, copy.schema.length, copy.sound]).toEqual([version, before.schema.length, true]);
    const { job, saved_view = 0 } = before.counts;
    expect({ saved_view: 0, ...copy.counts }).toMatchObject({ job, saved_view });
    // What is made anew by itself needs no copy.
    expect(copy.counts.rollup ?? 0).toBe(0);
  });

  test("is copied once, and a present or a new one not at all", () => {
    const folder = madeBy(1);
    openHubDb(folder).close();
    const db = new Database(join(folder, hubDbName), { readwrite: true });
    db.run("DELETE FROM job");
    db.close();
    openHubDb(folder).close();
    expect(stateOf(folder, `hub.db.before-v${current}`).counts.job).toBe(rows);
    expect(copies(fresh)).toEqual([]);
  });

  test("has three copies of earlier upgrades at the most", () => {
    const folder = madeBy(2);
    for (const version of [2, 3, 10, 4])
      new Database(join(folder, `hub.db.before-v${version}`), { create: true }).close();
    openHubDb(folder).close();
    const kept = [10, current, 4].sort((a, b) => a - b);
    expect(copies(folder).sort()).toEqual(kept.map((version) => `hub.db.before-v${version}`).sort());
  });

  test("stays as it was when a migration fails half-way", () => {
    const folder = madeBy(2);
    const db = new Database(join(folder, hubDbName), { readwrite: true });
    db.run("CREATE TABLE saved_view (of_somebody_else TEXT)");
    db.close();
    const before = stateOf(folder);
    expect(() => openHubDb(folder)).toThrow("saved_view already exists");
    expect(stateOf(folder)).toEqual(before);
  });

  test("is not upgraded where it cannot be copied", () => {
    const folder = madeBy(2);
    const before = stateOf(folder);
    Bun.spawnSync(["mkdir", "-p", join(folder, `hub.db.before-v${current}`, "in the way")]);
    expect(() => openHubDb(folder)).toThrow();
    expect(stateOf(folder)).toEqual(before);
  });

  test("is of the old or of the new schema whenever the power fails, and whole after the next start", async () => {
    const module = join(import.meta.dir, "../../src/store/hub-db.ts");
    const turns = 6;
    // One after the other in the child, so that the kill falls into the work rather than into its start.
    const script = `
      const { openHubDb } = await import(${JSON.stringify(module)});
      for (let turn = 0; turn < ${turns}; turn += 1) {
        openHubDb(process.argv[1] + "/" + turn).close();
        if (turn === 0) console.log("begun");
      }`;
    const old = madeBy(2);
    for (const delay of [1, 6, 15]) {
      const outer = temporaryHome();
      for (let turn = 0; turn < turns; turn += 1) cpSync(old, join(outer, String(turn)), { recursive: true });
      const child = Bun.spawn([process.execPath, "-e", script, outer], { stdout: "pipe", stderr: "ignore" });
      await child.stdout.getReader().read();
      await Bun.sleep(delay);
      child.kill("SIGKILL");
      await child.exited;
      const folders = Array.from({ length: turns }, (_, turn) => join(outer, String(turn)));
      for (const folder of folders) {
        const { version, sound } = stateOf(folder);
        expect([[2, current].includes(version), sound]).toEqual([true, true]);
        openHubDb(folder).close();
        expect(stateOf(folder)).toMatchObject({ version: current, sound: true, counts: { job: rows } });
        expect(stateOf(folder, `hub.db.before-v${current}`).version).toBe(2);
      }
    }
  });
});
