import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { factoryClock } from "../src/observe/clock.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "./support/files.ts";
import { eventually, type Hub, type Json, startHub } from "./support/hub.ts";
import { backupNames, contentOf, databaseNames } from "./support/operations.ts";

setDefaultTimeout(180_000);

const main = resolve(import.meta.dir, "../src/main.ts");
const stackTrace = /^\s+at |\bnode:internal|\.ts:\d+/m;

let hub: Hub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

function spawn(home: string, args: string[], env: Record<string, string> = {}) {
  const { PATH = "", HOME = "" } = process.env;
  return Bun.spawn([process.execPath, main, ...args], {
    env: { PATH, HOME, HUB_HOME: home, API_PORT: "0", DASHBOARD_PORT: "0", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 90_000,
  });
}

/** Runs the command line to its end; no command ever shows a stack trace. */
async function run(home: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(home, args, env);
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(stdout + stderr).not.toMatch(stackTrace);
  return { code, stdout, stderr };
}

/** Live with two finished years and the present one, and the archive of the year before these. */
function factory(): string {
  const home = temporaryHome();
  const present = Number(factoryClock("Asia/Seoul").today().slice(0, 4));
  const years = [2023, 2024, 2025, present].flatMap((year) =>
    Array.from({ length: 20 }, (_, day) => row({ production_date: `${year}-03-${String(day + 1).padStart(2, "0")}` })),
  );
  writeDatabase(
    livePath(home),
    years.filter(({ production_date: day }) => day >= "2024"),
  );
  writeDatabase(
    archivePath(home, 2023),
    years.filter(({ production_date: day }) => day < "2024"),
  );
  return home;
}

const wrong: [args: string, says: string][] = [
  ["--backup --drill", "--backup and --drill do not go together."],
  ["--backup --restore x", "--backup and --restore do not go together."],
  ["--check --rollover", "--rollover and --check do not go together."],
  ["--demo --backup", "--demo and --backup do not go together."],
  ["--watch --checkpoint", "--checkpoint and --watch do not go together."],
  ["--live", "--live goes with --backup."],
  ["--archive", "--archive goes with --backup."],
  ["--cleanup", "--cleanup goes with --backup."],
  ["--drill --live", "--live goes with --backup."],
  ["--dry-run", "--dry-run goes with --rollover."],
  ["--backup --dry-run", "--dry-run goes with --rollover."],
  ["--json", "--json goes with --check."],
  ["--drill --json", "--json goes with --check."],
  ["--force", "--force goes with --watch."],
  ["--checkpoint --force", "--force goes with --watch."],
  ["--daemon", "--daemon goes with --watch."],
  ["--interval 10", "--interval goes with --watch."],
  ["--watch --interval 10", "--interval goes with --watch --daemon."],
  ["--watch --daemon --interval 9", "--interval is '9'"],
  ["--watch --daemon --interval soon", "--interval is 'soon'"],
  ["--watch --daemon --interval 1.5", "--interval is '1.5'"],
  ["--watch --daemon --interval -5", "Option '--interval' argument is ambiguous. See --help"],
  ["--watch --daemon --force", "--force and --daemon do not go together"],
  ["--open --no-open", "--open and --no-open do not go together."],
  ["--backup --open", "--open goes with serving, or with --demo."],
  ["--status --no-open", "--no-open goes with serving, or with --demo."],
  ["--status --backup", "--backup and --status do not go together."],
  ["--install --stop", "--install and --stop do not go together."],
  ["--demo-rows 2000", "--demo-rows goes with --demo."],
  ["--demo --demo-rows 12", "--demo-rows is '12'"],
  ["--restore", "--restore"],
  ["--interval", "--interval"],
  ["--bakcup", "--bakcup"],
  ["backup", "backup"],
  ["--backup=yes", "--backup"],
];

test("what makes no sense ends with 2 and one sentence, and touches nothing", async () => {
  const home = temporaryHome();
  const answers: unknown[] = [];
  const expected: unknown[] = [];
  for (let first = 0; first < wrong.length; first += 5) {
    await Promise.all(
      wrong.slice(first, first + 5).map(async ([args, says], place) => {
        const { code, stdout, stderr } = await run(home, args.split(" "));
        answers[first + place] = [args, code, stdout, stderr.trim().split("\n")];
        expected[first + place] = [args, 2, "", [expect.stringContaining(says)]];
      }),
    );
  }
  // A copy, because Bun writes the matchers into what it examines.
  expect(structuredClone(answers)).toEqual(expected);
  expect(readdirSync(home)).toEqual([]);
});

test("a wrong setting ends every command with 2 and one sentence", async () => {
  const home = factory();
  for (const command of ["--backup", "--check", "--watch"]) {
    const { code, stderr } = await run(home, [command], { LIVE_BACKUP_RETENTION: "many" });
    expect([command, code, stderr.trim().split("\n")]).toEqual([
      command,
      2,
      [expect.stringMatching(/LIVE_BACKUP_RETENTION.*many/)],
    ]);
  }
});

test("--backup --live --archive makes backups of both, and the log tells of it", async () => {
  const home = factory();
  const { code, stdout } = await run(home, ["--backup", "--live", "--archive"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Backed up 2 files to .*\n$/);
  expect(backupNames(home)).toEqual([
    expect.stringMatching(/^archive_2023_\d{8}_\d{6}\.db$/),
    expect.stringMatching(/^production_\d{8}_\d{6}\.db$/),
  ]);
  expect(readFileSync(join(home, "logs", "app.log"), "utf8")).toContain("| backup | Backed up 2 files");
});

test.each([
  ["--live", "production_"],
  ["--archive", "archive_2023_"],
])("--backup %s makes a backup of that alone", async (flag, begins) => {
  const home = factory();
  expect((await run(home, ["--backup", flag])).code).toBe(0);
  expect(backupNames(home)).toEqual([expect.stringMatching(new RegExp(`^${begins}`))]);
});

test("a backup that fails says why once", async () => {
  const home = factory();
  await Bun.write(livePath(home), "no database");
  const { code, stdout, stderr } = await run(home, ["--backup", "--live"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "production_analysis.db was not backed up: The file is not an SQLite database. Earlier backups are untouched.\n",
  );
});

test("--checkpoint says of each file what became of it", async () => {
  const { code, stdout } = await run(factory(), ["--checkpoint"]);
  expect([code, stdout.split("\n")]).toEqual([
    0,
    [
      "production_analysis.db: it has no -wal, so there is nothing to do.",
      "archive_2023.db: it has no -wal, so there is nothing to do.",
      "",
    ],
  ]);
});

test("a command for a folder that is not there ends with 2 and makes none", async () => {
  const missing = join(temporaryHome(), "mistyped");
  for (const command of ["--backup", "--check", "--drill", "--watch", "--restore x.db"]) {
    const { code, stderr } = await run(missing, command.split(" "));
    expect([command, code, stderr]).toEqual([command, 2, expect.stringContaining(`There is no folder ${missing}.`)]);
  }
  expect(existsSync(missing)).toBe(false);
});

test("--check --json is JSON alone, with exit code 0 when all is well and 1 when a file is damaged", async () => {
  const home = factory();
  await run(home, ["--backup", "--live", "--archive"]);
  const well = await run(home, ["--check", "--json"]);
  const result: Json = JSON.parse(well.stdout);
  expect([well.code, result.ok]).toEqual([0, true]);
  expect(result.rows.map(({ file }: Json) => file)).toContain("archive_2023.db");

  await Bun.write(archivePath(home, 2023), "damaged ".repeat(2_000));
  const sick = await run(home, ["--check", "--json"]);
  const finding = JSON.parse(sick.stdout).rows.find(({ status }: Json) => status === "fail");
  expect([sick.code, finding.file]).toEqual([1, "archive_2023.db"]);
  const table = await run(home, ["--check"]);
  expect(table.code).toBe(1);
  expect(table.stdout).toContain("archive_2023.db");
});

test("--restore puts a backup back, and says so of a file that it does not know", async () => {
  const home = factory();
  const before = contentOf(livePath(home));
  await run(home, ["--backup", "--live"]);
  writeDatabase(livePath(home), [row()]);
  const [backup = ""] = backupNames(home);
  const restored = await run(home, ["--restore", backup]);
  expect([restored.code, restored.stderr]).toEqual([0, expect.any(String)]);
  expect(contentOf(livePath(home))).toBe(before);

  for (const unknown of ["production_20200101_000000.db", "/etc/passwd", "notes.txt"]) {
    const names = databaseNames(home);
    const { code, stdout, stderr } = await run(home, ["--restore", unknown]);
    expect([unknown, code, stdout]).toEqual([unknown, 1, ""]);
    expect(stderr).toMatch(/^[A-Z].*\.\n$/);
    expect(databaseNames(home)).toEqual(names);
  }
});

test("hub.db is not restored while the hub runs, whatever its file's state", async () => {
  const home = factory();
  hub = await startHub({ home });
  await run(home, ["--backup", "--live"]);
  const backup = backupNames(home).find((name) => name.startsWith("hub_")) ?? "";
  const refused = await run(home, ["--restore", backup]);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    "hub.db belongs to the hub, which is running with this home folder. Nothing was changed. Stop the hub, give the command again, and start it.\n",
  ]);
  await hub.stop();
  expect((await run(home, ["--restore", backup])).code).toBe(0);
});

test("commands in a folder without data end with a sentence", async () => {
  for (const [args, code] of [
    ["--backup", 1],
    ["--check", 1],
    ["--rollover", 1],
  ] as const) {
    const done = await run(temporaryHome(), [args]);
    expect([args, done.code, done.stdout + done.stderr]).toEqual([args, code, expect.stringMatching(/[.]\s*$/m)]);
  }
});

test("commands in a home that cannot be used end with 1 and a sentence", async () => {
  const home = temporaryHome();
  await Bun.write(join(home, "database"), "a file where a folder should be");
  for (const args of ["--backup", "--drill", "--rollover", "--rollover --dry-run", "--restore x.db", ""]) {
    const { code, stderr } = await run(home, args.split(" ").filter(Boolean));
    expect([args, code, stderr]).toEqual([args, 1, expect.stringMatching(/\.\n$/)]);
  }
});

test("--rollover --dry-run shows the plan and changes nothing", async () => {
  const home = factory();
  const before = [contentOf(livePath(home)), databaseNames(home)];
  const { code, stdout, stderr } = await run(home, ["--rollover", "--dry-run"]);
  expect([code, stdout]).toEqual([0, "Dry run: 40 rows would be moved. Nothing was changed.\n"]);
  expect(stderr).toContain("2024-03");
  expect([contentOf(livePath(home)), databaseNames(home)]).toEqual(before);
  expect(backupNames(home)).toEqual([]);
});

test("--rollover is carried out by the hub that runs, with its key, and the totals stay the same", async () => {
  const home = factory();
  const keys = { API_KEYS: "reader-key-0123456789", ADMIN_KEY: "admin-key-0123456789" };
  hub = await startHub({ home, env: keys });
  const headers = { "X-API-Key": keys.API_KEYS };
  const totals = async () => (await hub!.json("/summary/monthly_total", { headers })).body;
  const before = await totals();
  expect(before).toHaveLength(4);

  const refused = await run(home, ["--rollover"], { ...keys, ADMIN_KEY: "another-key-0123456789" });
  expect([refused.code, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toContain("The running hub refused: ");
  expect(existsSync(archivePath(home, 2025))).toBe(false);

  const { code, stdout, stderr } = await run(home, ["--rollover"], keys);
  expect([code, stderr]).toEqual([0, expect.stringContaining("2025-03")]);
  expect(stdout).toContain("40");
  expect(await totals()).toEqual(before);
  expect([existsSync(archivePath(home, 2024)), existsSync(archivePath(home, 2025))]).toEqual([true, true]);
  const { jobs } = (await hub.json("/operations/jobs", { headers })).body;
  expect(jobs.find(({ name }: Json) => name === "rollover")).toMatchObject({ last_result: "ok", running: false });
  await hub.stop();
  expect(hub.log()).toMatch(/AUDIT.*job rollover: run by 127\.0\.0\.1/);
  expect(hub.log()).not.toContain(keys.ADMIN_KEY);
});

test("a hub on an IPv6 address names itself so that browsers and commands reach it", async () => {
  const home = factory();
  const child = spawn(home, [], { HOST: "::1", ADMIN_KEY: "admin-key-0123456789" });
  try {
    const { url } = await eventually("the hub says where it listens", () => {
      const file = join(home, "database", ".mirror", "running.json");
      return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
    });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const { stderr } = await run(home, ["--rollover"], { ADMIN_KEY: "another-key-0123456789" });
    expect(stderr).toContain("The running hub refused: The admin key is not valid.");
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
  expect(await child.stdout.text()).toMatch(/Open +http:\/\/\[::1\]:\d+\n/);
});

test("--watch --daemon goes on until SIGTERM and ends with 0", async () => {
  const home = factory();
  // Without healing a cycle does not wait for files to come to rest.
  const child = spawn(home, ["--watch", "--daemon", "--interval", "10"], { HEAL_INDEXES: "false" });
  const log = join(home, "logs", "app.log");
  await eventually("a cycle is through", () =>
    existsSync(log) && readFileSync(log, "utf8").includes("| watch | ") ? true : undefined,
  );
  expect(child.exitCode).toBeNull();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  expect(await child.stderr.text()).not.toMatch(stackTrace);
  expect(existsSync(join(home, "database", ".watcher_state.json"))).toBe(true);
});
