import { Database } from "bun:sqlite";
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodeColumns, encodeColumns } from "../../src/rollup/columns.ts";
import { migrations } from "../../src/store/migrations.ts";
import { archivePath, livePath, row, temporaryHome, writeFactory } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { backupNames } from "../support/operations.ts";

setDefaultTimeout(180_000);

const main = resolve(import.meta.dir, "../../src/main.ts");
const kinds = ["records", "item", "search", "summary", "compare", "export", "chat", "custom query", "dashboard"];

let hub: Hub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

function factory(): string {
  const home = temporaryHome();
  const year = (number: number) =>
    Array.from({ length: 30 }, (_, day) =>
      row({ production_date: `${number}-05-${String(day + 1).padStart(2, "0")} 오전 12:00:00`, good_quantity: day }),
    );
  writeFactory(home, { live: year(2026), archives: new Map([[2025, year(2025)]]) });
  return home;
}

async function run(home: string, args: string[], env: Record<string, string> = {}) {
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([process.execPath, main, ...args], {
    env: { PATH, HOME, HUB_HOME: home, HOST: "127.0.0.1", API_PORT: "0", DASHBOARD_PORT: "0", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(stdout + stderr).not.toMatch(/^\s+at |node:internal/m);
  return { code, stdout, stderr };
}

/** The findings of a self-check, and its exit code. */
async function selfCheck(home: string, env: Record<string, string> = {}) {
  const { code, stdout } = await run(home, ["--self-check", "--json"], env);
  const rows: Json[] = JSON.parse(stdout).rows;
  const of = (status: string) => rows.filter((found) => found.status === status);
  return { code, rows, failed: of("fail"), warned: of("warn") };
}

const asked = (rows: Json[]) => rows.filter(({ area }) => area === "question").map(({ file }) => file);

test("without a running hub everything is tried, a question of each kind too, and nothing goes on running", async () => {
  const home = factory();
  const { code, rows, failed } = await selfCheck(home);
  expect([code, failed]).toEqual([0, []]);
  expect(asked(rows)).toEqual(kinds);
  const areas = ["settings", "rights", "disk", "file", "integrity", "indexes", "port", "hub", "totals", "hub.db"];
  expect(rows.map(({ area }) => area)).toEqual(expect.arrayContaining(areas));
  expect(rows.find(({ area }) => area === "totals").message).toContain("agree on 4 days");
  expect(existsSync(join(home, "database/.mirror/running.json"))).toBe(false);
  const after = await startHub({ home });
  hub = after;
  await eventually("all is well", async () => (await after.json("/healthz")).body.status === "ok" || undefined);
});

test("a running hub is asked, and goes on as before", async () => {
  const home = factory();
  hub = await startHub({ home });
  const { code, rows, failed } = await selfCheck(home);
  expect([code, failed]).toEqual([0, []]);
  expect(asked(rows)).toEqual(kinds);
  expect(rows.find(({ area }) => area === "hub").message).toContain(`runs at ${hub.url}`);
  expect(rows.filter(({ area }) => area === "port")).toEqual([]);
  expect((await hub.json("/records?limit=1")).body.count).toBe(1);
});

test("a hub that asks for keys is asked with one", async () => {
  const { code, failed } = await selfCheck(factory(), { API_KEYS: "one,two", ADMIN_KEY: "three" });
  expect([code, failed]).toEqual([0, []]);
});

test("what is wrong is named with what to do, and the exit code is 1", async () => {
  const home = factory();
  rmSync(livePath(home));
  const archive = readFileSync(archivePath(home, 2025));
  archive.fill(0xff, 4096);
  writeFileSync(archivePath(home, 2025), archive);
  writeFileSync(join(home, ".env"), "API_PROT=9000\nSTREAMLIT_THEME=dark\n");
  using neighbour = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { code, failed, warned, rows } = await selfCheck(home, { API_PORT: String(neighbour.port) });
  expect(code).toBe(1);
  expect(failed.map(({ area, file }) => [area, file])).toEqual(
    expect.arrayContaining([
      ["file", "production_analysis.db"],
      ["file", "archive_2025.db"],
      ["port", String(neighbour.port)],
    ]),
  );
  expect(failed.find(({ area }) => area === "port").message).toContain("set API_PORT to another port");
  expect(warned.map(({ message }) => message)).toContainEqual(expect.stringContaining("is API_PORT meant?"));
  expect(rows.find(({ area }) => area === "settings").message).toContain("left alone: STREAMLIT_THEME");
});

test("a folder that cannot be written to is named, and no hub is started there", async () => {
  const home = factory();
  writeFileSync(join(home, "database/backups"), "a file in the folder's place");
  const { code, failed, rows } = await selfCheck(home);
  expect(code).toBe(1);
  expect(failed.map(({ area, file }) => [area, file])).toEqual([["rights", "backups"]]);
  expect(asked(rows)).toEqual([]);
});

test("an empty folder has no files to answer from, which is said", async () => {
  const { code, failed, warned, rows } = await selfCheck(temporaryHome());
  expect(code).toBe(1);
  expect(failed.map(({ file }) => file)).toContain("production_analysis.db");
  expect([...failed, ...warned].map(({ message }) => message)).toContainEqual(
    expect.stringContaining("no rows to ask"),
  );
  expect(rows.find(({ area }) => area === "totals").message).toStartWith("There are no rows yet");
});

test("totals that are not those of the rows are found", async () => {
  const home = factory();
  hub = await startHub({ home });
  const running = hub;
  await eventually("the totals are ready", async () => {
    const { rollup } = (await running.json("/healthz")).body;
    // Before the files are looked at there is nothing that is not ready.
    return (rollup.state === "ready" && rollup.segments.length === 2) || undefined;
  });
  await hub.stop();
  hub = null;
  const db = new Database(join(home, "database/hub.db"), { readwrite: true });
  const stored = db.query<{ segment: string; data: Uint8Array<ArrayBuffer> }, []>("SELECT segment, data FROM rollup");
  for (const { segment, data } of stored.all()) {
    const columns = decodeColumns(data);
    columns.sum[0]! += 1;
    const wrong = encodeColumns(columns);
    const sum = Bun.hash(wrong).toString(16);
    db.run("UPDATE rollup SET data = ?, checksum = ? WHERE segment = ?", [wrong, sum, segment]);
  }
  db.close();
  const { code, failed } = await selfCheck(home);
  expect(code).toBe(1);
  expect(failed.map(({ message }) => message)).toEqual([expect.stringContaining("differ on 2026-05-01, 2025-05-01")]);
});

describe("in a folder of a newer hub", () => {
  const sentence = `hub.db was written by a newer hub (schema 900, this one knows ${migrations.length}). Nothing was changed.`;

  function newer(): string {
    const home = factory();
    const db = new Database(join(home, "database/hub.db"), { create: true });
    db.run("PRAGMA user_version = 900");
    db.close();
    return home;
  }

  test("the self-check says so and starts no hub", async () => {
    const { code, failed, rows } = await selfCheck(newer());
    expect(code).toBe(1);
    expect(failed).toEqual([expect.objectContaining({ file: "hub.db", message: expect.stringContaining(sentence) })]);
    expect(asked(rows)).toEqual([]);
  });

  test.each(["--backup", "--drill", "--rollover", "--watch", "--checkpoint", "--watch --daemon"])(
    "%s is refused with a sentence, before anything is done",
    async (command) => {
      const home = newer();
      const { code, stderr } = await run(home, command.split(" "));
      expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
      expect(existsSync(join(home, "database/backups"))).toBe(false);
    },
  );

  test("--restore puts the hub.db of the older hub back", async () => {
    const home = factory();
    hub = await startHub({ home });
    await hub.stop();
    hub = null;
    expect((await run(home, ["--backup"])).code).toBe(0);
    const db = new Database(join(home, "database/hub.db"), { readwrite: true });
    db.run("PRAGMA user_version = 900");
    db.close();
    const backup = backupNames(home).find((name) => name.startsWith("hub_"))!;
    expect(await run(home, ["--restore", backup])).toMatchObject({ code: 0 });
    expect((await selfCheck(home)).failed).toEqual([]);
  });
});
