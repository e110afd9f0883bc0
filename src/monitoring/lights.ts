import type { Thresholds } from "../config/monitoring.ts";
import type { Settings } from "../config.ts";
import { type Figures, figuresOf } from "./history.ts";
import type { Sample } from "./sample.ts";

const minute = 60_000;

/** The traffic lights, the ones first that users feel. */
export const lightNames = ["response", "errors", "cpu", "memory", "disk", "connections"] as const;
export type LightName = (typeof lightNames)[number];

/** `good`, `warning` and `critical` are green, yellow and red; `none` where there is nothing to judge. */
export type LightState = "good" | "warning" | "critical" | "none";

/** One figure of the hub, judged. */
export interface Light {
  name: LightName;
  state: LightState;
  /** Null where it is not known, or of too few requests. */
  value: number | null;
  unit: "ms" | "percent" | "connections";
  /** From which value on it is yellow, and red. */
  warning: number;
  critical: number;
  /** Setting that says so. */
  setting: string;
  /** The time that it is judged by. */
  windowMs: number;
}

/** Of fewer requests within the time neither a percentile nor a rate says anything. */
export const fewestRequests = 20;

interface LightKind {
  unit: Light["unit"];
  thresholds: (settings: LightSettings) => Thresholds;
  setting: string;
  windowMs: number;
  value: (figures: Figures) => number | null;
}

export type LightSettings = Pick<
  Settings,
  | "monitorResponseMs"
  | "monitorErrorPercent"
  | "monitorCpuPercent"
  | "monitorMemoryPercent"
  | "monitorDiskPercent"
  | "monitorConnections"
  | "alertSpeed"
>;

const ofEnough =
  (value: (figures: Figures) => number | null) =>
  (figures: Figures): number | null =>
    (figures.requests ?? 0) < fewestRequests ? null : value(figures);

/** What is judged by a quarter of an hour needs requests; a processor may be busy for minutes with a backup. */
const kinds: Readonly<Record<LightName, LightKind>> = {
  response: {
    unit: "ms",
    thresholds: ({ monitorResponseMs }) => monitorResponseMs,
    setting: "MONITOR_RESPONSE_MS",
    windowMs: 15 * minute,
    value: ofEnough(({ p95_ms }) => p95_ms),
  },
  errors: {
    unit: "percent",
    thresholds: ({ monitorErrorPercent }) => monitorErrorPercent,
    setting: "MONITOR_ERROR_PERCENT",
    windowMs: 15 * minute,
    value: ofEnough(({ error_rate_percent }) => error_rate_percent),
  },
  cpu: {
    unit: "percent",
    thresholds: ({ monitorCpuPercent }) => monitorCpuPercent,
    setting: "MONITOR_CPU_PERCENT",
    windowMs: 5 * minute,
    value: ({ cpu_percent }) => cpu_percent,
  },
  memory: {
    unit: "percent",
    thresholds: ({ monitorMemoryPercent }) => monitorMemoryPercent,
    setting: "MONITOR_MEMORY_PERCENT",
    windowMs: minute,
    value: ({ memory_percent }) => memory_percent,
  },
  disk: {
    unit: "percent",
    thresholds: ({ monitorDiskPercent }) => monitorDiskPercent,
    setting: "MONITOR_DISK_PERCENT",
    windowMs: minute,
    value: ({ disk_percent }) => disk_percent,
  },
  connections: {
    unit: "connections",
    thresholds: ({ monitorConnections }) => monitorConnections,
    setting: "MONITOR_CONNECTIONS",
    windowMs: 5 * minute,
    value: ({ connections }) => connections,
  },
};

/** The lights as they are; `recent` gives the last so many ms as one sample. */
export function lightsOf(settings: LightSettings, recent: (ms: number) => Sample): Light[] {
  const figures = new Map<number, Figures>();
  const during = (ms: number): Figures => {
    const known = figures.get(ms) ?? figuresOf(recent(ms));
    figures.set(ms, known);
    return known;
  };
  return lightNames.map((name) => {
    const { unit, thresholds, setting, windowMs, value: read } = kinds[name];
    const [warning, critical] = thresholds(settings);
    const value = read(during(windowMs / settings.alertSpeed));
    return { name, state: stateOf(value, warning, critical), value, unit, warning, critical, setting, windowMs };
  });
}

function stateOf(value: number | null, warning: number, critical: number): LightState {
  if (value === null) return "none";
  if (value >= critical) return "critical";
  return value >= warning ? "warning" : "good";
}
