import { type Hub, type Json, eventually as within } from "./hub.ts";

/** Settings of a hub whose alerts wait 20,000 times less than usual: a minute is 3 ms, a day 4 s. */
export const fastAlerts = {
  ALERT_SPEED: "20000",
  QUALITY: "false",
  ALERT_DAILY_SUMMARY: "off",
  ALERT_WEEKLY_SUMMARY: "off",
} as const;

/** Rules that tell how busy the machine is, for `ALERT_OFF`. */
export const ofLoad = "cpu-load,memory-full,response-time";
/** Rules that tell of the machine and what else is tested on it, but not of the hub's files. */
export const ofMachine = `${ofLoad},slow-queries,disk-low,disk-filling`;

/** Several hubs share two processors. */
export const alertLimitMs = 60_000;
export const eventually = <T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> =>
  within(what, probe, alertLimitMs);

/** Every alert of a rule so far, the newest first. */
export async function alertsOf(hub: Hub, rule: string, subject?: string): Promise<Json[]> {
  const { body } = await hub.json(`/alerts/history?rule=${rule}&limit=1000`);
  return body.data.filter((one: Json) => subject === undefined || one.subject === subject);
}

/** Waits until an alert fires. */
export const fires = (hub: Hub, rule: string, subject?: string): Promise<Json> =>
  eventually(`${rule} fires`, async () => (await alertsOf(hub, rule, subject)).find(({ state }) => state === "firing"));

/** Waits until the newest alert of a rule is over. */
export const isOver = (hub: Hub, rule: string, subject?: string): Promise<true> =>
  eventually(`${rule} is over`, async () => {
    const [newest] = await alertsOf(hub, rule, subject);
    return newest?.state === "resolved" || undefined;
  });

const jobOf = async (hub: Hub, name: string): Promise<Json> =>
  (await hub.json("/operations/jobs")).body.jobs.find((one: Json) => one.name === name);

/** Begins a run of a job, once the one under way has ended. */
export const beginJob = (hub: Hub, name: string): Promise<true> =>
  eventually(`${name} begins`, async () => {
    const { status } = await hub.json(`/operations/jobs/${name}/run`, { method: "POST" });
    return status === 202 || undefined;
  });

/** Runs a job and waits for its end. */
export async function runJob(hub: Hub, name: string): Promise<Json> {
  const before = (await jobOf(hub, name)).last_finished;
  await beginJob(hub, name);
  return eventually(`${name} ends`, async () => {
    const now = await jobOf(hub, name);
    return !now.running && (now.last_finished !== before || now.last_result) ? now : undefined;
  });
}
