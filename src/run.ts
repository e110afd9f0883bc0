import type { Settings } from "./config.ts";
import { showLive } from "./console/live-status.ts";
import { english, korean } from "./console/texts.ts";
import { isOwnWindow, openBrowser, readsKorean, untilKey, withoutQuickEdit } from "./console/window.ts";
import { holderOf } from "./port-holder.ts";
import { type Hub, serve } from "./serve.ts";
import { announcedHub } from "./service/announcement.ts";
import { crashOf, reportCrash } from "./service/last-run.ts";
import { HomeInUseError, PortInUseError, StartError } from "./start-error.ts";
import { stopSignal } from "./stop-signal.ts";
import { version } from "./version.ts";

/** How the hub is started. */
export interface RunOptions {
  /** Whether a browser is opened; null leaves it to whether the hub was double-clicked. */
  open: boolean | null;
  /** True when a supervisor started it: nobody sees its console. */
  supervised: boolean;
}

const texts = () => (readsKorean() ? korean : english);

/** Serves until it is asked to stop. Throws StartError with a sentence for whoever started it. */
export async function run(settings: Settings, { open, supervised }: RunOptions): Promise<void> {
  const ownWindow = !supervised && isOwnWindow();
  // Before anything is said: whoever reads that the hub listens may ask it to stop at once.
  const signal = stopSignal();
  const hub = await start(settings, open ?? ownWindow);
  const shown = !supervised && process.stdout.isTTY ? showStatus(hub) : printAddress(hub, settings);
  if (!supervised && (open ?? ownWindow)) openBrowser(hub.url);
  const reason = await Promise.race([signal, hub.stopRequested.then(() => "asked by --stop")]);
  shown.end();
  await hub.stop(reason);
}

/** Keeps a window open that would close with the program, until what stands in it was read. */
export async function holdWindow(): Promise<void> {
  if (!isOwnWindow()) return;
  console.error(`\n${texts().pressKey}`);
  await untilKey();
}

/** Starts the hub; says who is in the way, and reports what nobody foresaw like any other crash. */
async function start(settings: Settings, opensBrowser: boolean): Promise<Hub> {
  try {
    return serve(settings);
  } catch (error) {
    if (error instanceof PortInUseError) throw new StartError(await whoHolds(error.port, settings));
    if (error instanceof HomeInUseError) {
      const running = announcedHub(settings.mirrorDir);
      // Whoever double-clicks once more wants to see it.
      if (running && opensBrowser) openBrowser(running.url);
      if (running) throw new StartError(`${error.message} It answers at ${running.url} (process ${running.pid}).`);
    }
    if (!(error instanceof StartError))
      await reportCrash(settings, crashOf(error as Error, `The start failed: ${error}`));
    throw error;
  }
}

/** Why a port is not to be had, and what to do. */
async function whoHolds(port: number, { home }: Settings): Promise<string> {
  const other = `set API_PORT to another port, such as ${port === 8000 ? 8010 : 8000}, in ${home}${process.platform === "win32" ? "\\" : "/"}.env`;
  const holder = holderOf(port);
  const process_ = holder ? ` (process ${holder.pid})` : "";
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) })
    .then(async (response) => (await response.json()) as { version?: string; uptime_seconds?: number })
    .catch(() => null);
  if (answer?.version && answer.uptime_seconds !== undefined) {
    return `Port ${port} is in use by a Production Data Hub ${answer.version}${process_} with another home folder: http://localhost:${port}. Nothing was started. Stop that one (hub --stop, with its --home), or ${other}, and start again.`;
  }
  const who = holder ? `${holder.name}${process_}` : "a program of another account";
  const look =
    process.platform === "win32"
      ? `Task Manager shows it under Details${holder ? `, PID ${holder.pid}` : ""}`
      : `ss -ltnp sport = :${port} shows it`;
  return `Port ${port} is in use by ${who}. Nothing was started. ${look}: end it, or ${other}, and start again.`;
}

/** The status of a hub with a terminal, in place of lines. */
function showStatus(hub: Hub): { end: () => void } {
  const undo = withoutQuickEdit();
  const said = texts();
  void hub.lastRun.then((sentence) => {
    lastRun = sentence;
  });
  let lastRun: string | null = null;
  const read = () => {
    const status = hub.status();
    return { ...status, problems: [...new Set([...status.problems, ...(lastRun ? [lastRun] : []), ...hub.notices])] };
  };
  const live = showLive({ title: `Production Data Hub ${version}`, texts: said, read, stream: process.stdout });
  return {
    end: () => {
      live.end(said.stopping);
      undo();
    },
  };
}

/** What a hub without a terminal says. */
function printAddress(hub: Hub, { databaseDir }: Settings): { end: () => void } {
  console.log(
    `Production Data Hub ${version}\n\n  Open      ${hub.url}\n  API docs  ${hub.url}/docs\n  Data      ${databaseDir}\n\nCtrl+C stops it.`,
  );
  const said = new Set<string>();
  const say = (sentences: readonly string[]): void => {
    for (const sentence of sentences) if (!said.has(sentence)) console.log(`\n${sentence}`);
    for (const sentence of sentences) said.add(sentence);
  };
  say(hub.notices);
  let ended = false;
  void hub.dataTrouble.then((trouble) => {
    // A stopped hub has closed what its status is read from.
    if (ended) return;
    const waitsFor = hub.status().waitsFor;
    if (waitsFor !== null) console.log(`\n${texts().firstStart(waitsFor).join("\n")}`);
    else say(trouble === null ? hub.status().problems : [trouble]);
  });
  void hub.lastRun.then((sentence) => say(sentence ? [sentence] : []));
  return {
    end: () => {
      ended = true;
    },
  };
}
