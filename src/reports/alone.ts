import { mkdirSync } from "node:fs";
import type { ReportKind } from "../config/reports.ts";
import { openOutbox } from "../notify/open.ts";
import type { Outbox } from "../notify/outbox.ts";
import { factoryClock } from "../observe/clock.ts";
import type { Log } from "../observe/log.ts";
import { OperationsAgeReader } from "../observe/operations-age.ts";
import { type OperationContext, OperationError } from "../operations/operation.ts";
import { Desk, TooSlowError } from "../production/desk.ts";
import { FindingsStore } from "../quality/findings-store.ts";
import { RollupShelf } from "../rollup/shelf.ts";
import { Catalog } from "../segments/catalog.ts";
import type { Day } from "../segments/day.ts";
import { UnavailableError } from "../segments/errors.ts";
import { lockHome } from "../segments/home-lock.ts";
import { openHubDb } from "../store/hub-db.ts";
import { openTargets } from "../targets/open.ts";
import { openReports } from "./open.ts";
import { tellMade } from "./outcome.ts";
import type { PageAddress } from "./report.ts";

/** How long what is sent is waited for, ms; what is not through by then goes out when a hub runs. */
const patienceMs = 60_000;
const lookEveryMs = 200;

/** What is asked for on the command line. */
export interface ReportOrder {
  kind: ReportKind;
  /** A day of the period; absent for the newest one that is over. */
  date?: Day | undefined;
  send: boolean;
}

/** Makes a report where no hub runs, with the same parts. Throws OperationError and ReportError with a sentence. */
export async function reportAlone(
  { settings, log, progress }: OperationContext,
  order: ReportOrder,
  address: PageAddress,
): Promise<{ summary: string }> {
  mkdirSync(settings.mirrorDir, { recursive: true });
  const lock = lockHome(settings.mirrorDir);
  if (!lock) throw new OperationError("A hub has just been started with this home folder. Run the command again.");
  const hubDb = openHubDb(settings.databaseDir);
  const clock = factoryClock(settings.timezone);
  const catalog = new Catalog({
    ...settings,
    archiveCutoffYear: settings.archiveCutoffYear ?? null,
    report: (level, message) => log[level](message),
  });
  const desk = new Desk({
    ...settings,
    catalog,
    rollups: settings.rollup ? new RollupShelf(settings.databaseDir) : null,
    isSearchIndexed: () => false,
    onAnswer: () => {},
  });
  const outbox = openOutbox(settings, { hubDb, log: asLog(log), port: () => settings.apiPort });
  const operations = new OperationsAgeReader(settings.databaseDir, settings.backupsDir);
  const targets = openTargets({ hubDb, desk, catalog, clock, report: (message) => log.warn(message) });
  const neighbours = () => ({ targets: targets.targets, findings: new FindingsStore(hubDb), alerts: null, operations });
  const reports = openReports({
    settings,
    hubDb,
    desk,
    catalog,
    clock,
    outbox,
    port: () => settings.apiPort,
    address,
    neighbours,
  });
  try {
    await operations.refresh();
    const day = order.date ?? (await reports.newestPeriod(order.kind)).from;
    const made = await reports.make(order.kind, day, { send: order.send, context: { log, progress } });
    if (made.sent.length > 0) await deliver(outbox);
    const deliveries = made.sent.length > 0 ? reports.deliveries(order.kind, made.report.from) : [];
    return { summary: tellMade(made, { folder: settings.reportsDir, send: order.send, deliveries }) };
  } catch (error) {
    if (error instanceof UnavailableError) {
      throw new OperationError(
        `No report was made, because there are no production data of these days to be read in ${settings.databaseDir}. See that the ERP's files are there and in order (hub --check), and run the command again.`,
      );
    }
    if (error instanceof TooSlowError) throw new OperationError(error.message);
    throw error;
  } finally {
    targets.close();
    desk.close();
    catalog.close();
    await outbox.stop();
    hubDb.close();
    lock.release();
  }
}

/** Delivers what waits, as far as it goes through in time. */
async function deliver(outbox: Outbox): Promise<void> {
  outbox.start();
  const until = Date.now() + patienceMs;
  const isWaiting = () => outbox.status().some(({ waiting, failing }) => waiting > 0 && failing === null);
  while (isWaiting() && Date.now() < until) await Bun.sleep(lookEveryMs);
}

/** What an operation says where, in the form of a log. */
const asLog = ({ info, warn, error }: OperationContext["log"]): Pick<Log, "info" | "warn" | "error"> => ({
  info: (_, message) => info(message),
  warn: (_, message) => warn(message),
  error: (_, message) => error(message),
});
