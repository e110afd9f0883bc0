import type { MiddlewareHandler } from "hono";
import type { ChatEngine } from "../chat/engine.ts";
import type { Toolbox } from "../chat/tools/toolbox.ts";
import type { Settings } from "../config.ts";
import type { HubEnv } from "../http/env.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { FreeDisk } from "../observe/disk.ts";
import type { Events } from "../observe/events.ts";
import type { Log } from "../observe/log.ts";
import type { LoopDelay } from "../observe/loop-delay.ts";
import type { Performance } from "../observe/performance.ts";
import type { QueryCounters } from "../observe/query-counters.ts";
import type { Traffic } from "../observe/traffic.ts";
import type { TreeUse } from "../observe/tree-use.ts";
import type { IndexLookup } from "../operations/index-lookup.ts";
import type { Schedule } from "../operations/schedule.ts";
import type { Desk } from "../production/desk.ts";
import type { Quality } from "../quality/open.ts";
import type { Reports } from "../reports/reports.ts";
import type { SavedViews } from "../store/saved-views.ts";
import type { Targets } from "../targets/targets.ts";
import type { AlertCenter } from "./alerts/center.ts";
import type { Answers } from "./answer.ts";
import type { HealthServices } from "./health.ts";

/** All that the HTTP application is made of. */
export interface AppServices extends HealthServices {
  schedule: Schedule;
  settings: Settings;
  desk: Desk;
  answers: Answers;
  limiter: RateLimiter;
  views: SavedViews;
  targets: Targets;
  reports: Reports;
  outbox: Outbox;
  chat: ChatEngine;
  toolbox: Toolbox;
  /** Sees what each answer was sent with. */
  remember: MiddlewareHandler<HubEnv>;
  log: Log;
  performance: Performance;
  traffic: Traffic;
  queries: QueryCounters;
  disk: FreeDisk;
  loopDelay: LoopDelay;
  processTree: () => TreeUse;
  monitor: Monitor;
  events: Events;
  alerts: AlertCenter;
  indexes: IndexLookup;
  quality: Quality;
}
