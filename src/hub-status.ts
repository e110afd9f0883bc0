import { describeHealth, type HealthServices } from "./api/health.ts";
import type { Settings } from "./config.ts";
import type { HubStatus } from "./console/live-status.ts";
import { publicOrigin } from "./http/public-origin.ts";
import type { RequestRate } from "./observe/request-rate.ts";
import { lastErpWrite } from "./service/erp-write.ts";

interface Known {
  settings: Settings;
  url: string;
  rate: RequestRate;
  services: HealthServices;
}

/** What a glance at the hub's window should tell, from what is known in memory and the times of Live's files. */
export function hubStatus({ settings, url, rate, services }: Known): HubStatus {
  const { clock } = services;
  const { files, alerts } = describeHealth(services);
  const days = files
    .flatMap(({ first_day, last_day }) => [first_day, last_day])
    .filter((day) => day !== null)
    .sort();
  const counted = files.filter(({ rows }) => rows !== null);
  const wrote = lastErpWrite(settings.databaseDir);
  const troubled = files.filter(({ state }) => !["ok", "copying", "refilling"].includes(state));
  const backup = services.jobs().find(({ name }) => name === "backup");
  const none = files.length > 0 && files.every(({ state, read_from }) => state === "absent" && read_from === null);
  const outside = publicOrigin(url);
  return {
    address: url,
    elsewhere: outside === url || !isOpen(settings.host) ? [] : [outside],
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
    rows: counted.length === 0 ? null : counted.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    requests: rate.lastMinute(),
    erpWrote: wrote && { text: clock.logStamp(wrote), at: wrote.getTime() },
    nextBackup: backup?.next_at ? clock.logStamp(new Date(backup.next_at)).slice(0, 16) : null,
    problems: none ? alerts : [...troubled.map(({ file, note, state }) => `${file}: ${note ?? state}`), ...alerts],
    waitsFor: none ? settings.databaseDir : null,
  };
}

/** Whether other machines reach what listens on a host. */
const isOpen = (host: string): boolean => host === "0.0.0.0" || host === "::";
