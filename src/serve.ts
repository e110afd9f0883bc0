import type { Server } from "bun";
import { Answers } from "./api/answer.ts";
import { createApp, newRequestId } from "./api/app.ts";
import { describeData } from "./api/data-events.ts";
import { describeDerived } from "./api/health.ts";
import { announceJobs } from "./api/job-events.ts";
import type { AppServices } from "./api/services.ts";
import { openAttention } from "./attention.ts";
import { ChatEngine } from "./chat/engine.ts";
import { GeminiModel } from "./chat/model/gemini.ts";
import { loadPlanner } from "./chat/planner/load.ts";
import { Sessions } from "./chat/sessions.ts";
import { CustomQueries } from "./chat/sql/custom-queries.ts";
import { Toolbox } from "./chat/tools/toolbox.ts";
import { contradictionsIn } from "./config/contradictions.ts";
import { mistypedSentence } from "./config/env-names.ts";
import { namesInEnvFile, type Settings, secretsOf } from "./config.ts";
import type { HubStatus } from "./console/live-status.ts";
import { DerivedKeeper } from "./derived/keeper.ts";
import { openState, takeHome } from "./home.ts";
import { AnswerCache } from "./http/answer-cache.ts";
import { clientAddress, trustedNetworks } from "./http/client-address.ts";
import { FastLane } from "./http/fast-lane.ts";
import { RateLimiter } from "./http/rate-limit.ts";
import { requestsOfThisMoment } from "./http/request-context.ts";
import { accessLine, readableTarget } from "./http/request-log.ts";
import { hubStatus } from "./hub-status.ts";
import { listenForApi, listenForDashboard, urlOf } from "./listen.ts";
import { factoryClock } from "./observe/clock.ts";
import { FreeDisk } from "./observe/disk.ts";
import { Events } from "./observe/events.ts";
import { openHubLog } from "./observe/logs.ts";
import { LoopDelay } from "./observe/loop-delay.ts";
import { OperationsAgeReader } from "./observe/operations-age.ts";
import { Performance } from "./observe/performance.ts";
import { openProcessTree } from "./observe/process-tree.ts";
import { QueryCounters } from "./observe/query-counters.ts";
import { RequestRate } from "./observe/request-rate.ts";
import { Traffic } from "./observe/traffic.ts";
import { surviveErrors } from "./observe/unhandled.ts";
import { removeInterrupted } from "./operations/alone.ts";
import { runInChild } from "./operations/child.ts";
import { duties } from "./operations/duties.ts";
import { IndexLookup } from "./operations/index-lookup.ts";
import { JobTable } from "./operations/jobs.ts";
import { eachLine, type OperationLog } from "./operations/operation.ts";
import { hasJournal, isUnderWay } from "./operations/rollover-journal.ts";
import { Schedule } from "./operations/schedule.ts";
import { Desk } from "./production/desk.ts";
import { RollupShelf } from "./rollup/shelf.ts";
import { SearchShelf } from "./search/shelf.ts";
import { Catalog } from "./segments/catalog.ts";
import { announceHub } from "./service/announcement.ts";
import { openControl } from "./service/control.ts";
import { CrashReports } from "./service/crash-report.ts";
import { crashOf, reportCrash, reportLastRun } from "./service/last-run.ts";
import { stopHub } from "./stop.ts";
import { SavedViews } from "./store/saved-views.ts";
import { version } from "./version.ts";

/** A running hub. */
export interface Hub {
  url: string;
  /** Resolves when the files were looked at: to null when data can be answered from, else to a sentence that says why not. */
  dataTrouble: Promise<string | null>;
  /** What is not as the settings want it: a sentence each for the operator. */
  notices: readonly string[];
  /** How the run before this one ended, where nobody had asked it to: a sentence for the operator. */
  lastRun: Promise<string | null>;
  /** Resolves when `--stop` asks for it. */
  stopRequested: Promise<void>;
  /** How it is, at a glance. */
  status(): HubStatus;
  /** Finishes running answers (5 s at the most), ends the worker processes and closes the files. */
  stop(reason: string): Promise<void>;
}

/** Puts the parts together and listens. Throws StartError when the port or a folder is not to be had. */
export function serve(settings: Settings): Hub {
  const lock = takeHome(settings);
  // Before this run's own lines stand in the log.
  const reported = reportLastRun(settings);
  const log = openHubLog(settings, secretsOf(settings));
  const events = new Events();
  const catalog = new Catalog({
    ...settings,
    archiveCutoffYear: settings.archiveCutoffYear ?? null,
    isRollover: () => isUnderWay(settings.databaseDir),
    report: (level, message) => log[level]("segments", message),
    onPublish: () => events.emit("data", describeData(catalog)),
  });
  // First of all, so that the files are looked at while the rest is put together.
  catalog.warmUp();
  const shelf = settings.rollup ? new RollupShelf(settings.databaseDir) : null;
  const queries = new QueryCounters();
  const desk = new Desk({
    ...settings,
    catalog,
    rollups: shelf,
    isSearchIndexed: (segment) => derived?.isSearchIndexed(segment) ?? false,
    onAnswer: ({ name, ms, rows, parameters, by }, requestId) => {
      queries.times.note({ question: name, by }, ms);
      if (ms < settings.slowQueryThresholdMs) return;
      queries.slow.add({ question: name });
      log.warn("query", `SLOW QUERY ${name} ${ms.toFixed(0)}ms rows=${rows} ${JSON.stringify(parameters)}`, requestId);
    },
  });
  const cache = new AnswerCache(settings.cacheMax, settings.cacheTtlSec);
  const clock = factoryClock(settings.timezone);
  const disk = new FreeDisk(settings.databaseDir);
  const crashes = new CrashReports(settings.logsDir);
  const performance = new Performance();
  // How long a language model takes says nothing of how fast the hub is.
  const traffic = new Traffic((route) => route.startsWith("POST /chat"));
  const loopDelay = new LoopDelay();
  const processTree = openProcessTree();
  const limiter = new RateLimiter({ limit: settings.rateLimitApi, windowSec: 60 });

  const trusted = trustedNetworks(settings.trustedProxies);
  const clientOf = (request: Request, server: Server<undefined>): string => {
    const forwardedFor = settings.trustedProxies.length === 0 ? null : request.headers.get("X-Forwarded-For");
    return clientAddress({ peer: server.requestIP(request)?.address, forwardedFor, trusted });
  };
  const operationLog: OperationLog = {
    info: (message) => eachLine(message, (line) => log.info("operations", line)),
    warn: (message) => eachLine(message, (line) => log.warn("operations", line)),
    error: (message) => eachLine(message, (line) => log.error("operations", line)),
  };
  const hubDb = openState(settings.databaseDir);
  const { geminiApiKey: apiKey, geminiModel, geminiFallbackModel: fallbackModel, geminiBaseUrl: baseUrl } = settings;
  const model =
    apiKey === undefined ? null : new GeminiModel({ apiKey, model: geminiModel, fallbackModel, baseUrl, log });
  const indexes = new IndexLookup(settings.databaseDir);
  const operations = new OperationsAgeReader(settings.databaseDir, settings.backupsDir);
  const recentCrashes = () => crashes.recent(clock);
  const attention = openAttention({
    ...{ settings, hubDb, desk, catalog, clock, log, events, traffic, queries, performance, loopDelay, disk, indexes },
    ...{ processTree, model, operations, crashes: recentCrashes, jobs: () => schedule.list() },
    port: () => server.port ?? settings.apiPort,
    use: () => ({
      tokens: model?.counters.tokens.total ?? 0,
      questions: services.chat.counters.answers.read().reduce((sum, { latency }) => sum + latency.count, 0),
      clients: events.streams,
      connections: server.pendingRequests + (second?.pendingRequests ?? 0),
    }),
  });
  const { outbox, quality, monitor, alerts, reports } = attention;
  const jobsChanged = announceJobs(() => schedule.list(), events);
  const schedule: Schedule = new Schedule(
    [...duties({ settings, holdMirrors: () => catalog.holdMirrors() }), ...attention.reports.jobs()],
    new JobTable(hubDb),
    operationLog,
    settings.timezone,
    jobsChanged,
  );
  const derived =
    shelf &&
    new DerivedKeeper({
      catalog,
      rollups: shelf,
      search: new SearchShelf(settings.databaseDir),
      databaseDir: settings.databaseDir,
      mirrorMaxMb: settings.mirrorMaxMb,
      // What this process may read at once needs no index.
      searchFromRows: settings.inlineMaxRows,
      report: (level, message) => log[level]("derived", message),
      onChange: () => {
        const { rollup, search } = describeDerived(derivedStatus());
        events.emit("rollup", rollup);
        events.emit("search", search);
      },
    });
  const derivedStatus = () => derived && { rollup: derived.status("rollup"), search: derived.status("search") };
  const leftovers = removeInterrupted(settings);
  if (leftovers.length > 0) operationLog.warn(`Removed what an interrupted operation left: ${leftovers.join(", ")}`);
  if (hasJournal(settings.databaseDir)) {
    // Answers are right meanwhile: a row that stands in two files with the same content counts once.
    const order = { name: "resume", home: settings.home, args: {} };
    runInChild(order, { log: operationLog, progress: () => {} }).catch((error: Error) =>
      operationLog.error(error.message),
    );
  }
  const lane = new FastLane({
    cache,
    limiter,
    newRequestId,
    crossOrigin: settings.corsOrigins.length > 0,
    // With keys to check, every request goes through the middleware that checks them.
    currentVersion: () => (settings.apiKeys.length > 0 || catalog.lagging ? null : (catalog.ready()?.version ?? null)),
    plainTarget: (url) => log.plain(readableTarget(url)),
    note: (answer, { route, target, status, ms, client, requestId, hit }) => {
      traffic.note(route, status, ms);
      performance.record(answer.name, ms, { hit, rows: answer.rows });
      log.access(accessLine("GET", target, status, ms, client), requestId);
    },
  });
  const customQueries = new CustomQueries({
    catalog,
    rollupDir: settings.rollup ? settings.databaseDir : null,
    timeoutSec: settings.customQueryTimeoutSec,
  });
  const toolbox = new Toolbox({ desk, catalog, runCustomQuery: customQueries.run });
  const sessions = new Sessions(hubDb, { ttlSec: settings.chatSessionTtlSec });
  const rate = new RequestRate();
  const services: AppServices = {
    settings,
    desk,
    chat: new ChatEngine({ model, desk, catalog, toolbox, sessions, loadPlanner, clock, log }),
    toolbox,
    sessions,
    schedule,
    jobs: () => schedule.list(),
    catalog,
    cache,
    clock,
    log,
    performance,
    traffic,
    queries,
    disk,
    loopDelay,
    processTree,
    monitor,
    limiter,
    remember: lane.remember,
    answers: new Answers(desk, catalog, cache),
    views: new SavedViews(hubDb),
    targets: attention.targets.targets,
    reports,
    outbox,
    operations,
    events,
    alerts,
    quality,
    indexes,
    derived: derivedStatus,
    crashes: recentCrashes,
    model,
  };
  const app = createApp(services);

  const giveUp = async (error: Error): Promise<void> => {
    const reason = `More than 100 errors in a minute that nothing caught, the last one: ${error.message}`;
    log.error("hub", `${reason} The process ends, because only a new one can be trusted.`);
    await log.flush();
    await reportCrash(settings, crashOf(error, reason));
    process.exit(1);
  };
  surviveErrors({ log, requests: requestsOfThisMoment, giveUp });
  const answer = (request: Request, asked: Server<undefined>): Response | Promise<Response> => {
    const client = clientOf(request, asked);
    rate.count();
    // An HTTP/1.0 request without a Host gets a URL that is a path alone; hono and the cache must see the same address.
    const whole = request.url.startsWith("http") ? request : new Request(`http://localhost${request.url}`, request);
    return lane.answer(whole, client) ?? app.fetch(whole, { client });
  };
  const server = listenForApi(settings, answer);
  const notices: string[] = [];
  const notice = (room: string, sentence: string): void => {
    log.warn(room, sentence);
    notices.push(sentence);
  };
  const second = listenForDashboard(settings, answer, (sentence) => notice("hub", sentence));
  const url = urlOf(server, settings.host);
  log.info("hub", `Production Data Hub ${version} listens on ${url}, home ${settings.home}`);
  const { mistyped, others } = namesInEnvFile(settings.home);
  for (const one of mistyped) notice("settings", mistypedSentence(one));
  for (const sentence of contradictionsIn(settings)) notice("settings", sentence);
  if (others.length > 0) log.warn("settings", `No settings of the hub, and left alone: ${others.join(", ")} (.env).`);
  attention.start();
  const control = openControl();
  const announced = announceHub(settings, url, control);
  const lastRun = reported.then(async (sentence) => {
    if (sentence) log.error("hub", sentence);
    await crashes.refresh();
    return sentence;
  });
  const dataTrouble = Promise.resolve()
    .then(() => catalog.current())
    .then(
      () => null,
      (error: Error) => error.message,
    );
  return {
    url,
    dataTrouble,
    notices,
    lastRun,
    stopRequested: control.stopRequested,
    status: () => hubStatus({ settings, url, rate, services }),
    stop: (reason) =>
      stopHub(second ? [server, second] : [server], reason, {
        catalog,
        derived,
        indexes,
        events,
        customQueries,
        desk,
        log,
        lock,
        loopDelay,
        monitor,
        schedule,
        hubDb,
        outbox,
        targets: attention.targets,
        announced,
        control,
      }),
  };
}
