import type { Settings } from "../config.ts";
import { listenForApi, listenForDashboard } from "../listen.ts";
import { checkDisk } from "../operations/check.ts";
import { countFindings, type Finding, noFile, renderFindings } from "../operations/findings.ts";
import type { OperationContext } from "../operations/operation.ts";
import { hubUrl } from "../operations/running-hub.ts";
import { expectedFiles } from "../operations/source-files.ts";
import { isHomeLocked } from "../segments/home-lock.ts";
import { serve } from "../serve.ts";
import { StartError } from "../start-error.ts";
import { buildDate, version } from "../version.ts";
import { checkFiles } from "./files.ts";
import { checkHubDb, checkWriteRights } from "./folders.ts";
import { type Health, HubUnderCheck } from "./hub-under-check.ts";
import { checkQuestions } from "./questions.ts";
import { checkSettings } from "./settings.ts";
import { checkTotalsOnSample } from "./totals.ts";

export interface SelfCheckResult {
  /** How many findings there are of each kind, and every failure by name. */
  summary: string;
  /** Nothing failed: the command line ends with 0, otherwise with 1. */
  ok: boolean;
  rows: Finding[];
}

/** How long a hub that was just started may take to have its files ready, ms. */
const readyMs = 20_000;

const phases = ["settings", "rights", "disk", "files", "questions", "hub.db"] as const;

/**
 * Tries whether the hub works where it is: settings, rights, disk, files, ports, hub.db, and a question of each kind. A hub that runs there is asked as its
 * clients ask it; otherwise one is started for the check on a port of its own and stopped again, which is what the next start does as well.
 */
export async function runSelfCheck(
  settings: Settings,
  progress: OperationContext["progress"],
): Promise<SelfCheckResult> {
  const rows: Finding[] = [];
  const step = async (
    phase: (typeof phases)[number],
    findings: () => Finding[] | Promise<Finding[]>,
  ): Promise<void> => {
    progress({ done: phases.indexOf(phase), total: phases.length, phase });
    rows.push(...(await findings()));
  };
  await step("settings", () => checkSettings(settings));
  await step("rights", () => checkWriteRights(settings));
  await step("disk", () => {
    const found: Finding[] = [];
    checkDisk(expectedFiles(settings), settings.databaseDir, found);
    return found;
  });
  await step("files", () => checkFiles(settings));
  // A hub that is started would write, and bring hub.db to its own version; afterwards it is of that version.
  const mayStart =
    checkHubDb(settings).status !== "fail" && rows.every((row) => row.area !== "rights" || row.status === "ok");
  if (mayStart) await step("questions", () => checkHub(settings));
  await step("hub.db", () => [checkHubDb(settings)]);
  const failures = rows.filter(({ status }) => status === "fail");
  const named = failures.map(({ file, message }) => (file === noFile ? message : `${file}: ${message}`));
  return { summary: [countFindings("Self-check", rows), ...named].join(" "), ok: failures.length === 0, rows };
}

/** The findings as a table for people. */
export const renderSelfCheck = ({ rows }: SelfCheckResult): string => renderFindings("Self-check", rows, "about");

async function checkHub(settings: Settings): Promise<Finding[]> {
  if (isHomeLocked(settings.mirrorDir)) {
    const url = hubUrl(settings);
    const message = "A hub runs with this folder but does not say where it listens. Stop it and check again.";
    if (url === null) return [{ area: "hub", file: noFile, status: "fail", message }];
    return askHub(new HubUnderCheck(url, settings), true, settings.geminiApiKey !== undefined);
  }
  const ports = checkPorts(settings);
  try {
    const hub = serve({
      ...settings,
      // A port and a limit of its own, and without the model, whose quota is not for this.
      ...{
        apiPort: 0,
        dashboardPort: 0,
        host: "127.0.0.1",
        rateLimitApi: 0,
        rateLimitChat: 0,
        geminiApiKey: undefined,
      },
    });
    try {
      return [...ports, ...(await askHub(new HubUnderCheck(hub.url, settings), false, false))];
    } finally {
      await hub.stop("self-check");
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [...ports, { area: "hub", file: noFile, status: "fail", message: error.message }];
  }
}

/** Whether the ports are free, tried by listening for an instant. */
function checkPorts(settings: Settings): Finding[] {
  const row = { area: "port", file: String(settings.apiPort) };
  const findings: Finding[] = [];
  try {
    void listenForApi(settings, () => new Response()).stop(true);
    findings.push({ ...row, status: "ok", message: "It is free for the hub to listen on." });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    findings.push({ ...row, status: "fail", message: error.message });
  }
  const second = listenForDashboard(
    settings,
    () => new Response(),
    (message) => findings.push({ area: "port", file: String(settings.dashboardPort), status: "warn", message }),
  );
  if (second === null) return findings;
  void second.stop(true);
  const message = "It is free for the dashboard's former address.";
  return [...findings, { area: "port", file: String(settings.dashboardPort), status: "ok", message }];
}

async function askHub(hub: HubUnderCheck, runs: boolean, modelAnswers: boolean): Promise<Finding[]> {
  try {
    const health = await settled(hub);
    return [
      describeHub(hub, health, runs),
      ...health.files
        .filter(({ state }) => state !== "ok" && state !== "absent")
        .map(
          ({ file, state, note }): Finding => ({
            area: "hub",
            file,
            status: "warn",
            message: `It is ${state}: ${note}`,
          }),
        ),
      ...health.alerts.map((message): Finding => ({ area: "hub", file: noFile, status: "warn", message })),
      ...(await checkQuestions(hub, health, modelAnswers)),
      ...(await checkTotalsOnSample(hub, health)),
    ];
  } catch (error) {
    const message = `The hub at ${hub.url} does not answer as it should: ${(error as Error).message} Look for ERROR in logs/app.log.`;
    return [{ area: "hub", file: noFile, status: "fail", message }];
  }
}

/** The hub's health once its files and totals are ready, or after 20 s. */
async function settled(hub: HubUnderCheck): Promise<Health> {
  const deadline = Date.now() + readyMs;
  for (;;) {
    const health = await hub.health();
    const waits = health.rollup.state === "building" || health.files.some(({ state }) => state === "copying");
    if (!waits || Date.now() > deadline) return health;
    await Bun.sleep(250);
  }
}

/** Whether the hub that answers is this very program: after an upgrade the old one may still be the one that runs. */
function describeHub({ url }: HubUnderCheck, health: Health, runs: boolean): Finding {
  const row = { area: "hub", file: noFile };
  if (!runs) return { ...row, status: "ok", message: `None runs; one was started for this check, version ${version}.` };
  if (health.version === version && health.build_date === buildDate)
    return { ...row, status: "ok", message: `Version ${version} runs at ${url}.` };
  const built = (date: string | null) => (date ? `, built ${date}` : "");
  return {
    ...row,
    status: "warn",
    message: `Version ${health.version}${built(health.build_date)} runs at ${url}, and this program is version ${version}${built(buildDate)}. Give --stop and start the hub, so that this one serves.`,
  };
}
