import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { removeInterrupted } from "../../src/operations/alone.ts";
import { type JournalMode, livePath, temporaryHome } from "../support/files.ts";
import {
  backupNames,
  backupPath,
  contentOf,
  databaseNames,
  integrityOf,
  type OperationOrder,
  settingsOf,
  startOperation,
  writeManyRows,
} from "../support/operations.ts";

const ROWS = 200_000;
/** Random instants for each operation and journal mode, half of them each. */
const INSTANTS = Number(process.env.KILL_INSTANTS ?? 24);
const BACKUP = "production_20260113_020000.db";
const LIMIT_MS = 60_000 + INSTANTS * 10_000;

interface Truth {
  readonly present: string;
  readonly backup: string;
}

/** The files that every round begins with: `present` and `backup` hold different quantities in each row. */
const stock = join(temporaryHome(), "stock");
const truths = new Map<JournalMode, Truth>();

beforeAll(() => {
  mkdirSync(stock, { recursive: true });
  for (const journal of ["delete", "wal"] as const) {
    const [present, backup] = [join(stock, `present-${journal}.db`), join(stock, `backup-${journal}.db`)];
    writeManyRows(present, ROWS, 1, journal);
    writeManyRows(backup, ROWS, 2, journal);
    truths.set(journal, { present: contentOf(present), backup: contentOf(backup) });
    for (const suffix of ["-wal", "-shm"]) rmSync(`${present}${suffix}`, { force: true });
  }
}, 180_000);
afterAll(() => rmSync(stock, { recursive: true, force: true }));

function newHome(journal: JournalMode): string {
  const home = temporaryHome();
  mkdirSync(join(home, "database", "backups"), { recursive: true });
  copyFileSync(join(stock, `present-${journal}.db`), livePath(home));
  copyFileSync(join(stock, `backup-${journal}.db`), backupPath(home, BACKUP));
  const minuteAgo = new Date(Date.now() - 60_000);
  utimesSync(livePath(home), minuteAgo, minuteAgo);
  return home;
}

/** Runs an operation that is killed `afterMs` its start, or by itself at a step; true when it was killed. */
async function runAndKill(order: OperationOrder, afterMs: number | null): Promise<boolean> {
  const child = startOperation(order);
  if (afterMs !== null) {
    // The clock starts when the program has loaded: what comes before touches no file.
    await child.stdout.getReader().read();
    await Promise.race([Bun.sleep(afterMs), child.exited]);
    child.kill("SIGKILL");
  }
  await child.exited;
  return child.signalCode === "SIGKILL";
}

async function durationOf(order: OperationOrder): Promise<number> {
  const child = startOperation(order);
  await child.stdout.getReader().read();
  const started = performance.now();
  expect(await child.exited).toBe(0);
  return performance.now() - started;
}

/** Nothing but finished files is left once the hub has started again. */
function expectNoLeftovers(home: string): void {
  removeInterrupted(settingsOf(home));
  const all = [...databaseNames(home), ...backupNames(home)];
  expect(all.filter((name) => /\.tmp|-wal|-shm|-journal|^\.drill/.test(name))).toEqual([]);
}

function expectBackup(home: string, { present, backup }: Truth): void {
  expectNoLeftovers(home);
  expect(contentOf(livePath(home))).toBe(present);
  for (const name of backupNames(home)) {
    expect([name, integrityOf(backupPath(home, name))]).toEqual([name, "ok"]);
    expect(contentOf(backupPath(home, name))).toBe(name === BACKUP ? backup : present);
  }
  expect(existsSync(backupPath(home, BACKUP))).toBe(true);
}

function expectRestore(home: string, { present, backup }: Truth): "old" | "new" {
  expectNoLeftovers(home);
  expect(integrityOf(livePath(home))).toBe("ok");
  expect(contentOf(backupPath(home, BACKUP))).toBe(backup);
  const kept = readdirSync(join(home, "database")).filter((name) => name.includes(".before-restore-"));
  const content = contentOf(livePath(home));
  if (content === present) {
    expect(kept).toEqual([]);
    return "old";
  }
  expect(content).toBe(backup);
  expect(kept).toHaveLength(1);
  expect(contentOf(join(home, "database", kept[0] ?? ""))).toBe(present);
  return "new";
}

const orders = {
  backup: { args: { live: true }, steps: 5, verify: expectBackup },
  restore: { args: { file: BACKUP }, steps: 6, verify: expectRestore },
} as const;

describe.each(["delete", "wal"] as const)("with a file of 200,000 rows in journal mode %s", (journal) => {
  for (const name of ["backup", "restore"] as const) {
    const { args, steps, verify } = orders[name];

    test(`a ${name} killed at each of its steps loses and doubles no row`, async () => {
      for (let dieAtStep = 1; dieAtStep <= steps; dieAtStep++) {
        const home = newHome(journal);
        expect(await runAndKill({ name, home, args, dieAtStep }, null)).toBe(true);
        verify(home, truths.get(journal)!);
        rmSync(home, { recursive: true });
      }
    }, 180_000);

    test(
      `a ${name} killed at ${INSTANTS / 2} random instants loses and doubles no row`,
      async () => {
        let whole = await durationOf({ name, home: newHome(journal), args });
        for (let round = 0, killed = 0; killed < INSTANTS / 2; round++) {
          const home = newHome(journal);
          const began = performance.now();
          if (await runAndKill({ name, home, args }, Math.random() * whole)) killed += 1;
          // One that ended before its instant shows how long it takes now: the machine has other work as well.
          else whole = Math.min(whole, performance.now() - began);
          verify(home, truths.get(journal)!);
          // Whoever tries again succeeds, whatever the first attempt left.
          if (round % 10 === 0) expect(await startOperation({ name, home, args }).exited).toBe(0);
          rmSync(home, { recursive: true });
        }
      },
      LIMIT_MS,
    );
  }
});
