import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describeDerived } from "../../src/api/health.ts";
import type { DerivedStatus } from "../../src/derived/keeper.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, hubDbOf, startHub } from "../support/hub.ts";

const total = "/summary/monthly_total";

function newHome(): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ id: 3, good_quantity: 5 }), row({ id: 4, good_quantity: 7 })]);
  writeDatabase(archivePath(home, 2025), [row({ id: 1, production_date: "2025-03-04", good_quantity: 11 })]);
  return home;
}

async function totalsReady(hub: Hub): Promise<void> {
  await hub.fetch("/records");
  await eventually("daily totals", async () => (await hub.json("/healthz")).body.rollup.state === "ready" || undefined);
}

const stored = (home: string): { segment: string; checksum: string }[] => {
  const db = hubDbOf(home);
  try {
    return db.query<{ segment: string; checksum: string }, []>("SELECT segment, checksum FROM rollup ORDER BY 1").all();
  } finally {
    db.close();
  }
};

function change(home: string, sql: string): void {
  const db = hubDbOf(home);
  db.run(sql);
  db.close();
}

test("nothing is said to be ready before it is known which files there are", () => {
  const one = { segment: "live", state: "ready", totals: 1, progress: null, note: null } as const;
  const told = (segments: DerivedStatus[] | null) => describeDerived({ rollup: segments, search: segments }).rollup;
  expect(told(null)).toEqual({ state: "building", segments: [] });
  expect(told([])).toEqual({ state: "ready", segments: [] });
  expect(told([one])).toEqual({ state: "ready", segments: [one] });
  expect(told([one, { ...one, state: "waiting" }]).state).toBe("building");
  expect(describeDerived(null).rollup).toEqual({ state: "off", segments: [] });
});

test("totals of every file are made at the start and used again at the next one", async () => {
  const home = newHome();
  const first = await startHub({ home });
  await totalsReady(first);
  const { body } = await first.json("/healthz");
  expect(
    body.rollup.segments.map(({ segment, totals }: { segment: string; totals: number }) => [segment, totals]),
  ).toEqual([
    ["live", 1],
    ["archive_2025", 1],
  ]);
  await first.stop();
  const made = stored(home);
  const second = await startHub({ home });
  await totalsReady(second);
  expect(stored(home)).toEqual(made);
  await second.stop();
});

test("totals that are damaged or deleted are made anew, and the answer is right all the while", async () => {
  const hub = await startHub({ home: newHome(), env: { CACHE_MAX: "0" } });
  await totalsReady(hub);
  const made = stored(hub.home);
  const right = await (await hub.fetch(total)).text();
  for (const spoil of ["DELETE FROM rollup", "UPDATE rollup SET data = x'00' WHERE segment = 'live'"]) {
    change(hub.home, spoil);
    expect(await (await hub.fetch(total)).text()).toBe(right);
    await eventually("totals made anew", () => {
      const now = stored(hub.home);
      const db = hubDbOf(hub.home);
      const small = db.query<{ n: number }, []>("SELECT count(*) n FROM rollup WHERE length(data) < 10").get()!.n;
      db.close();
      return (now.length === made.length && small === 0) || undefined;
    });
    expect(stored(hub.home)).toEqual(made);
  }
  await hub.stop();
}, 180_000);

test("a deleted hub.db does not keep the hub from answering, and the next start makes it anew", async () => {
  const home = newHome();
  const hub = await startHub({ home });
  await totalsReady(hub);
  for (const side of ["", "-wal", "-shm"]) rmSync(join(home, "database", `hub.db${side}`), { force: true });
  writeDatabase(livePath(home), [row({ id: 3, good_quantity: 6 })]);
  const { body } = await hub.json(`${total}?date_from=2026-01-01`);
  expect(body.map(({ total_production }: { total_production: number }) => total_production)).toEqual([6]);
  await hub.stop();
  const next = await startHub({ home });
  await totalsReady(next);
  expect(stored(home).map(({ segment }) => segment)).toEqual(["archive_2025", "live"]);
  await next.stop();
});

test("ROLLUP=false makes none", async () => {
  const hub = await startHub({ home: newHome(), env: { ROLLUP: "false" } });
  await hub.fetch(total);
  const { body } = await hub.json("/healthz");
  expect(body.rollup).toEqual({ state: "off", segments: [] });
  expect(stored(hub.home)).toEqual([]);
  await hub.stop();
});
