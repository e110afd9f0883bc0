import path from "node:path";
import { parseArgs } from "node:util";
import { loadSettings, type Settings, SettingsError, settingsTable } from "./config.ts";
import { factoryClock } from "./observe/clock.ts";
import { StartError, serve } from "./serve.ts";
import { buildDate, version } from "./version.ts";

const done = 0;
const failed = 1;
const wrongUsage = 2;

const options = {
  home: { type: "string" },
  demo: { type: "boolean" },
  "demo-rows": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Runs the command line and returns the exit code: 0 done, 1 failed, 2 wrong usage. `beside` is the folder of the executable (of the
 * project, from source), where the home is unless told otherwise.
 */
export async function runCommand(args: string[], beside: string): Promise<number> {
  try {
    const values = readArguments(args);
    if (values.help) return print(helpText());
    if (values.version) return print(`Production Data Hub ${version}${buildDate ? ` (built ${buildDate})` : ""}`);
    const home = path.resolve(values.home ?? process.env.HUB_HOME?.trim() ?? beside);
    const rows = demoRows(values["demo-rows"], values.demo ?? false);
    const settings = loadSettings({ home: values.demo ? path.join(home, "demo") : home, env: process.env });
    if (values.demo) await makeDemo(settings, rows);
    return await run(settings);
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof UsageError || error instanceof SettingsError) return complain(message, wrongUsage);
    if (error instanceof StartError || name === "DemoError") return complain(message, failed);
    throw error;
  }
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const sentence = (error as Error).message.split("\n")[0]!.replace(/\.?\s*To specify.*/, "");
    throw new UsageError(`${sentence}. See --help for what is possible.`);
  }
}

function demoRows(text: string | undefined, demo: boolean): number {
  if (text === undefined) return 150_000;
  const rows = Number(text);
  if (!demo) throw new UsageError("--demo-rows goes with --demo.");
  if (!/^\d+$/.test(text) || rows < 1_000 || rows > 100_000_000) {
    throw new UsageError(`--demo-rows is '${text}', but must be a whole number from 1000 to 100000000.`);
  }
  return rows;
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

async function run(settings: Settings): Promise<number> {
  const hub = serve(settings);
  console.log(
    `Production Data Hub ${version}\n\n  Open      ${hub.url}\n  API docs  ${hub.url}/docs\n  Data      ${settings.databaseDir}\n\nCtrl+C stops it.`,
  );
  void hub.dataTrouble.then((trouble) => {
    if (trouble) console.log(`\n${trouble}`);
  });
  const reason = await stopSignal();
  await hub.stop(reason);
  return done;
}

/** Resolves when the hub is asked to stop: Ctrl+C, a service manager, or the closing of the console window (SIGHUP on Windows too). */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const)
      process.once(signal, () => resolve(signal));
  });
}

function print(text: string): number {
  console.log(text);
  return done;
}

function complain(sentence: string, code: number): number {
  console.error(sentence);
  return code;
}

function helpText(): string {
  const width = Math.max(...settingsTable.map(({ name }) => name.length));
  const settings = settingsTable.map(
    (setting) =>
      `  ${setting.name.padEnd(width)}  ${setting.meaning}${setting.default ? ` Default ${setting.default}.` : ""}`,
  );
  return `Production Data Hub ${version}: serves the ERP's production records.

hub [--home DIR]                   serves REST and pages over DIR/database (beside the executable unless told)
hub --demo [--demo-rows N]         makes sample data in DIR/demo (150000 rows unless told) and serves them
hub --help, --version

Settings, in DIR/.env or the environment (the environment wins):
${settings.join("\n")}

Exit codes: 0 done, 1 failed, 2 wrong usage.`;
}
