import { Database } from "bun:sqlite";
import { afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Subprocess } from "bun";
import { migrations } from "../../src/store/migrations.ts";
import { readCsv } from "../support/exports.ts";
import { temporaryHome } from "../support/files.ts";
import { eventually, type Json } from "../support/hub.ts";
import { readFactory, truthOf } from "../support/rollover.ts";

/** Windows programs start slowly under Wine, and slower still beside other work. */
const limitMs = 120_000;
setDefaultTimeout(2 * limitMs);

/** A program `RUNNER DIR PROGRAM ARG…` that runs DIR/PROGRAM under Wine with DIR as the current directory. */
const runner = process.env.WINE_RUN;
const root = resolve(import.meta.dir, "../..");
const folderName = "생산 데이터 허브 2026";
const program = `${folderName}/hub.exe`;

describe.skipIf(!runner)("hub.exe under Wine, in a folder with Korean letters and blanks", () => {
  const outside = temporaryHome();
  const folder = join(outside, folderName);
  const home = join(folder, "demo");
  const database = join(home, "database");
  let url = "";
  /** Every row that counts, before anything is moved. */
  let truth: string[] = [];
  const running = new Set<Subprocess>();

  beforeAll(() => {
    const build = [process.execPath, ".ci/build.ts", "--only", "windows", "--no-zip", "--out", join(outside, "dist")];
    const built = Bun.spawnSync(build, { cwd: root, stdout: "ignore", stderr: "pipe" });
    expect(built.stderr.toString()).toBe("");
    mkdirSync(home, { recursive: true });
    cpSync(join(outside, "dist/hub.exe"), join(outside, program));
    const port = freePort();
    url = `http://127.0.0.1:${port}`;
    writeFileSync(join(home, ".env"), `API_PORT=${port}\r\nDASHBOARD_PORT=0\r\nHOST=127.0.0.1\r\n`);
  });

  // A program that went on running would be seen by the next one: programs under Wine share one server.
  afterEach(async () => {
    for (const child of running) child.kill("SIGTERM");
    await Promise.all([...running].map((child) => child.exited));
  });

  function start(args: string[], env: Record<string, string> = {}) {
    const command = [runner ?? "", outside, program, ...args];
    const child = Bun.spawn(command, {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, ...env },
    });
    running.add(child);
    void child.exited.then(() => running.delete(child));
    return child;
  }

  const run = (...args: string[]) => ended(start(args));

  async function ended(child: ReturnType<typeof start>) {
    const timer = setTimeout(() => child.kill("SIGTERM"), limitMs);
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    clearTimeout(timer);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    return { code, stdout, stderr };
  }

  const operate = (...args: string[]) => run("--home", `${folderName}/demo`, ...args);
  const get = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(limitMs) });
  const exported = async () => readCsv(await (await get("/records.csv")).text()).length - 1;
  const serving = () =>
    eventually(
      "the hub is well",
      () =>
        fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })
          .then(async (response): Promise<Json> => response.json())
          .then((health) => (health.status === "ok" ? health : undefined))
          .catch(() => undefined),
      limitMs,
    );

  /** Presses Ctrl+C, which Wine makes of SIGINT, and returns the exit code. */
  async function pressCtrlC(running: Subprocess): Promise<number> {
    const pid = descendants(running.pid).find((candidate) => nameOf(candidate) === "hub.exe");
    process.kill(pid ?? Number.NaN, "SIGINT");
    return running.exited;
  }

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
    const hub = start(["--demo", "--demo-rows", "12000"]);
    const { files } = await serving();
    expect(files.map(({ name }: Json) => name)).toContain("archive_2025");
    const records = (await (await get("/records?limit=5")).json()) as Json;
    expect(records.data).toHaveLength(5);
    expect(await exported()).toBe(truthOf(readFactory(home)).length);
    const workbook = Buffer.from(await (await get("/records.xlsx?limit=10")).arrayBuffer());
    expect(workbook.subarray(0, 2).toString()).toBe("PK");
    const docs = await get("/docs");
    expect(docs.status).toBe(200);
    expect(docs.headers.get("content-type")).toStartWith("text/html");

    expect(await pressCtrlC(hub)).toBe(0);
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

    const hub = start(["--home", `${folderName}/demo`]);
    await serving();
    expect(await exported()).toBe(truth.length);

    // Live holds the finished year again, in a folder whose files the hub has open now.
    for (const command of ["--backup", "--rollover"]) {
      const done = await operate(command);
      expect([command, done.code, done.stderr]).toEqual([command, 0, expect.any(String)]);
    }
    expect(await exported()).toBe(truth.length);
    expect(truthOf(readFactory(home))).toEqual(truth);
    expect(await pressCtrlC(hub)).toBe(0);
  });

  test("Windows shows the hub's name and version, not those of the runtime", () => {
    const text = new TextDecoder("utf-16le").decode(readFileSync(join(outside, program)));
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

    const hub = start(["--home", `${folderName}/demo`]);
    await serving();
    expect(existsSync(join(database, `hub.db.before-v${migrations.length}`))).toBe(true);
    const { jobs } = (await (await get("/operations/jobs")).json()) as Json;
    expect(jobs.find(({ name }: Json) => name === "drill").paused).toBe(true);

    // Another Windows program does what an operator would: Linux itself would let a running program be overwritten.
    cpSync(join(outside, "dist/hub.exe"), join(folder, "new.exe"));
    const steps = `
      const { copyFileSync, renameSync } = require("node:fs");
      const tried = (step) => { try { step(); return "done"; } catch ({ code }) { return code; } };
      const [from, to, aside] = ["new", "hub", "hub-old"].map((name) => process.cwd() + "/${folderName}/" + name + ".exe");
      console.log([() => copyFileSync(from, to), () => renameSync(to, aside), () => copyFileSync(from, to)].map(tried).join());`;
    const { stdout } = await ended(start(["-e", steps], { WINE_ENV: "BUN_BE_BUN=1" }));
    expect(stdout.trim()).toBe("EBUSY,done,done");
    expect(await exported()).toBe(truth.length);

    expect(await pressCtrlC(hub)).toBe(0);

    // Not beside the running hub: Wine's server ends the self-check's own processes by numbers that are the hub's in another process namespace.
    const check = await operate("--self-check", "--json");
    expect(JSON.parse(check.stdout).rows.filter(({ status }: Json) => status === "fail")).toEqual([]);
    expect(check.code).toBe(0);
  });
});

/** A port that nothing listens on just now; a Windows program's choice of port 0 could not be asked for before it listens. */
function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port ?? 0;
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
