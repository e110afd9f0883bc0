import { z } from "zod";
import type { Kind, Variable } from "./kinds.ts";

/** A measure from which something is worth a look, and one from which it is bad. */
export type Thresholds = readonly [warning: number, critical: number];

/** Two numbers, the second one greater. */
function thresholds(most: number): Kind<Thresholds> {
  const number = String.raw`\d{1,7}(?:\.\d{1,3})?`;
  return {
    schema: z
      .string()
      .regex(new RegExp(`^${number}\\s*,\\s*${number}$`))
      .transform((text) => text.split(",").map(Number) as [number, number])
      .refine(([warning, critical]) => warning > 0 && warning < critical && critical <= most),
    allowed: `two rising numbers up to ${most}, separated by a comma, such as 70,85`,
  };
}

/** From when on the traffic lights of the monitoring page are yellow and red. */
export const monitoringVariables = {
  monitorResponseMs: {
    name: "MONITOR_RESPONSE_MS",
    kind: thresholds(1_000_000),
    default: "100,500",
    meaning: "Milliseconds within which 95 % of the answers came, from which the light is yellow, and red.",
  },
  monitorErrorPercent: {
    name: "MONITOR_ERROR_PERCENT",
    kind: thresholds(100),
    default: "1,5",
    meaning: "Percent of the requests that the hub failed (5xx), from which the light is yellow, and red.",
  },
  monitorCpuPercent: {
    name: "MONITOR_CPU_PERCENT",
    kind: thresholds(100),
    default: "70,85",
    meaning: "Percent of the computer's processors in use, from which the light is yellow, and red.",
  },
  monitorMemoryPercent: {
    name: "MONITOR_MEMORY_PERCENT",
    kind: thresholds(100),
    default: "80,90",
    meaning: "Percent of the computer's memory in use, from which the light is yellow, and red.",
  },
  monitorDiskPercent: {
    name: "MONITOR_DISK_PERCENT",
    kind: thresholds(100),
    default: "80,90",
    meaning: "Percent of the disk of the data in use, from which the light is yellow, and red.",
  },
  monitorConnections: {
    name: "MONITOR_CONNECTIONS",
    kind: thresholds(1_000_000),
    default: "1000,2000",
    meaning: "Connections over which something is being answered, from which the light is yellow, and red.",
  },
} satisfies Record<string, Variable<unknown>>;
