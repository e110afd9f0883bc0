import { Database } from "bun:sqlite";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { forgetDerived } from "../data.ts";
import { derivedReady } from "../derived.ts";
import { untilIdle, watchMemory } from "../process-tree.ts";
import type { Server } from "../server.ts";
import { startHub, withServers } from "../server.ts";
import { percentile } from "../statistics.ts";

const uncached = { CACHE_MAX: "0" };
const everything = "/summary/monthly_total";

const BUILD = "First build of all that is derived from the big data";
const BUILD_MEMORY = "Peak memory of all the hub's processes meanwhile";
const BUILD_HEALTH = "/healthz p99 meanwhile, with right answers";
const SIZE = "hub.db against the data";

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return await response.text();
}

async function firstBuild(bench: Bench): Promise<readonly Outcome[]> {
  forgetDerived(bench.big);
  return await withServers([startHub(bench.hub, bench.big.path, uncached)], async (hub) => {
    const begin = performance.now();
    const memory = watchMemory(hub!.pid);
    let building = true;
    const health: number[] = [];
    const answers: string[] = [];
    const probes = (async () => {
      while (building) {
        const asked = performance.now();
        await text(`${hub!.url}/healthz`);
        health.push(performance.now() - asked);
        await Bun.sleep(5);
      }
    })();
    const questions = (async () => {
      while (building) {
        answers.push(await text(`${hub!.url}/summary/by_item?date_from=2025-03-03&date_to=2025-03-09`));
        await Bun.sleep(1000);
      }
    })();
    await derivedReady(hub!.url);
    const seconds = (performance.now() - begin) / 1000;
    building = false;
    const { rss, pss } = memory.stop();
    await Promise.all([probes, questions]);
    const right = await text(`${hub!.url}/summary/by_item?date_from=2025-03-03&date_to=2025-03-09`);
    const wrong = answers.filter((answer) => answer !== right).length;
    await untilIdle(hub!.pid);
    const databases = join(bench.big.path, "database");
    const derived = ["hub.db", "hub.db-wal"].reduce(
      (sum, name) => sum + (statSync(join(databases, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
    const data = [bench.big.live, ...bench.big.archives].reduce((sum, file) => sum + statSync(file).size, 0);
    const p99 = percentile(health, 0.99);
    const absolute = { baseline: "–", ratio: null };
    return [
      {
        claim: BUILD,
        ...absolute,
        measured: `${seconds.toFixed(1)} s`,
        required: "< 90 s",
        pass: seconds < 90,
        details: { seconds },
      },
      {
        claim: BUILD_MEMORY,
        ...absolute,
        // Each of some six processes maps the same executable, which RSS counts six times.
        measured: `${(pss / 2 ** 20).toFixed(0)} MB PSS (${(rss / 2 ** 20).toFixed(0)} MB RSS)`,
        required: "< 400 MB PSS",
        pass: pss < 400 * 2 ** 20,
        details: { rss, pss },
      },
      {
        claim: BUILD_HEALTH,
        ...absolute,
        measured: `${p99.toFixed(1)} ms, ${wrong} of ${answers.length} answers wrong`,
        required: "< 50 ms, none wrong",
        pass: p99 < 50 && wrong === 0,
        details: { p99, samples: health.length, answers: answers.length, wrong },
      },
      {
        claim: SIZE,
        measured: `${(derived / 1e6).toFixed(1)} MB`,
        baseline: `${(data / 1e6).toFixed(0)} MB`,
        ratio: derived / data,
        required: "< 5 %",
        pass: derived < 0.05 * data,
        details: { derived, data },
      },
    ];
  });
}

const REFILL = "Live of the big data rewritten by the ERP: until its totals are current again";
const APPEND_SEEN = "1,000 rows appended to Live of the big data: until an answer shows them";
const APPEND_READY = "The same: until its totals are current again";

/** A home with the archives of the big data and a Live of its own, which may be written. */
function writableHome(bench: Bench): { path: string; live: string } {
  const path = mkdtempSync(join(bench.big.path, "..", "written-"));
  const databases = join(path, "database");
  mkdirSync(databases);
  for (const archive of bench.big.archives) symlinkSync(archive, join(databases, basename(archive)));
  const live = join(databases, basename(bench.big.live));
  copyFileSync(bench.big.live, live);
  return { path, live };
}

async function batches(hub: Server): Promise<number> {
  const months = JSON.parse(await text(hub.url + everything)) as { batch_count: number }[];
  return months.reduce((sum, { batch_count }) => sum + batch_count, 0);
}

/** Waits for a number of counted rows, then for the totals; seconds from `begin` to each. */
async function untilCounted(hub: Server, rows: number, begin: number): Promise<{ seen: number; ready: number }> {
  const since = (): number => (performance.now() - begin) / 1000;
  while ((await batches(hub)) !== rows) {
    if (since() > 300) throw new Error(`The hub did not count ${rows} rows within 300 s.`);
    await Bun.sleep(5);
  }
  const seen = since();
  await derivedReady(hub.url);
  return { seen, ready: since() };
}

async function changedLive(bench: Bench): Promise<readonly Outcome[]> {
  const home = writableHome(bench);
  try {
    return await withServers([startHub(bench.hub, home.path, uncached)], async (hub) => {
      await derivedReady(hub!.url);
      await untilIdle(hub!.pid);
      const before = await batches(hub!);

      const appending = new Database(home.live, { readwrite: true });
      appending.run("PRAGMA busy_timeout = 5000");
      appending.run(
        `INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity)
         SELECT '2026-11-20 오전 12:00:00', 'LT261120-' || value, 'BW0021', 'Crystal Monthly 2P', 100
         FROM json_each('[' || substr(replace(hex(zeroblob(1000)), '00', ',1'), 2) || ']')`,
      );
      const appended = performance.now();
      const append = await untilCounted(hub!, before + 1000, appended);
      bench.say(`appended: seen after ${append.seen.toFixed(2)} s, totals after ${append.ready.toFixed(2)} s`);

      await untilIdle(hub!.pid);
      appending.close();
      const refilled = `${home.live}.new`;
      copyFileSync(home.live, refilled);
      const filling = new Database(refilled);
      // The oldest row with a day, so that nobody could take the change for rows that were appended.
      filling.run(
        "DELETE FROM production_records WHERE id = (SELECT id FROM production_records WHERE production_date >= '2026-01-01' AND production_date < '2027' ORDER BY production_date LIMIT 1)",
      );
      filling.close();
      renameSync(refilled, home.live);
      const refill = await untilCounted(hub!, before + 999, performance.now());
      const absolute = { baseline: "–", ratio: null };
      return [
        {
          claim: APPEND_SEEN,
          ...absolute,
          measured: `${append.seen.toFixed(2)} s`,
          required: "in the next answer",
          pass: append.seen < 2,
          details: append,
        },
        {
          claim: APPEND_READY,
          ...absolute,
          measured: `${append.ready.toFixed(2)} s`,
          required: "< 1 s",
          pass: append.ready < 1,
          details: append,
        },
        {
          claim: REFILL,
          ...absolute,
          measured: `${refill.ready.toFixed(1)} s (seen after ${refill.seen.toFixed(1)} s)`,
          required: "< 15 s",
          pass: refill.ready < 15,
          details: refill,
        },
      ];
    });
  } finally {
    rmSync(home.path, { recursive: true });
  }
}

/** What is derived from the data is made within a minute and a half, beside right answers. */
export const derivedBuild: Measurement = {
  name: "first-build",
  claims: [BUILD, BUILD_MEMORY, BUILD_HEALTH, SIZE],
  run: firstBuild,
};

/** A written Live is noticed, and what is derived from it is made anew. */
export const derivedRefresh: Measurement = {
  name: "written-live",
  claims: [APPEND_SEEN, APPEND_READY, REFILL],
  run: changedLive,
};
