import type { Health } from "../../src/api/health.ts";
import type { HubOperations, HubView } from "../../src/dashboard/hub-operations.ts";
import { historyOf } from "../../src/monitoring/history.ts";
import { type Light, lightNames } from "../../src/monitoring/lights.ts";
import { bySpan, emptySample } from "../../src/monitoring/sample.ts";
import { channelNames } from "../../src/notify/channel.ts";
import { type Delivery, deliveryStates } from "../../src/notify/deliveries.ts";
import { messageKinds } from "../../src/notify/message.ts";
import type { ChannelStatus } from "../../src/notify/outbox.ts";
import type { JobStatus } from "../../src/operations/schedule.ts";

/** A hub in which everything is the matter; its data are digits, so that every letter on a page about it is a word of the page. */
export function sampleHub(fields: Partial<HubView> = {}, operations: Partial<HubOperations> = {}): HubView {
  return { operations: { ...sampleOperations, ...operations }, lacks: null, asksKey: false, told: null, ...fields };
}

const dayMs = 24 * 3_600_000;
const now = Date.now();

const states = ["ok", "absent", "locked", "broken", "changing", "refilling", "copying"] as const;
const files: Health["files"] = states.map((state, at) => ({
  name: at === 0 ? "live" : String(at),
  file: `${at}.0`,
  state,
  note: at === 0 ? null : "1",
  source_mb: 1.5,
  read_from: ([null, "mirror", "direct"] as const)[at % 3]!,
  as_of: at === 0 ? null : "2026-01-13 02:00:00",
  rows: at === 1 ? null : 5,
  first_day: at === 1 ? null : "2026-01-01",
  last_day: at === 1 ? null : "2026-01-02",
  owns: [
    { from: "0000-01-01", to: "9999-12-31" },
    { from: "0000-01-01", to: "2024-12-31" },
    { from: "2025-01-01", to: "2025-12-31" },
    { from: "2026-01-01", to: "9999-12-31" },
  ][at % 4]!,
  misplaced_rows: at,
  duplicate_rows: at,
  undated_rows: at,
}));

const segments = (["ready", "building", "building", "waiting", "none"] as const).map((state, at) => ({
  segment: at === 0 ? "live" : String(at),
  state,
  totals: null,
  progress: state === "building" ? { rows: 1, of: at === 1 ? null : 2 } : null,
  note: null,
}));

const health = {
  status: "degraded",
  timestamp: "2026-01-13 02:00:00",
  today: "2026-01-13",
  version: "1.0",
  build_date: null,
  uptime_seconds: 90,
  database: "",
  db_size_mb: 4,
  archive_db: "available",
  archive_size_mb: 4,
  ai_api: { key_configured: false, cached_status: null, last_check_age_sec: null },
  cache: { size: 1, maxsize: 200, ttl: 300, db_version: "1" },
  disk_free_gb: 0.1,
  misplaced_rows: 21,
  duplicate_rows: 21,
  undated_rows: 21,
  backup: { last_success: null, age_hours: null },
  watcher: { last_run: null },
  drill: { last_run: null, result: null, message: null },
  rollup: { state: "building", segments },
  search: { state: "off", segments: [] },
  last_crash: null,
  alerts: [],
  active_alerts: { critical: 0, warning: 0, info: 0 },
  files,
} satisfies Health;

const job = (name: string, fields: Partial<JobStatus>): JobStatus => ({
  name,
  title: "1",
  when: "0 2 * * *",
  paused: false,
  running: false,
  progress: null,
  said: [],
  outcome: null,
  started_at: now - 5 * dayMs,
  finished_at: now - 5 * dayMs,
  succeeded_at: null,
  result: "ok",
  message: "1",
  next_at: now,
  ...fields,
});

const jobs = [
  job("watch", { when: "every 3600 s", running: true, said: [{ level: "info", message: "1" }] }),
  job("backup", { when: "*/10 * * * *", paused: true, next_at: null }),
  job("drill", { when: "0 4 * * 0", message: "1.0", started_at: now - 3_600_000 }),
  job("check", { when: "0 3 1-5 1 *", result: "failed", started_at: now - 60_000 }),
  job("rollover", { when: "on demand", result: null, started_at: null, finished_at: null, message: null }),
  job("rollover-plan", { when: "on demand" }),
  job("0", { when: "0 3 * 1 *", running: true, progress: { done: 1, total: 2, phase: "1" } }),
  job("1", { when: "every 90 s" }),
  job("2", { when: "every 120 s" }),
];

const backup = (target: string, days: number, bytes = 1e6) => ({
  path: "",
  name: target,
  target,
  stamp: "20260113_020000",
  bytes,
  takenAt: now - days * dayMs,
});

/** Lights of every state, and a history of one busy minute. */
function sampleMonitor(): HubOperations["monitor"] {
  const states = ["critical", "warning", "good", "none", "critical", "none"] as const;
  const lights = lightNames.map((name, at): Light => {
    const state = states[at]!;
    const value = state === "none" ? null : 1;
    return { name, state, value, unit: "ms", warning: 1, critical: 2, setting: "1", windowMs: 60_000 };
  });
  const busy = emptySample(now);
  busy.coveredMs = 60_000;
  busy.sums.requests = 7;
  busy.gauges.hubMemory = { sum: 1e8, count: 1, max: 1e8 };
  return {
    lights: () => lights,
    history: (range) => historyOf((span) => bySpan([busy], span), range, now),
    isFailing: true,
  };
}

/** Channels in every state, and a delivery in each. */
function sampleMessages(): HubOperations["messages"] {
  const failures = [
    null,
    { at: now, state: "dead", reason: null },
    null,
    { at: 1, state: "dead", reason: null },
  ] as const;
  const status = channelNames.map(
    (name, at): ChannelStatus => ({
      name,
      configured: at > 0,
      last_success: at === 2 ? null : now - 1,
      last_failure: failures[at]!,
      failing: at === 2 ? { since: now, reason: null } : null,
      waiting: at,
    }),
  );
  const deliveries = deliveryStates.map(
    (state, at): Delivery => ({
      seq: at,
      id: String(at),
      notification: "1",
      channel: channelNames[at % channelNames.length]!,
      state,
      attempts: at,
      created_at: now,
      first_attempt_at: null,
      last_attempt_at: null,
      due_at: null,
      finished_at: null,
      reason: null,
      merged_into: null,
      kind: messageKinds[at % messageKinds.length]!,
      severity: "info",
      subject: "1",
    }),
  );
  return { status: () => status, recent: () => deliveries, test: async () => ({ delivered: true }) };
}

const sampleOperations: HubOperations = {
  health: () => health,
  jobs: () => jobs,
  missingIndexes: async (file) => (file === "0.0" ? null : file === "1.0" ? [] : ["1"]),
  backups: async () =>
    new Map([
      ["0.0", [backup("0.0", 3)]],
      ["2.0", [backup("2.0", 40), backup("2.0", 41)]],
      ["1.0", [backup("1.0", 0)]],
    ]),
  plan: () => ({
    at: now,
    plan: {
      today: "2026-01-13",
      newYears: [2025],
      moves: [{ from: "1", to: "2", month: "2025-01", rows: 3, quantity: 4 }],
      staying: [{ file: "1", rows: 2 }],
      undated: [{ file: "1", rows: 2 }],
      counted: [],
    },
  }),
  limits: { api: 60, pages: 0 },
  settings: [
    { name: "1", meaning: "1", value: "1", isDefault: true },
    { name: "2", meaning: "1", value: "", isDefault: true },
    { name: "3", meaning: "1", value: null, isDefault: true },
    { name: "4", meaning: "1", value: null, isDefault: false },
  ],
  monitor: sampleMonitor(),
  messages: sampleMessages(),
  logs: { names: async () => ["1"], end: async () => ({ lines: [], place: null, cut: true }), since: async () => null },
  ended: new AbortController().signal,
  time: (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " "),
  act: () => "done",
  auditSignIn: () => {},
};
