import path from "node:path";
import { announcedHub } from "./announcement.ts";
import { isHomeInUse, isInstalled, type Place, registeredName } from "./commands.ts";
import { lastErpWrite } from "./erp-write.ts";
import { mirrorDirOf, readServiceState } from "./state.ts";

/** What of `/healthz` the status tells. */
interface Told {
  status: string;
  version: string;
  alerts: string[];
  files: { name: string; file: string; read_from: string | null; last_day: string | null }[];
}

/** Time for the answer of a hub that is busy with something else. */
const patienceMs = 10_000;

/** How the service and its hub are, for people; `running` says whether a hub answers. */
export async function describeService(place: Place): Promise<{ text: string; running: boolean }> {
  const mirrorDir = mirrorDirOf(place.home);
  const service = readServiceState(mirrorDir);
  const hub = isHomeInUse(place.home) ? announcedHub(mirrorDir) : null;
  const health = hub ? await ask(hub.url) : null;
  const wrote = lastErpWrite(path.join(place.home, "database"));
  const local = (iso: string): string => new Date(iso).toLocaleString("sv-SE");
  const rows: [string, string | null][] = [
    ["Installed", isInstalled(place) ? `yes, as "${registeredName(place)}"` : "no; --install registers it"],
    ["Service", service ? `runs since ${local(service.startedAt)} (process ${service.pid})` : "does not run"],
    ["Hub", hub ? `runs since ${local(hub.startedAt)} (process ${hub.pid})` : notRunning(service?.next)],
    ["Home", place.home],
    ["Address", hub?.url ?? null],
    ["Version", health?.version ?? null],
    ["Health", hub ? (health?.status ?? `does not answer within ${patienceMs / 1000} s`) : null],
    ["ERP wrote", wrote === null ? noLive(health?.files ?? []) : local(wrote.toISOString())],
    ["Data up to", health && (newest(health.files.map(({ last_day }) => last_day)) ?? "no data yet")],
    ["Last end", service?.lastEnd ? `${local(service.lastEnd.at)}: ${service.lastEnd.reason}` : null],
    ["Starts", service ? String(service.starts) : null],
    ...(health?.alerts ?? []).map((alert): [string, string] => ["Alert", alert]),
  ];
  const told = rows.filter((row): row is [string, string] => row[1] !== null);
  return { text: told.map(([name, value]) => `${name.padEnd(12)}${value}`).join("\n"), running: health !== null };
}

/** Without a Live file: whether it never was there as far as is known, or the hub that runs still answers from it. */
function noLive(files: Told["files"]): string {
  const live = files.find(({ name }) => name === "live");
  if (!live?.read_from) return "there is no Live file";
  return `not known: ${live.file} is not there. The hub answers from its last good version; put the file back, or restore it`;
}

const notRunning = (next: string | null | undefined): string =>
  next ? `does not run; it is started again ${next}` : "does not run";

const newest = (texts: readonly (string | null)[]): string | null =>
  texts
    .filter((text) => text !== null)
    .sort()
    .at(-1) ?? null;

async function ask(url: string): Promise<Told | null> {
  try {
    return (await (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(patienceMs) })).json()) as Told;
  } catch {
    return null;
  }
}
