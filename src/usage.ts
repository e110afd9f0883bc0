import { parseArgs } from "node:util";
import { reportKinds } from "./config/reports.ts";
import { settingsTable } from "./config.ts";
import type { ReportOrder } from "./reports/alone.ts";
import { isDay } from "./segments/day.ts";
import { version } from "./version.ts";

const options = {
  home: { type: "string" },
  demo: { type: "boolean" },
  "demo-rows": { type: "string" },
  backup: { type: "boolean" },
  live: { type: "boolean" },
  archive: { type: "boolean" },
  cleanup: { type: "boolean" },
  restore: { type: "string" },
  drill: { type: "boolean" },
  rollover: { type: "boolean" },
  "dry-run": { type: "boolean" },
  check: { type: "boolean" },
  "self-check": { type: "boolean" },
  json: { type: "boolean" },
  checkpoint: { type: "boolean" },
  watch: { type: "boolean" },
  force: { type: "boolean" },
  daemon: { type: "boolean" },
  interval: { type: "string" },
  report: { type: "string" },
  date: { type: "string" },
  send: { type: "boolean" },
  install: { type: "boolean" },
  uninstall: { type: "boolean" },
  status: { type: "boolean" },
  stop: { type: "boolean" },
  supervised: { type: "boolean" },
  open: { type: "boolean" },
  "no-open": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
  licences: { type: "boolean" },
} as const;

/** What is done about the hub as a service of the system. */
export const serviceVerbs = ["install", "uninstall", "status", "stop"] as const;

/** Arguments that mean nothing; the message is a sentence for whoever typed them. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What was typed. Throws UsageError for what there is not. */
export function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const sentence = (error as Error).message.split("\n")[0]!.replace(/\.?\s*To specify.*|\.$/, "");
    throw new UsageError(`${sentence}. See --help for what is possible.`);
  }
}

/** The arguments, by name. */
export type Values = ReturnType<typeof readArguments>;

/** The report that is asked for. */
export function reportOrder(kind: string, date: string | undefined, send: boolean): ReportOrder {
  const known = reportKinds.find((one) => one === kind);
  if (!known) throw new UsageError(`--report is '${kind}', but must be daily, weekly or monthly.`);
  if (date !== undefined && !isDay(date)) {
    throw new UsageError(`--date is '${date}', but must be a day such as 2026-01-15.`);
  }
  return { kind: known, date, send };
}

/** Seconds from one cycle to the next; null where the setting says. */
export function watchInterval(text: string | undefined, daemon: boolean): number | null {
  if (text === undefined) return null;
  if (!daemon) throw new UsageError("--interval goes with --watch --daemon.");
  if (!/^\d{1,6}$/.test(text) || Number(text) < 10) {
    throw new UsageError(`--interval is '${text}', but must be a whole number of seconds from 10 to 999999.`);
  }
  return Number(text);
}

/** What the arguments say about opening a browser; null where nothing. */
export function whetherToOpen({ open, "no-open": notOpen }: Values, isCommand: boolean): boolean | null {
  if (open && notOpen) throw new UsageError("--open and --no-open do not go together.");
  if (isCommand && (open || notOpen)) {
    throw new UsageError(`--${open ? "open" : "no-open"} goes with serving, or with --demo.`);
  }
  if (open) return true;
  return notOpen ? false : null;
}

/** Rows of sample data. */
export function demoRows(text: string | undefined, demo: boolean): number {
  if (text === undefined) return 150_000;
  const rows = Number(text);
  if (!demo) throw new UsageError("--demo-rows goes with --demo.");
  if (!/^\d+$/.test(text) || rows < 1_000 || rows > 100_000_000) {
    throw new UsageError(`--demo-rows is '${text}', but must be a whole number from 1000 to 100000000.`);
  }
  return rows;
}

/** What `--help` prints. */
export function helpText(): string {
  const width = Math.max(...settingsTable.map(({ name }) => name.length));
  const settings = settingsTable.map(
    (setting) =>
      `  ${setting.name.padEnd(width)}  ${setting.meaning}${setting.default ? ` Default ${setting.default}.` : ""}`,
  );
  return `Production Data Hub ${version}: serves the ERP's production records.

hub [--home DIR]                   serves REST and pages over DIR/database (beside the executable unless told)
hub --demo [--demo-rows N]         makes sample data in DIR/demo (150000 rows unless told) and serves them, with the settings of DIR/demo/.env
    --open, --no-open              either opens the browser, or never does; by itself only when it was started by a double-click
hub --backup [--live] [--archive] [--cleanup]
                                   backs the ERP's files up into DIR/database/backups; without --live and --archive: Live, and
                                   archives that changed or were not backed up for a week
hub --restore FILE                 puts a backup back in its place; the present file is kept under another name
hub --drill                        proves that the newest backups can be restored
hub --rollover [--dry-run]         moves finished years from Live into archives; shows the plan first
hub --check [--json]               checks files, indexes, rows, backups and disk; exit code 1 when something is wrong
hub --self-check [--json]          tries whether all works here: settings, rights, files, ports, a question of each kind; for after an
                                   installation or an upgrade, whether a hub runs or not; exit code 1 when something does not
hub --checkpoint                   empties -wal files now, and says of each what keeps it from shrinking
hub --watch [--force] [--daemon [--interval SECONDS]]
                                   makes missing indexes and keeps statistics fresh, once or again and again; --force makes
                                   them however long it takes: for a moment when the ERP is closed
hub --report daily|weekly|monthly [--date YYYY-MM-DD] [--send]
                                   makes the report of the newest period that is over, or of the one that a day lies in, and sends it
hub --install, --uninstall         starts the hub with the machine from now on, and again after a crash; takes that back
hub --status                       whether it is installed and runs, since when, its address, the ERP's last write; exit
                                   code 1 when no hub answers
hub --stop                         ends the running hub in good order, and its service until the machine's next start
hub --help, --version, --licences

A running hub does all of this by itself (GET /operations/jobs says when), the rollover with AUTO_ROLLOVER=true.

Settings, in DIR/.env or the environment (the environment wins):
${settings.join("\n")}

Exit codes: 0 done, 1 failed, 2 wrong usage or a wrong setting.`;
}
