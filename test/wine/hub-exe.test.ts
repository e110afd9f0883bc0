import { Database } from "bun:sqlite";
import { afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrations } from "../../src/store/migrations.ts";
import { readCsv } from "../support/exports.ts";
import type { Json } from "../support/hub.ts";
import { readFactory, truthOf } from "../support/rollover.ts";
import { WineFolder, wineLimitMs, wineRunner } from "../support/wine.ts";

setDefaultTimeout(2 * wineLimitMs);

describe.skipIf(!wineRunner)("hub.exe under Wine, in a folder with Korean letters and blanks", () => {
  let hubs: WineFolder;
  let home = "";
  let database = "";
  /** Every row that counts, before anything is moved. */
  let truth: string[] = [];

  beforeAll(() => {
    hubs = new WineFolder();
    home = hubs.demo;
    database = join(home, "database");
  });
  afterEach(() => hubs.endAll());

  async function run(...args: string[]) {
    const ran = await hubs.run(args);
    expect(ran.stdout + ran.stderr).not.toMatch(/^\s+at /m);
    return ran;
  }
  const atDemo = () => ["--home", hubs.told("demo")];
  const operate = (...args: string[]) => run(...atDemo(), ...args);
  const exported = async () => readCsv(await (await hubs.fetch("/records.csv")).text()).length - 1;

  test("--version and --help say what it is and what it can do", async () => {
    const version = await run("--version");
    expect(version.code).toBe(0);
    expect(version.stdout).toMatch(/^Production Data Hub \d+\.\d+\.\d+( \(built .+\))?\s*$/);
    const help = await run("--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("--rollover [--dry-run]");
    expect((await run("--licences")).stdout).toContain("JavaScriptCore");
    expect((await run("--backup", "--drill")).code).toBe(2);
  });

  test("--demo serves records, health, both exports and the documentation, and stops cleanly", async () => {
    const hub = hubs.start(["--demo", "--demo-rows", "12000"]);
    const { files } = await hubs.healthy();
    expect(files.map(({ name }: Json) => name)).toContain("archive_2025");
    const records = (await hubs.json("/records?limit=5")).body;
    expect(records.data).toHaveLength(5);
    expect(await exported()).toBe(truthOf(readFactory(home)).length);
    const workbook = Buffer.from(await (await hubs.fetch("/records.xlsx?limit=10")).arrayBuffer());
    expect(workbook.subarray(0, 2).toString()).toBe("PK");
    const docs = await hubs.fetch("/docs");
    expect(docs.status).toBe(200);
    expect(docs.headers.get("content-type")).toStartWith("text/html");

    expect(await hubs.pressCtrlC(hub)).toBe(0);
    expect(readFileSync(join(home, "logs", "app.log"), "utf8")).toMatch(/ \| Stopped\s*$/);
  });

  test("a year that nobody has rolled over yet stands in Live", () => {
    const live = new Database(join(database, "production_analysis.db"));
    live.run("ATTACH ? AS past", [join(database, "archive_2025.db")]);
    const moved = live.run(
      `INSERT INTO production_records SELECT id + 50000000, production_date, lot_number, item_code, item_name, good_quantity
       FROM past.production_records`,
    );
    live.close(true);
    rmSync(join(database, "archive_2025.db"));
    expect(moved.changes).toBeGreaterThan(0);
    truth = truthOf(readFactory(home));
  });

  test("--backup, --drill and --check leave proved backups with plain names", async () => {
    const backup = await operate("--backup", "--live", "--archive");
    expect([backup.code, backup.stderr]).toEqual([0, expect.not.stringContaining("not backed up")]);
    const names = readdirSync(join(database, "backups"));
    expect(names).toContainEqual(expect.stringMatching(/^production_\d{8}_\d{6}\.db$/));
    expect(names).toContainEqual(expect.stringMatching(/^archive_\d{4}_\d{8}_\d{6}\.db$/));
    expect(names.filter((name) => !/^(production|archive_\d{4}|hub)_\d{8}_\d{6}\.db$/.test(name))).toEqual([]);
    const drill = await operate("--drill");
    expect([drill.code, drill.stderr]).toEqual([0, expect.any(String)]);
    const check = await operate("--check", "--json");
    expect(JSON.parse(check.stdout).rows.filter(({ status }: Json) => status === "fail")).toEqual([]);
    expect(check.code).toBe(0);
  });

  test("--rollover counts the same rows before and after, and --restore puts Live back", async () => {
    const dry = await operate("--rollover", "--dry-run");
    expect([dry.code, dry.stdout.trim().split("\n")]).toEqual([0, [expect.any(String)]]);
    const rolled = await operate("--rollover");
    expect([rolled.code, rolled.stderr]).toEqual([0, expect.any(String)]);
    expect(existsSync(join(database, "archive_2025.db"))).toBe(true);
    expect(truthOf(readFactory(home))).toEqual(truth);
    expect(readdirSync(database).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    const [newest] = readdirSync(join(database, "backups"))
      .filter((name) => name.startsWith("production_"))
      .sort()
      .reverse();
    const restored = await operate("--restore", newest ?? "none");
    expect([restored.code, restored.stderr]).toEqual([0, expect.any(String)]);
    expect(readdirSync(database).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(existsSync(join(database, "production_analysis.db"))).toBe(true);
    expect(readdirSync(database)).toContainEqual(expect.stringContaining("production_analysis.db.before-restore-"));

    const hub = hubs.start(atDemo());
    await hubs.healthy();
    expect(await exported()).toBe(truth.length);

    // Live holds the finished year again, in a folder whose files the hub has open now.
    for (const command of ["--backup", "--rollover"]) {
      const done = await operate(command);
      expect([command, done.code, done.stderr]).toEqual([command, 0, expect.any(String)]);
    }
    expect(await exported()).toBe(truth.length);
    expect(truthOf(readFactory(home))).toEqual(truth);
    expect(await hubs.pressCtrlC(hub)).toBe(0);
  });

  test("Windows shows the hub's name and version, not those of the runtime", () => {
    const text = new TextDecoder("utf-16le").decode(readFileSync(join(hubs.folder, "hub.exe")));
    const value = (name: string) => text.match(new RegExp(`${name}\\0+([^\\0]+)\\0`, "g")) ?? [];
    expect(value("ProductName")).toContainEqual(expect.stringContaining("Production Data Hub"));
    expect(value("FileVersion")).toContainEqual(expect.stringMatching(/\d+\.\d+\.\d+\.0/));
    expect(value("ProductName")).not.toContainEqual(expect.stringMatching(/\0Bun\0/));
  });

  test("an upgrade: the running hub.exe gives way under another name alone, and the new one brings hub.db up and keeps a copy", async () => {
    rmSync(join(database, "hub.db"));
    const old = new Database(join(database, "hub.db"), { create: true });
    for (const migration of migrations.slice(0, 3)) old.run(migration);
    old.run("INSERT INTO job (name, paused) VALUES ('drill', 1)");
    old.run("PRAGMA user_version = 3");
    old.close();

    const hub = hubs.start(atDemo());
    await hubs.healthy();
    expect(existsSync(join(database, `hub.db.before-v${migrations.length}`))).toBe(true);
    const { jobs } = (await hubs.json("/operations/jobs")).body;
    expect(jobs.find(({ name }: Json) => name === "drill").paused).toBe(true);

    // Another Windows program does what an operator would: Linux itself would let a running program be overwritten.
    copyFileSync(join(hubs.folder, "hub.exe"), join(hubs.folder, "new.exe"));
    const steps = `
      const { copyFileSync, renameSync } = require("node:fs");
      const tried = (step) => { try { step(); return "done"; } catch ({ code }) { return code; } };
      const [from, to, aside] = ["new", "hub", "hub-old"].map((name) => process.cwd() + "/${hubs.told("")}" + name + ".exe");
      console.log([() => copyFileSync(from, to), () => renameSync(to, aside), () => copyFileSync(from, to)].map(tried).join());`;
    const { stdout } = await hubs.runScript(steps);
    expect(stdout.trim()).toBe("EBUSY,done,done");
    expect(await exported()).toBe(truth.length);

    const check = await operate("--self-check", "--json");
    expect(JSON.parse(check.stdout).rows.filter(({ status }: Json) => status === "fail")).toEqual([]);
    expect(check.code).toBe(0);
    expect(await hubs.pressCtrlC(hub)).toBe(0);
  });
});
