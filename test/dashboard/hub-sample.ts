import { type Alert, severities, untold } from "../../src/alerts/alert.ts";
import type { Present } from "../../src/alerts/engine.ts";
import type { Rule } from "../../src/alerts/rule.ts";
import type { Health } from "../../src/api/health.ts";
import { reportKinds } from "../../src/config/reports.ts";
import type { HubOperations, HubView } from "../../src/dashboard/hub-operations.ts";
import { historyOf } from "../../src/monitoring/history.ts";
import { type Light, lightNames } from "../../src/monitoring/lights.ts";
import { bySpan, emptySample } from "../../src/monitoring/sample.ts";
import { channelNames } from "../../src/notify/channel.ts";
import { type Delivery, deliveryStates } from "../../src/notify/deliveries.ts";
import { messageKinds } from "../../src/notify/message.ts";
import type { ChannelStatus } from "../../src/notify/outbox.ts";
import type { JobStatus } from "../../src/operations/schedule.ts";
import type { Drift } from "../../src/quality/drift.ts";
import { kinds } from "../../src/quality/finding.ts";
import { findingStates, type KeptFinding } from "../../src/quality/findings-store.ts";

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

/** Alerts of every severity in every state, and a condition that is none yet. */
function sampleAlerts(): HubOperations["alerts"] {
  const one = { what: "1", meaning: "1", action: "1" };
  const words = { ko: one, en: one };
  const alert = (id: number, fields: Partial<Alert> = {}): Alert => ({
    id,
    source: "1",
    rule: "1",
    subject: "",
    severity: severities[id % severities.length]!,
    words,
    page: "/dashboard/operations",
    startedAt: now - dayMs,
    firedAt: now - dayMs,
    ...untold,
    ...fields,
  });
  const active = [
    alert(2, { toldAt: now }),
    alert(1, { acknowledgedAt: now, acknowledgedBy: "1", page: null }),
    alert(0, { snoozedUntil: now + 1e9 }),
  ];
  const found = (rule: string): Present["condition"] => ({ rule, subject: "", severity: "info", words });
  const rule = (id: string, forMs: number): Rule => ({
    ...{ id, severities, forMs, keepForMs: 60_000, reminds: true },
    about: { ko: "1", en: "1" },
  });
  return {
    conditions: async () => [found("1"), { ...found("2"), severity: "critical" }],
    present: () => [
      { condition: found("1"), since: now, alert: active[0]! },
      { condition: found("2"), since: now, alert: null },
    ],
    active: () => active,
    clearing: ({ id }) => (id === 2 ? { since: now, closesAt: now } : null),
    history: () => [...active, ...Array.from({ length: 100 }, (_, at) => alert(at + 3, { resolvedAt: now }))],
    rulesInHistory: () => ["1"],
    rules: [rule("0", 0), rule("1", 60_000), rule("2", 60_000), rule("3", 60_000)],
    off: ["3"],
    quietHours: "22:00-07:00",
    summaries: { daily: "off", weekly: "0 8 * * 1" },
    snoozeHours: [4, 24],
    act: () => "done",
  };
}

/** A finding of every kind in every state, and a shift. */
function sampleQuality(): HubOperations["quality"] {
  const row = { source: "1", id: 1, production_date: "1", lot_number: null, item_code: "1", item_name: null };
  const findings = kinds.flatMap((kind, at) =>
    findingStates.map(
      (state): KeptFinding => ({
        id: `${at}`.padStart(16, "0"),
        kind,
        severity: at % 2 === 0 ? "warning" : "info",
        day: "2026-01-13",
        item: at % 3 === 0 ? null : "1",
        extent: 0,
        figures: {
          file: "1",
          field: "lot",
          side: "high",
          ratio: 2,
          like: at % 2 === 0 ? null : "1",
          name: null,
          weekday: 1,
        },
        rows: at % 2 === 0 ? [] : [{ ...row, good_quantity: 1 }],
        state,
        first_seen: now,
        gone_at: state === "gone" ? now : null,
        acceptance: state === "accepted" ? { at: now, by: "1", note: at % 2 === 0 ? "" : "1" } : null,
      }),
    ),
  );
  const period = { from: "2026-01-01", to: "2026-01-28" };
  const item = { item_code: "", share_before: 0.1, share_now: 0.2, contribution: 0.1 };
  const drift: Drift = {
    drift_detected: true,
    now: period,
    before: period,
    distribution: { detected: true, psi: 0.3, threshold: 0.2, notice: 0.1, by_chance: 0, items: [item] },
    level: {
      ...{ detected: false, now: 1, before: 1, change: 0.1, threshold: 0.2, sigmas: 1 },
      ...{ sigmas_threshold: 4, season_known: true },
    },
    history: [{ day: "2026-01-28", psi: 0.3, level_change: 0 }],
  };
  const days = { first: "2023-01-01", last: "2026-01-13", complete: "2026-01-12" };
  const checked = { version: "1", today: "2026-01-13", drift, days, read: 400, pending: 1, unindexed: ["1"] };
  return {
    findings: () => findings,
    status: () => ({ state: "checking", checked, checkedAt: now, trouble: "1", waitsFor: null }),
    act: () => true,
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
      last_lost: null,
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

/** Reports of each kind, with files and without, sent and not. */
function sampleReports(): HubOperations["reports"] {
  const list = reportKinds.map((kind, at) => ({
    kind,
    name: { daily: "2026-01-05", weekly: "2026-W02", monthly: "2026-01" }[kind],
    first_day: { daily: "2026-01-05", weekly: "2026-01-05", monthly: "2026-01-01" }[kind],
    made_at: now,
    headline: "1",
    handed_at: at === 2 ? null : now,
    deliveries:
      at === 0
        ? [
            { channel: "mail" as const, state: "delivered" as const, finished_at: now, reason: null },
            {
              channel: "slack" as const,
              state: "retrying" as const,
              finished_at: null,
              reason: null,
            },
          ]
        : [],
    files: at === 0 ? { xlsx: null, html: null } : { xlsx: "1.0", html: "1.0" },
  }));
  return {
    list: async () => list,
    newestPeriod: async (kind) => ({ from: list.find((one) => one.kind === kind)!.first_day, to: "2026-01-31" }),
    channels: () => ["mail", "slack"],
    folder: "1",
    sent: ["weekly"],
  };
}

const sampleOperations: HubOperations = {
  reports: sampleReports(),
  alerts: sampleAlerts(),
  health: () => health,
  revision: () => 1,
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
  quality: sampleQuality(),
  logs: { names: async () => ["1"], end: async () => ({ lines: [], place: null, cut: true }), since: async () => null },
  ended: new AbortController().signal,
  time: (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " "),
  act: () => "done",
  auditSignIn: () => {},
};
