import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Erp, startErp } from "../support/erp.ts";
import { readCsv } from "../support/exports.ts";
import {
  archivePath,
  type JournalMode,
  livePath,
  type Row,
  rewriteInPlace,
  row,
  temporaryHome,
  writeDatabase,
} from "../support/files.ts";
import { eventually, type Hub, type Json, newest, startHub } from "../support/hub.ts";
import { DATA_ENDPOINTS, EXPORTS } from "../support/shape.ts";
import { versionRows } from "../support/versions.ts";

// Recovery is waited for, up to what `eventually` allows.
setDefaultTimeout(180_000);

const READS = [...DATA_ENDPOINTS, ...EXPORTS];

/** Ways a file can be spoilt without its owner noticing. */
const BREAKS: Record<string, (path: string) => void> = {
  deleted: (path) => rmSync(path, { force: true }),
  empty: (path) => writeFileSync(path, ""),
  truncated: (path) => truncateSync(path, statSync(path).size / 2),
  "no database": (path) => writeFileSync(path, "<html>Service unavailable</html>".repeat(400)),
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  "with garbage in its pages": (path) => {
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0x5a), 0, null, 4096);
    closeSync(file);
  },
  "with another table": (path) => replaceWith(path, "CREATE TABLE orders(id INTEGER PRIMARY KEY, day TEXT)"),
  "with missing columns": (path) =>
    replaceWith(path, "CREATE TABLE production_records(id INTEGER PRIMARY KEY, production_date TEXT, item_code TEXT)"),
};

const archived = (quantity: number): Row[] =>
  Array.from({ length: 150 }, (_, index) =>
    row({ id: index + 1, production_date: "2025-03-04 오전 12:00:00", item_code: "C1203", good_quantity: quantity }),
  );

const hubs: Hub[] = [];
const erps: Erp[] = [];
afterEach(async () => {
  await Promise.all(erps.splice(0).map((erp) => erp.stop()));
});
afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
});

describe.each([
  ["Live", livePath, (version: number) => versionRows(version)],
  ["an archive", (home: string) => archivePath(home, 2025), archived],
] as const)("when %s is spoilt while the hub runs", (_, pathIn, rowsOf) => {
  let hub: Hub;
  let version = 1;
  beforeAll(async () => {
    hub = await startOn(goodHome());
    await healthy(hub);
  });

  test.each(Object.keys(BREAKS))("%s: the last good version answers, and the repaired file is found", async (name) => {
    const path = pathIn(hub.home);
    const before = await answersOf(hub);
    BREAKS[name]?.(path);
    expect(await answersOf(hub)).toEqual(before);
    await eventually("/healthz names the spoilt file", async () => {
      const { status, body } = await hub.json("/healthz");
      expect(status).toBe(200);
      return body.status === "degraded" && spoiltFiles(body).length === 1 ? true : undefined;
    });
    expect(await marksOf(hub)).toEqual({ data: "last-good", hasBanner: true });
    // Asked again after the hub has looked at the file for a while.
    expect(await answersOf(hub)).toEqual(before);
    await repairs(hub, path);
    expect(await marksOf(hub)).toEqual({ data: null, hasBanner: false });
  });

  test.each(["delete", "wal"] as JournalMode[])(
    "locked in journal mode %s: the last good version answers",
    async (journal) => {
      const path = pathIn(hub.home);
      const erp = startErp(path, journal);
      erps.push(erp);
      await erp.lock();
      const before = await answersOf(hub);
      expect(await answersOf(hub)).toEqual(before);
      await erp.unlock();
      await erp.stop();
      await repairs(hub, path);
    },
  );

  test("copied over slowly: every answer is the old or the new version", async () => {
    const path = pathIn(hub.home);
    const before = await answersOf(hub);
    version += 1;
    const beside = join(dirname(path), "..", "next.db");
    writeDatabase(beside, rowsOf(version));
    const bytes = readFileSync(beside);
    const file = openSync(path, "w");
    for (let at = 0; at < bytes.length; at += 4096) {
      writeSync(file, bytes, at, Math.min(4096, bytes.length - at));
      const answers = await answersOf(hub);
      if (at + 4096 < bytes.length) expect(answers).toEqual(before);
    }
    closeSync(file);
    await showsVersion(hub, version);
  });

  test("replaced by a file of the same size and time: the next request sees it", async () => {
    const path = pathIn(hub.home);
    const { size, mtime, atime } = statSync(path);
    // The number of rows of Live repeats every 7 versions.
    version += 7;
    const beside = `${path}.next`;
    writeDatabase(beside, rowsOf(version));
    utimesSync(beside, atime, mtime);
    expect(statSync(beside).size).toBe(size);
    renameSync(beside, path);
    const { data } = (await (await newest(hub, "/records?limit=5000")).json()) as Json;
    expect(data.some((one: Json) => one.good_quantity === version)).toBe(true);
  });

  test.each(["delete", "wal"] as JournalMode[])(
    "an ERP that is killed within a transaction in journal mode %s leaves the last commit, and may go on later",
    async (journal) => {
      const path = pathIn(hub.home);
      version += 1;
      writeDatabase(path, rowsOf(version), journal);
      await showsVersion(hub, version);
      const before = await answersOf(hub);
      await startErp(path, journal).die(999);
      expect(await answersOf(hub)).toEqual(before);
      await Bun.sleep(1500);
      expect(await answersOf(hub)).toEqual(before);
      // The first program that opens the file for writing rolls the transaction back.
      const erp = startErp(path, journal);
      erps.push(erp);
      await erp.write("update", 500);
      await showsVersion(hub, 500);
      await erp.stop();
      await repairs(hub, path);
    },
  );

  async function repairs(hub: Hub, path: string): Promise<void> {
    version += 1;
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) rmSync(path, { recursive: true });
    for (const rest of ["-wal", "-shm", "-journal"]) rmSync(path + rest, { force: true });
    writeDatabase(path, rowsOf(version));
    await showsVersion(hub, version);
    await healthy(hub);
  }
});

describe("when there has never been a good Live file", () => {
  test.each(Object.keys(BREAKS))("%s: 503 with a sentence until there is one", async (name) => {
    const home = temporaryHome();
    writeDatabase(livePath(home), versionRows(1));
    BREAKS[name]?.(livePath(home));
    await unavailableUntilRepaired(home);
  });

  test("no database folder: 503 with a sentence until the files come", async () => {
    const home = temporaryHome();
    rmSync(home, { recursive: true });
    mkdirSync(home);
    await unavailableUntilRepaired(home);
    expect(existsSync(join(home, "database"))).toBe(true);
  });

  test("locked with a rollback journal: 503 until the lock is gone", async () => {
    const { hub, erp } = await startOnLocked("delete");
    await expectUnavailable(hub);
    await erp.unlock();
    await showsVersion(hub, 3);
  });

  test("locked in WAL mode: the last commit answers, at the latest when the lock is gone", async () => {
    const { hub, erp } = await startOnLocked("wal");
    const { status, body } = await hub.json("/records?limit=1");
    if (status === 200) expect(body.data[0].good_quantity).toBe(3);
    else expectSentence(body);
    expect([200, 503]).toContain(status);
    await erp.unlock();
    await showsVersion(hub, 3);
  });

  test.each(["delete", "wal"] as JournalMode[])(
    "left by an ERP that was killed within a transaction in journal mode %s: no half transaction answers",
    async (journal) => {
      const home = temporaryHome();
      writeDatabase(livePath(home), versionRows(5), journal);
      await startErp(livePath(home), journal).die(999);
      const hub = await startOn(home);
      const { status, body } = await hub.json("/records?limit=5000");
      if (status === 200) expect(new Set(body.data.map((one: Json) => one.good_quantity))).toEqual(new Set([5]));
      else expectSentence(body);
      const erp = startErp(livePath(home), journal);
      erps.push(erp);
      await erp.write("update", 6);
      await showsVersion(hub, 6);
    },
  );
});

describe("when there has never been a good archive file", () => {
  test.each(["empty", "no database", "with garbage in its pages", "with another table"])(
    "%s: questions about all days are 503 until it is repaired",
    async (name) => {
      const home = goodHome();
      BREAKS[name]?.(archivePath(home, 2025));
      const hub = await startOn(home);
      const { status, body } = await hub.json("/summary/monthly_total");
      expect(status).toBe(503);
      expectSentence(body);
      const health = (await hub.json("/healthz")).body;
      expect(health.status).toBe("degraded");
      expect(spoiltFiles(health)).toHaveLength(1);
      writeDatabase(archivePath(home, 2025), archived(7));
      await showsVersion(hub, 7);
      await healthy(hub);
    },
  );
});

test("archives answer while Live is absent", async () => {
  const home = temporaryHome();
  writeDatabase(archivePath(home, 2025), archived(4));
  const hub = await startOn(home);
  for (const path of READS) expect([path, (await hub.fetch(path)).status]).toEqual([path, 200]);
  expect([...(await quantities(hub))]).toEqual([4]);
});

test("an archive that appears while the hub runs is found", async () => {
  const hub = await startOn(goodHome());
  const older = archived(9).map((one) => ({ ...one, production_date: "2024-03-04" }));
  writeDatabase(archivePath(hub.home, 2024), older);
  await showsVersion(hub, 9);
});

test("an archive that is still being copied is told as such in the log, and that it is read once it is whole", async () => {
  const hub = await startOn(goodHome());
  const path = archivePath(hub.home, 2024);
  writeDatabase(
    `${path}.whole`,
    archived(9).map((one) => ({ ...one, production_date: "2024-03-04" })),
  );
  const whole = readFileSync(`${path}.whole`);
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  await eventually("it is told", () => hub.log().includes("archive_2024.db: The file is damaged") || undefined);
  expect(hub.log()).toMatch(/archive_2024\.db: .* if it is still being copied, that ends by itself\./);
  writeFileSync(path, whole.subarray(whole.length / 2), { flag: "a" });
  await showsVersion(hub, 9);
  await eventually("its end is told", () => hub.log().includes("archive_2024.db is read now.") || undefined);
});

describe.each([
  ["Live", livePath, "2026-01-02"],
  ["an archive", (home: string) => archivePath(home, 2025), "2025-01-02"],
] as const)("an export of %s", (_, pathIn, day) => {
  const ROWS = 120_000;
  const big = (quantity: number): Row[] =>
    Array.from({ length: ROWS }, (_, index) => ({
      id: index + 1,
      production_date: `${day} 오전 12:00:00`,
      lot_number: `LT260113-${index}`,
      item_code: "BW0021",
      item_name: "한 달용 클리어 렌즈 (30 pieces, base curve 8.6, diameter 14.2)",
      good_quantity: quantity,
    }));

  test.each([
    ["replaced by rename", (path: string) => writeDatabase(path, big(2))],
    ["rewritten in place", (path: string) => rewriteInPlace(path, big(2))],
    ["deleted", (path: string) => rmSync(path)],
  ] as const)(
    "that is being read ends complete when the file is %s",
    async (_, change) => {
      const home = temporaryHome();
      writeDatabase(pathIn(home), big(1));
      const hub = await startOn(home);
      // On a busy machine the file may take longer to be read for the first time than an answer waits.
      const response = await eventually(
        "the file is read",
        async () => {
          const found = await hub.fetch("/records.csv");
          if (found.status === 200) return found;
          expect([found.status, await found.text()]).toEqual([503, expect.stringContaining("are still being read")]);
          return undefined;
        },
        90_000,
      );
      const reader = response.body?.getReader();
      const chunks: Uint8Array[] = [];
      const first = await reader?.read();
      if (first?.value) chunks.push(first.value);
      change(pathIn(home));
      await hub.fetch("/records?limit=1");
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) chunks.push(read.value);
      const [, ...rows] = readCsv(Buffer.concat(chunks).toString());
      expect(rows).toHaveLength(ROWS);
      expect(new Set(rows.map((cells) => cells[6]))).toEqual(new Set(["1"]));
      await hub.stop();
    },
    180_000,
  );
});

async function startOnLocked(journal: JournalMode) {
  const home = temporaryHome();
  writeDatabase(livePath(home), versionRows(3), journal);
  const erp = startErp(livePath(home), journal);
  erps.push(erp);
  await erp.lock();
  return { hub: await startOn(home), erp };
}

function goodHome(): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), versionRows(1));
  writeDatabase(archivePath(home, 2025), archived(1));
  return home;
}

async function startOn(home: string): Promise<Hub> {
  const hub = await startHub({ home });
  hubs.push(hub);
  return hub;
}

/** The bodies of every JSON data endpoint. */
async function answersOf(hub: Hub): Promise<Json> {
  const answers: Json = {};
  for (const path of DATA_ENDPOINTS) {
    const { status, body } = await hub.json(path);
    expect([path, status]).toEqual([path, 200]);
    answers[path] = body;
  }
  return answers;
}

/** What says of an answer, and at the top of a page, that an earlier version answers. */
async function marksOf(hub: Hub) {
  const data = (await hub.fetch("/records?limit=1")).headers.get("X-Data-State");
  const page = await (await hub.fetch("/", { headers: { Accept: "text/html" } })).text();
  return { data, hasBanner: page.includes('<p class="banner">') };
}

/** The distinct quantities of all records. */
async function quantities(hub: Hub): Promise<Set<number>> {
  const { status, body } = await hub.json("/records?limit=5000");
  expect(status).toBe(200);
  return new Set(body.data.map((one: Json) => one.good_quantity));
}

async function showsVersion(hub: Hub, version: number): Promise<void> {
  await eventually(`version ${version} answers`, async () => {
    const { status, body } = await hub.json("/records?limit=5000");
    return status === 200 && body.data.some((one: Json) => one.good_quantity === version) ? true : undefined;
  });
}

async function healthy(hub: Hub): Promise<void> {
  await eventually("/healthz says ok", async () =>
    (await hub.json("/healthz")).body.status === "ok" ? true : undefined,
  );
  expect(spoiltFiles((await hub.json("/healthz")).body)).toEqual([]);
}

function spoiltFiles(health: Json): Json[] {
  return health.files.filter((file: Json) => file.state !== "ok");
}

async function unavailableUntilRepaired(home: string): Promise<void> {
  const hub = await startOn(home);
  await expectUnavailable(hub);
  const path = livePath(home);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) rmSync(path, { recursive: true });
  writeDatabase(path, versionRows(2));
  await showsVersion(hub, 2);
  for (const endpoint of READS) expect([endpoint, (await hub.fetch(endpoint)).status]).toEqual([endpoint, 200]);
  await healthy(hub);
}

async function expectUnavailable(hub: Hub): Promise<void> {
  for (const path of READS) {
    const { status, body } = await hub.json(path);
    expect([path, status]).toEqual([path, 503]);
    expectSentence(body);
  }
  const health = await hub.json("/healthz");
  expect(health.status).toBe(200);
  expect(health.body.status).toBe("degraded");
  expect(health.body.database).toStartWith("error: ");
  expect((await hub.json("/")).body.status).toBe("active");
}

/** The detail of a 503 is a sentence for a reader, without a path of this machine. */
function expectSentence(body: Json): void {
  expect(Object.keys(body).sort()).toEqual(["detail", "request_id"]);
  expect(body.detail).toMatch(/^\p{L}.*\.$/u);
  expect(body.detail).not.toMatch(/\/tmp|\/work|SQLITE_|Error:/);
}

function replaceWith(path: string, sql: string): void {
  rmSync(path, { force: true });
  const database = new Database(path, { create: true });
  database.run(sql);
  database.close();
}
