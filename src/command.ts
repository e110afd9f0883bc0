import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { loadSettings, type Settings, SettingsError } from "./config.ts";
import { factoryClock } from "./observe/clock.ts";
import type { OperationContext } from "./operations/operation.ts";
import type { ReportOrder } from "./reports/alone.ts";
import { holdWindow, run } from "./run.ts";
import { isHomeLocked } from "./segments/home-lock.ts";
import type { Place } from "./service/commands.ts";
import { StartError } from "./start-error.ts";
import { stopSignal } from "./stop-signal.ts";
import { hubDbVersion } from "./store/hub-db.ts";
import {
  demoRows,
  helpText,
  readArguments,
  reportOrder,
  serviceVerbs,
  UsageError,
  type Values,
  watchInterval,
  whetherToOpen,
} from "./usage.ts";
import { buildDate, version } from "./version.ts";
import { endWithParent } from "./workers/orphan.ts";

const done = 0;
const failed = 1;
const wrongUsage = 2;

/**
 * Runs the command line and returns the exit code: 0 done, 1 failed, 2 wrong usage or a wrong setting. `beside` is the folder of the executable (of the
 * project, from source), where the home is unless told otherwise.
 */
export async function runCommand(args: string[], beside: string): Promise<number> {
  try {
    const code = await carryOut(args, beside);
    if (code !== done) await holdWindow();
    return code;
  } catch (error) {
    console.error(error);
    await holdWindow();
    return failed;
  }
}

async function carryOut(args: string[], beside: string): Promise<number> {
  try {
    const values = readArguments(args);
    if (values.help) return print(helpText());
    if (values.version) return print(`Production Data Hub ${version}${buildDate ? ` (built ${buildDate})` : ""}`);
    if (values.licences) return await printLicences();
    const home = path.resolve(values.home ?? (process.env.HUB_HOME?.trim() || beside));
    const rows = demoRows(values["demo-rows"], values.demo ?? false);
    const command = chosenCommand(values);
    const aboutService = serviceVerbs.find((verb) => values[verb]);
    const open = whetherToOpen(values, command !== null || aboutService !== undefined);
    if (command && !existsSync(home)) {
      throw new UsageError(
        `There is no folder ${home}. --home (or HUB_HOME) names the folder that holds database and logs.`,
      );
    }
    // Without the settings: how a hub is that cannot start because of them must be seen as well.
    if (aboutService) return await carryOutVerb(aboutService, { home, isBeside: home === beside });
    const settings = loadSettings({ home: values.demo ? path.join(home, "demo") : home, env: process.env });
    const passedOver = path.join(home, ".env");
    if (values.demo && existsSync(passedOver)) {
      print(`--demo does not read ${passedOver}: its settings are those of ${path.join(settings.home, ".env")}.\n`);
    }
    if (command) return await command(settings);
    // A hub that runs there would be left without its files; starting says so.
    if (values.demo && lockIsFree(settings)) await makeDemo(settings, rows);
    const supervised = values.supervised ?? false;
    if (supervised) endWithParent();
    await run(settings, { open, supervised });
    return done;
  } catch (error) {
    const { name, message, code, syscall, path: file } = error as NodeJS.ErrnoException;
    if (error instanceof UsageError || error instanceof SettingsError) return complain(message, wrongUsage);
    if (
      error instanceof StartError ||
      ["DemoError", "OperationError", "ReportError", "ServiceError", "NewerSchemaError"].includes(name)
    )
      return complain(message, failed);
    if (syscall && file) {
      const advice = "See that the folder is there and that the hub may write into it, and run the command again.";
      return complain(`${file} cannot be used (${code}). ${advice}`, failed);
    }
    throw error;
  }
}

/** The command that the arguments name; null for serving. Throws UsageError for combinations that mean nothing. */
function chosenCommand(values: Values): ((settings: Settings) => Promise<number>) | null {
  const operationNames = [
    ...(["demo", "backup", "restore", "drill", "rollover", "check", "checkpoint", "watch"] as const),
    "report" as const,
  ];
  const commands = [...operationNames, "self-check" as const, ...serviceVerbs].filter(
    (name) => values[name] !== undefined,
  );
  if (commands.length > 1)
    throw new UsageError(`${commands.map((name) => `--${name}`).join(" and ")} do not go together.`);
  for (const [flag, command] of [
    ["live", "backup"],
    ["archive", "backup"],
    ["cleanup", "backup"],
    ["dry-run", "rollover"],
    ["json", values["self-check"] ? "self-check" : "check"],
    ["force", "watch"],
    ["daemon", "watch"],
    ["interval", "watch"],
    ["date", "report"],
    ["send", "report"],
  ] as const) {
    if (values[flag] !== undefined && values[command] === undefined)
      throw new UsageError(`--${flag} goes with --${command}.`);
  }
  const { live = false, archive = false, cleanup = false, force = false, daemon = false, restore } = values;
  if (values.backup) {
    const args = { live, archive, cleanup };
    return (settings) => operate(settings, "backup", ({ operations }, context) => operations.backup(context, args));
  }
  if (restore !== undefined) {
    const args = { file: restore };
    return (settings) => operate(settings, "restore", ({ operations }, context) => operations.restore(context, args));
  }
  if (values.drill)
    return (settings) => operate(settings, "drill", ({ operations }, context) => operations.drill(context));
  if (values.checkpoint) {
    const args = { force: true };
    return (settings) =>
      operate(settings, "checkpoint", ({ operations }, context) => operations.checkpoint(context, args));
  }
  if (values.check) return (settings) => check(settings, values.json ?? false);
  if (values["self-check"]) return (settings) => selfCheck(settings, values.json ?? false);
  if (values.rollover) return (settings) => rollOver(settings, values["dry-run"] ?? false);
  if (values.report !== undefined) {
    const order = reportOrder(values.report, values.date, values.send ?? false);
    return (settings) => makeReport(settings, order);
  }
  if (values.watch) {
    if (force && daemon) {
      throw new UsageError("--force and --daemon do not go together: the ERP may be at rest now, but not for ever.");
    }
    const interval = watchInterval(values.interval, daemon);
    return (settings) => (daemon ? watchAgainAndAgain(settings, interval) : watchOnce(settings, force));
  }
  return null;
}

/** Registers the service, takes it back, ends it, or tells how it is: exit code 1 then means that no hub answers. */
async function carryOutVerb(verb: (typeof serviceVerbs)[number], place: Place): Promise<number> {
  const { install, stop, uninstall } = await import("./service/commands.ts");
  if (verb === "install") return print(install(place));
  if (verb === "uninstall") return print(await uninstall(place));
  if (verb === "stop") return print(await stop(place));
  const { describeService } = await import("./service/status.ts");
  const { text, running } = await describeService(place);
  print(text);
  return running ? done : failed;
}

type OperationRoom = typeof import("./operations/registry.ts");

/** Carries one operation out and prints what it says. */
async function operate(
  settings: Settings,
  name: string,
  operation: (room: OperationRoom, context: OperationContext) => { summary: string } | Promise<{ summary: string }>,
): Promise<number> {
  // Throws where a newer hub has worked; but a restore may be what puts the older hub.db back.
  if (name !== "restore") hubDbVersion(settings.databaseDir);
  const room = await import("./operations/registry.ts");
  const { runFromCommandLine } = await import("./operations/command-line.ts");
  const { summary } = await runFromCommandLine(settings, name, (context) => operation(room, context));
  return print(summary);
}

const watchOnce = (settings: Settings, force: boolean): Promise<number> =>
  operate(settings, "watch", ({ operations }, context) => operations.watch(context, { force }));

/** Checks files, backups and disk; exit code 1 when something is wrong. */
async function check(settings: Settings, json: boolean): Promise<number> {
  const { operations, renderCheck } = await import("./operations/registry.ts");
  const { runFromCommandLine } = await import("./operations/command-line.ts");
  const result = await runFromCommandLine(settings, "check", (context) => operations.check(context, {}));
  print(json ? JSON.stringify(result, null, 2) : renderCheck(result));
  return result.ok ? done : failed;
}

/** Tries whether the hub works where it is; exit code 1 when something does not. */
async function selfCheck(settings: Settings, json: boolean): Promise<number> {
  const { renderSelfCheck, runSelfCheck } = await import("./self-check/self-check.ts");
  const { runFromCommandLine } = await import("./operations/command-line.ts");
  const result = await runFromCommandLine(settings, "self-check", ({ progress }) => runSelfCheck(settings, progress));
  print(json ? JSON.stringify(result, null, 2) : renderSelfCheck(result));
  return result.ok ? done : failed;
}

/** Moves the finished years: by the running hub where there is one, so that there is never a second writer. The plan comes first. */
async function rollOver(settings: Settings, dryRun: boolean): Promise<number> {
  if (dryRun) {
    return operate(settings, "rollover", ({ operations }, context) => operations.rollover(context, { dryRun }));
  }
  if (lockIsFree(settings)) {
    return operate(settings, "rollover", async ({ operations }, context) => {
      await operations.resume(context);
      return operations.rollover(context, {});
    });
  }
  return operate(settings, "rollover", ({ askRunningHub }, context) => askRunningHub(context, "rollover"));
}

/** Makes a report: by the running hub where there is one, because what is sent is remembered in its database. */
async function makeReport(settings: Settings, order: ReportOrder): Promise<number> {
  const { reportByHub } = await import("./reports/by-hub.ts");
  if (!lockIsFree(settings)) return operate(settings, "report", (_, context) => reportByHub(context, order));
  const { reportAlone } = await import("./reports/alone.ts");
  const { reportAddress } = await import("./dashboard/report-address.ts");
  return operate(settings, "report", (_, context) => reportAlone(context, order, reportAddress));
}

function lockIsFree({ mirrorDir }: Settings): boolean {
  mkdirSync(mirrorDir, { recursive: true });
  return !isHomeLocked(mirrorDir);
}

async function watchAgainAndAgain(settings: Settings, interval: number | null): Promise<number> {
  hubDbVersion(settings.databaseDir);
  const { watchForEver } = await import("./operations/watch-daemon.ts");
  await watchForEver(settings, (interval ?? settings.watchIntervalSec) * 1000, stopSignal());
  return done;
}

async function makeDemo(settings: Settings, rows: number): Promise<void> {
  const { generateDemo } = await import("./demo/generate.ts");
  const { showProgress } = await import("./observe/progress.ts");
  const today = factoryClock(settings.timezone).today();
  const { onProgress, finish } = showProgress("Demo data");
  try {
    generateDemo({ databaseDir: settings.databaseDir, rows, today, onProgress });
  } finally {
    finish();
  }
}

function print(text: string): number {
  console.log(text);
  return done;
}

/** Prints what is inside of the executable that others wrote, and under which licences. */
async function printLicences(): Promise<number> {
  const { licences } = await import("./licences.ts");
  if (licences === null) return complain("The licences are collected when the executable is built.", failed);
  return print(licences);
}

function complain(sentence: string, code: number): number {
  console.error(sentence);
  return code;
}
