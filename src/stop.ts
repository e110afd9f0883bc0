import type { Database } from "bun:sqlite";
import type { Server } from "bun";
import type { CustomQueries } from "./chat/sql/custom-queries.ts";
import type { DerivedKeeper } from "./derived/keeper.ts";
import type { Monitor } from "./monitoring/monitor.ts";
import type { Outbox } from "./notify/outbox.ts";
import type { Events } from "./observe/events.ts";
import type { Log } from "./observe/log.ts";
import type { LoopDelay } from "./observe/loop-delay.ts";
import type { IndexLookup } from "./operations/index-lookup.ts";
import type { Schedule } from "./operations/schedule.ts";
import type { Desk } from "./production/desk.ts";
import type { Catalog } from "./segments/catalog.ts";
import type { Control } from "./service/control.ts";
import { closeHubDb } from "./store/hub-db.ts";
import type { OpenTargets } from "./targets/open.ts";

/** How long running answers may take to finish when the hub is stopped, ms. */
const graceMs = 5_000;

/** The parts that are put away when the hub stops. */
export interface Running {
  catalog: Catalog;
  derived: DerivedKeeper | null;
  indexes: IndexLookup;
  events: Events;
  customQueries: CustomQueries;
  desk: Desk;
  log: Log;
  loopDelay: LoopDelay;
  monitor: Monitor;
  lock: { release: () => void };
  schedule: Schedule;
  hubDb: Database;
  outbox: Outbox;
  targets: Pick<OpenTargets, "close">;
  announced: { withdraw: () => void };
  control: Control;
}

/** Finishes running answers (5 s at the most), ends the worker processes and closes the files. */
export async function stopHub(
  servers: readonly Server<undefined>[],
  reason: string,
  {
    catalog,
    derived,
    indexes,
    events,
    customQueries,
    desk,
    log,
    loopDelay,
    monitor,
    lock,
    schedule,
    hubDb,
    outbox,
    targets,
    announced,
    control,
  }: Running,
): Promise<void> {
  log.info("hub", `Stopping: ${reason}`);
  // Whoever ends it while it finishes its answers, by a second Ctrl+C say, wanted it ended: that is no crash.
  announced.withdraw();
  events.end();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    grace = setTimeout(resolve, graceMs);
  });
  await Promise.all([Promise.race([Promise.all(servers.map((server) => server.stop())), patience]), outbox.stop()]);
  clearTimeout(grace);
  await Promise.all(servers.map((server) => server.stop(true)));
  schedule.stop();
  monitor.stop();
  loopDelay.stop();
  derived?.close();
  indexes.close();
  customQueries.close();
  targets.close();
  desk.close();
  catalog.close();
  closeHubDb(hubDb);
  control.close();
  lock.release();
  log.info("hub", "Stopped");
  await log.close();
}
