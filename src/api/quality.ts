import type { Context } from "hono";
import { z } from "zod";
import { requireAdmin } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { type FindingOrder, kinds, severities } from "../quality/finding.ts";
import { type FindingsStore, findingStates, type KeptFinding, mostName, mostNote } from "../quality/findings-store.ts";
import type { Quality } from "../quality/open.ts";
import { describe, wordsIn } from "../quality/words.ts";
import type { Endpoints } from "./endpoint.ts";
import { limit } from "./parameters.ts";

export interface QualityServices extends Quality {
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

/** Says that a finding is fine, or takes that back, and writes an AUDIT line; null where it is not in the data. */
export function actOnFinding(
  store: FindingsStore,
  { id, action, note, by, client, requestId }: FindingOrder,
  audit: QualityServices["audit"],
): KeptFinding | null {
  const done = action === "accept" ? store.accept(id, { note, by: by || client }, Date.now()) : store.reopen(id);
  // Whoever says so is what was sent, which proves nothing: the client's address stands beside it.
  const name = by === "" ? "" : ` (${JSON.stringify(by)})`;
  if (done) audit(`finding ${id} (${done.kind}): ${action} by ${client}${name}`, requestId);
  return done;
}

const inBoth = z.object({ ko: z.string(), en: z.string() });
const time = z.string().nullable();

const finding = z.lazy(() =>
  z
    .object({
      id: z.string(),
      kind: z.enum(kinds),
      severity: z.enum(severities),
      state: z.enum(findingStates),
      title: inBoth,
      explanation: inBoth.meta({ description: "What was found, with its figures." }),
      day: z.string().nullable(),
      item_code: z.string().nullable(),
      figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
      rows: z
        .array(
          z.object({
            source: z.string(),
            id: z.int(),
            production_date: z.string(),
            lot_number: z.string().nullable(),
            item_code: z.string(),
            item_name: z.string().nullable(),
            good_quantity: z.unknown(),
          }),
        )
        .meta({ description: "Up to five records as examples." }),
      first_seen: z.string(),
      gone_at: time.meta({ description: "When it was no longer found." }),
      accepted: z.object({ at: z.string(), by: z.string(), note: z.string() }).nullable(),
    })
    .meta({ id: "Finding" }),
);

const states = ["off", "waiting", "checking", "ready"] as const;
const counts = z.record(z.string(), z.int());
const period = z.object({ from: z.string(), to: z.string() });

const checked = {
  state: z.enum(states).meta({
    description:
      "`off`: QUALITY=false. `waiting`: nothing was looked at yet. `checking`: under way. `ready`: up to date.",
  }),
  checked_at: time,
  data_version: z.string().nullable(),
  trouble: z.string().nullable().meta({ description: "Why the last check failed or could not begin." }),
};

const findings = z.lazy(() =>
  z
    .object({
      ...checked,
      last_complete_day: z.string().nullable(),
      days_read: z.int().meta({ description: "Days whose records were looked at one by one." }),
      days_pending: z.int().meta({ description: "Days whose records are still to be looked at." }),
      not_readable_by_day: z.array(z.string()).meta({ description: "Files without an index on production_date." }),
      counts: z.object({ by_state: counts, open_by_kind: counts, open_by_severity: counts }),
      count: z.int(),
      data: z.array(finding),
    })
    .meta({ id: "Findings" }),
);

const drift = z.lazy(() =>
  z
    .object({
      ...checked,
      drift_detected: z.boolean().nullable().meta({ description: "Null while there is too little data." }),
      now: period.nullable(),
      before: period.nullable(),
      distribution: z
        .object({
          detected: z.boolean(),
          psi: z.number(),
          threshold: z.number(),
          notice: z.number(),
          by_chance: z.number(),
          items: z.array(
            z.object({
              item_code: z.string(),
              share_before: z.number(),
              share_now: z.number(),
              contribution: z.number(),
            }),
          ),
        })
        .nullable(),
      level: z
        .object({
          detected: z.boolean(),
          now: z.number(),
          before: z.number(),
          change: z.number(),
          threshold: z.number(),
          sigmas: z.number(),
          sigmas_threshold: z.number(),
          season_known: z.boolean(),
        })
        .nullable(),
      history: z.array(z.object({ day: z.string(), psi: z.number(), level_change: z.number() })),
    })
    .meta({ id: "Drift" }),
);

const id = z.object({
  id: z.string().max(16).meta({ description: "Id of the finding.", example: "3f2a9c01d4e5b678" }),
});

const noFinding = "The data that answer now have no such finding.";

/** GET /quality, POST /quality/{id}/accept and /reopen, GET /drift/status. */
export function qualityEndpoints(endpoints: Endpoints, services: QualityServices): void {
  const { store, status, clock, adminKey, audit } = services;
  const iso = (ms: number | null) => (ms === null ? null : clock.timestamp(new Date(ms)));
  const shown = (one: KeptFinding): z.output<typeof finding> => ({
    id: one.id,
    kind: one.kind,
    severity: one.severity,
    state: one.state,
    title: { ko: wordsIn("ko").kinds[one.kind].title, en: wordsIn("en").kinds[one.kind].title },
    explanation: { ko: describe(one, "ko"), en: describe(one, "en") },
    day: one.day,
    item_code: one.item,
    figures: { ...one.figures },
    rows: one.rows,
    first_seen: iso(one.first_seen)!,
    gone_at: iso(one.gone_at),
    accepted: one.acceptance && { ...one.acceptance, at: iso(one.acceptance.at)! },
  });
  const asChecked = () => {
    const { state, checked, checkedAt, trouble } = status();
    return { state, checked_at: iso(checkedAt), data_version: checked?.version ?? null, trouble };
  };

  endpoints.add({
    method: "get",
    path: "/quality",
    tag: "quality",
    summary: "What was found in the production data",
    description:
      "Findings of the last check, newest day first. The page [/docs/quality](/docs/quality) says what each kind means and how it is found.",
    query: z.object({
      state: z.enum(findingStates).optional().meta({ description: "Only those; without it, open and accepted ones." }),
      kind: z.enum(kinds).optional().meta({ description: "Only those of this kind." }),
      severity: z.enum(severities).optional().meta({ description: "Only those of this severity." }),
      limit: limit(200, 1000),
    }),
    answer: { "application/json": findings },
    handle: (c, { state, kind, severity, limit }) => {
      const all = store.list();
      const present = all.filter((one) => one.state !== "gone");
      const open = present.filter((one) => one.state === "open");
      const asked = (state === undefined ? present : all.filter((one) => one.state === state)).filter(
        (one) => (kind === undefined || one.kind === kind) && (severity === undefined || one.severity === severity),
      );
      const { checked } = status();
      return sendJson(c, {
        ...asChecked(),
        last_complete_day: checked?.days?.complete ?? null,
        days_read: checked?.read ?? 0,
        days_pending: checked?.pending ?? 0,
        not_readable_by_day: checked?.unindexed ?? [],
        counts: {
          by_state: countBy(all, (one) => one.state),
          open_by_kind: countBy(open, (one) => one.kind),
          open_by_severity: countBy(open, (one) => one.severity),
        },
        count: asked.length,
        data: asked.slice(0, limit).map(shown),
      });
    },
  });

  const act = (c: Context<HubEnv>, said: Pick<FindingOrder, "id" | "action" | "note" | "by">): Response => {
    const done = actOnFinding(store, { ...said, client: c.env.client, requestId: c.get("requestId") }, audit);
    if (done) return sendJson(c, shown(done));
    throw new HttpError(404, `There is no finding '${said.id}' in the data that answer now. GET /quality lists them.`);
  };

  endpoints.add({
    method: "post",
    path: "/quality/:id/accept",
    tag: "quality",
    summary: "Say that a finding is fine",
    description: "It stays accepted in later versions of the data, until there is more of it.",
    params: id,
    body: z.object({
      note: z.string().max(mostNote).default("").meta({ description: "Why it is fine." }),
      by: z.string().max(mostName).default("").meta({ description: "Who says so; else the client's address." }),
    }),
    answer: { "application/json": finding },
    admin: true,
    refusals: { 404: noFinding },
    middleware: [requireAdmin(adminKey)],
    handle: (c, { id, note, by }) => act(c, { id, action: "accept", note: note.trim(), by: by.trim() }),
  });

  endpoints.add({
    method: "post",
    path: "/quality/:id/reopen",
    tag: "quality",
    summary: "Take back that a finding is fine",
    params: id,
    answer: { "application/json": finding },
    admin: true,
    refusals: { 404: noFinding },
    middleware: [requireAdmin(adminKey)],
    handle: (c, { id }) => act(c, { id, action: "reopen", note: "", by: "" }),
  });

  endpoints.add({
    method: "get",
    path: "/drift/status",
    tag: "quality",
    summary: "Whether what is made, and how much, has shifted",
    description:
      "The last 28 complete days against the 90 before them: the population stability index over the items, and the level of a working day.",
    answer: { "application/json": drift },
    handle: (c) => {
      const found = status().checked?.drift ?? null;
      const nothing = { drift_detected: null, now: null, before: null, distribution: null, level: null, history: [] };
      return sendJson(c, { ...asChecked(), ...(found ?? nothing) });
    },
  });
}

function countBy<T>(values: readonly T[], of: (value: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[of(value)] = (counts[of(value)] ?? 0) + 1;
  return counts;
}
