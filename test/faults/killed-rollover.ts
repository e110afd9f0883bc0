import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { archivePath, CREATE_TABLE, type JournalMode, livePath, temporaryHome } from "../support/files.ts";

setDefaultTimeout(1_800_000);

const ROWS = 200_000;
const KILLS = Number(process.env.ROLLOVER_KILLS ?? 6);
const TODAY = "2026-01-05";
/** Those that the hub makes, which the rollover sets aside, and one of the ERP's own, which it must not touch. */
const INDEXES = [
  "idx_production_date ON production_records (production_date)",
  "idx_item_code ON production_records (item_code)",
  "idx_item_date ON production_records (item_code, production_date)",
  "idx_lot_number ON production_records (lot_number)",
  "erp_lots ON production_records (lot_number DESC, item_code)",
];

/** Live with two finished years, a little of the present one, late rows, duplicates of archived rows and undated ones. */
function writeHome(home: string, journal: string): void {
  const write = (path: string, mode: string, fill: (db: Database) => void) => {
    const db = new Database(path, { create: true });
    db.run(`PRAGMA journal_mode = ${mode}`);
    db.run("PRAGMA synchronous = OFF");
    db.run(CREATE_TABLE);
    fill(db);
    for (const index of INDEXES) db.run(`CREATE INDEX ${index}`);
    db.close(true);
  };
  const rows = (db: Database, from: number, to: number, firstDay: string, days: number) =>
    db.run(
      `INSERT INTO production_records
       WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
       SELECT i, date('${firstDay}', '+' || ((i - ${from}) * ${days} / (${to} - ${from} + 1)) || ' days') || ' 오전 12:00:00',
         'LT' || (i / 3), 'C' || (i * 7919 % 300), '렌즈', (i % 1000) / 4.0 FROM n`,
    );
  mkdirSync(join(home, "database"), { recursive: true });
  write(archivePath(home, 2023), "delete", (db) => rows(db, 1, 5_000, "2023-01-01", 365));
  write(livePath(home), journal, (db) => {
    rows(db, 1, 500, "2023-01-01", 365 / 10);
    db.run("UPDATE production_records SET production_date = '미정' WHERE id IN (100, 200)");
    rows(db, 10_001, 10_001 + ROWS, "2024-01-01", 738);
  });
  const db = new Database(livePath(home));
  db.run(`ATTACH '${archivePath(home, 2023)}' AS a`);
  db.run(
    `UPDATE production_records SET production_date = (SELECT production_date FROM a.production_records b WHERE b.id = production_records.id)
     WHERE id BETWEEN 300 AND 400`,
  );
  db.close(true);
}

interface Files {
  live: string;
  archives: string[];
}

function filesOf(home: string): Files {
  const names = readdirSync(join(home, "database")).filter((name) => /^archive_\d{4}\.db$/.test(name));
  return { live: livePath(home), archives: names.sort().map((name) => join(home, "database", name)) };
}

/**
 * Every row that counts by the rule of CONTRACT §1, as one text of hashes and monthly sums: computed in SQL from the files alone, with
 * nothing of the hub's.
 */
function truth(home: string): { rows: number; digest: string; months: string } {
  const { live, archives } = filesOf(home);
  const db = new Database(":memory:");
  db.run("PRAGMA busy_timeout = 30000");
  const cutoffs = archives.map((path) => Number(/(\d{4})\.db$/.exec(path)?.[1]));
  db.run("CREATE TABLE every (file INTEGER, owner INTEGER, id, d, l, c, n, q)");
  for (const [file, path] of [...archives, live].entries()) {
    db.run(`ATTACH '${path}' AS f`);
    const owner = cutoffs
      .map((year, index) => `WHEN substr(production_date, 1, 4) <= '${year}' THEN ${index}`)
      .join(" ");
    db.run(
      `INSERT INTO every SELECT ${file}, CASE WHEN date(substr(production_date, 1, 10)) IS NULL THEN ${file} ${owner} ELSE ${archives.length} END, * FROM f.production_records`,
    );
    db.run("DETACH f");
  }
  db.run("CREATE INDEX every_id ON every (id, file)");
  db.run(
    `DELETE FROM every WHERE file <> owner AND EXISTS (SELECT 1 FROM every o WHERE o.id = every.id AND o.file = every.owner
       AND o.d = every.d AND o.l IS every.l AND o.c = every.c AND o.n IS every.n AND o.q IS every.q)`,
  );
  const hash = new Bun.CryptoHasher("sha256");
  let rows = 0;
  for (const values of db.query("SELECT id, d, l, c, n, q FROM every ORDER BY id, d, l, c, q").values()) {
    hash.update(JSON.stringify(values));
    rows += 1;
  }
  const months = db.query("SELECT substr(d, 1, 7) m, count(*) n, sum(q) q FROM every GROUP BY 1 ORDER BY 1").values();
  db.close(true);
  return { rows, digest: hash.digest("hex"), months: JSON.stringify(months) };
}

/** A rollover waits more than it works, so that three at once take little longer than one. */
async function severalAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    [1, 2, 3].map(async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

const script = resolve(import.meta.dir, "rollover.ts");

async function rollOver(
  home: string,
  killAt?: number,
  killAfterMs?: number,
): Promise<{ code: number; said: string[] }> {
  const child = Bun.spawn([process.execPath, script, home, TODAY, ...(killAt === undefined ? [] : [String(killAt)])], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const timer = killAfterMs === undefined ? null : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const said = (await new Response(child.stdout).text()).trim().split("\n");
  const code = await child.exited;
  if (timer) clearTimeout(timer);
  return { code, said };
}

/** Tests of a rollover that is killed; a file for each journal mode, because they take longest of all and so run beside each other. */
export function testKilledRollover(journal: JournalMode): void {
  describe(`a rollover that is killed, Live in journal mode ${journal}`, () => {
    const model = temporaryHome();
    let expected: ReturnType<typeof truth>;
    let finished: ReturnType<typeof shape>;
    let steps: string[] = [];
    let wholeMs = 0;

    const shape = (home: string) =>
      filesOf(home).archives.map((path) => {
        const db = new Database(path, { readonly: true });
        const counts = db.query("SELECT count(*) n FROM production_records").values();
        expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
        db.close(true);
        return [path.slice(-15), counts];
      });

    const indexesOfLive = (home: string) => {
      const db = new Database(livePath(home), { readonly: true });
      const names = db.query("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name").values().flat();
      expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
      db.close(true);
      return names;
    };

    const copyOfModel = (): string => {
      const home = temporaryHome();
      cpSync(model, home, { recursive: true });
      return home;
    };

    /** After the kill every row counts once; after the next start the rollover is finished and nothing is left of it. */
    const checkRecovery = async (home: string) => {
      expect(truth(home)).toEqual(expected);
      const { code } = await rollOver(home);
      expect(code).toBe(0);
      expect(truth(home)).toEqual(expected);
      expect(shape(home)).toEqual(finished);
      expect(indexesOfLive(home)).toEqual(indexesOfLive(model));
      expect(readdirSync(join(home, "database")).filter((name) => /tmp|\.rollover|-journal$/.test(name))).toEqual([]);
      rmSync(home, { recursive: true, force: true });
    };

    beforeAll(async () => {
      writeHome(model, journal);
      expected = truth(model);
      const home = copyOfModel();
      const started = performance.now();
      const { code, said } = await rollOver(home);
      wholeMs = performance.now() - started;
      expect(code).toBe(0);
      steps = said;
      expect(truth(home)).toEqual(expected);
      finished = shape(home);
      rmSync(home, { recursive: true, force: true });
    });
    afterAll(() => rmSync(model, { recursive: true, force: true }));

    test("at a boundary between two steps loses and doubles nothing", async () => {
      // Half of the steps for each journal mode in the ordinary run, without those of the backup; all when many kills are asked for.
      const half = Number(journal === "wal");
      const ofRollover = (step: number) => !/, (copied|checked|compared|synced|stored)$/.test(steps[step] as string);
      const chosen = [...steps.keys()].filter((step) => KILLS >= 200 || (step % 2 === half && ofRollover(step)));
      expect(chosen.length).toBeGreaterThan(5);
      await severalAtATime(chosen, async (step) => {
        const home = copyOfModel();
        const { code } = await rollOver(home, step + 1);
        expect([steps[step], code]).not.toEqual([steps[step], 0]);
        await checkRecovery(home);
      });
    });

    test("at random instants loses and doubles nothing", async () => {
      const kills = Math.ceil(KILLS / 2);
      await severalAtATime([...Array(kills).keys()], async (kill) => {
        for (let code = 0; code === 0; ) {
          const home = copyOfModel();
          // Spread over the whole run, with a random part of a slot, after the time that the process takes to begin.
          const after = wholeMs * (0.25 + (0.75 * (kill + Math.random())) / kills);
          const began = performance.now();
          code = (await rollOver(home, undefined, after)).code;
          expect([0, 137]).toContain(code);
          // One that ended before its instant shows how long it takes now: the machine has other work as well.
          if (code === 0) wholeMs = Math.min(wholeMs, performance.now() - began);
          await checkRecovery(home);
        }
      });
    });
  });
}
