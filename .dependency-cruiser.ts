import type { IConfiguration, IForbiddenRuleType } from "dependency-cruiser";

/**
 * Which way calls go (docs/architecture.md, Rooms): no circles, and each room uses the rooms named here alone. Types count like values,
 * because whoever reads a file has to read what it names.
 */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  // What all may use, and knows none of them.
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
  service: ["segments", "workers", "observe", "config.ts"],
  operations: ["service", "derived", "rollup", "store", "segments", "workers", "observe", "config.ts"],
  demo: ["segments", "observe"],
  documents: [],
  // What is said to whoever sits at the machine.
  console: [],
  // What people see.
  chat: ["production", "rollup", "segments", "workers", "observe"],
  // Of the API only what `/healthz` says, which the page of operations shows.
  dashboard: [
    "chat",
    "exports",
    "production",
    "operations",
    "store",
    "segments",
    "http",
    "observe",
    "config.ts",
    "api/health.ts",
  ],
  api: [
    "dashboard",
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
  ],
  // Starts and ends hubs as a person would, to see that the machine can carry one.
  "self-check": ["operations", "store", "segments", "workers", "config.ts", "serve.ts", "listen.ts", "start-error.ts"],
};
/** What says something about this program, and uses nothing. */
const always = ["version.ts", "licences.ts"];

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
