import type { IConfiguration, IForbiddenRuleType } from "dependency-cruiser";

/**
 * Which way calls go (docs/architecture.md, Rooms): no circles, and each room uses the rooms named here alone. Types count like values,
 * because whoever reads a file has to read what it names.
 */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  // What all may use, and knows none of them.
  config: [],
  observe: [],
  workers: [],
  http: ["observe"],
  // The data, from the files up to the answers.
  segments: ["workers"],
  store: ["segments"],
  rollup: ["store", "segments"],
  search: ["store", "segments"],
  derived: ["rollup", "search", "store", "segments", "workers"],
  production: ["rollup", "search", "segments", "workers"],
  exports: ["production", "search", "segments", "workers"],
  // What keeps hubs running, and what is done for the files: neither knows of HTTP or of answers.
  service: ["segments", "workers", "observe", "config.ts", "config"],
  operations: ["service", "derived", "rollup", "store", "segments", "workers", "observe", "config.ts", "config"],
  demo: ["segments", "observe"],
  documents: [],
  // What tells people before they ask: how messages go out, what is the matter, how the hub has been doing.
  notify: ["store", "observe", "config.ts", "config"],
  alerts: ["notify", "statistics", "store", "observe", "config.ts", "config"],
  monitoring: ["alerts", "statistics", "store", "observe", "config.ts", "config"],
  // What the production data themselves say: faults in them, targets, reports.
  statistics: [],
  quality: [
    "alerts",
    "statistics",
    "production",
    "rollup",
    "segments",
    "store",
    "workers",
    "observe",
    "config.ts",
    "config",
  ],
  targets: ["alerts", "statistics", "production", "segments", "store", "workers", "observe", "config.ts", "config"],
  reports: [
    "notify",
    "alerts",
    "quality",
    "targets",
    "statistics",
    "exports",
    "production",
    "rollup",
    "operations",
    "segments",
    "store",
    "workers",
    "observe",
    "config.ts",
    "config",
  ],
  // What is said to whoever sits at the machine.
  console: [],
  // What people see.
  chat: ["production", "rollup", "segments", "workers", "observe"],
  dashboard: [
    "reports",
    "targets",
    "quality",
    "monitoring",
    "alerts",
    "notify",
    "chat",
    "exports",
    "production",
    "operations",
    "store",
    "segments",
    "http",
    "observe",
    "config.ts",
    "config",
  ],
  api: [
    "dashboard",
    "statistics",
    "reports",
    "targets",
    "quality",
    "monitoring",
    "alerts",
    "notify",
    "chat",
    "exports",
    "production",
    "derived",
    "operations",
    "service",
    "store",
    "segments",
    "documents",
    "workers",
    "http",
    "observe",
    "config.ts",
    "config",
  ],
  // Starts and ends hubs as a person would, to see that the machine can carry one.
  "self-check": [
    "operations",
    "store",
    "segments",
    "workers",
    "config.ts",
    "config",
    "serve.ts",
    "listen.ts",
    "start-error.ts",
  ],
};
/** What says something about this program, and uses nothing. */
export const always = ["version.ts", "licences.ts", "language.ts"];

const within = (places: readonly string[]): string => `^src/(${places.join("|")})(/|$)`;

const rooms = Object.entries(mayUse).map(
  ([room, others]): IForbiddenRuleType => ({
    name: `room-${room}`,
    comment: `src/${room} uses ${others.join(", ") || "no other room"}; what it needs from above is handed to it as an argument.`,
    severity: "error",
    from: { path: within([room]) },
    to: { path: "^src/", pathNot: within([room, ...others, ...always]) },
  }),
);

export default {
  forbidden: [
    ...rooms,
    {
      name: "room-unknown",
      comment: "A new room needs its line in .dependency-cruiser.ts and in docs/architecture.md.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: within(Object.keys(mayUse)) },
      to: {},
    },
    {
      name: "no-circles",
      comment: "Files that need each other are one file, or need a third below both.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // TypeScript 7 has no API to parse with.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
  },
} satisfies IConfiguration;
