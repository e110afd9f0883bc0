import { countBySeverity } from "../alerts/alert.ts";
import type { Severity } from "../alerts/condition.ts";
import type { OperationsAgeReader } from "../observe/operations-age.ts";
import type { FindingsStore } from "../quality/findings-store.ts";
import { describe } from "../quality/words.ts";
import type { Day } from "../segments/day.ts";
import type { Standing } from "../targets/achievement.ts";
import type { Targets } from "../targets/targets.ts";
import { mostItems, type ReportExtras, type ReportTarget } from "./report.ts";

/** Findings that a report may name. */
const mostFindings = 10;

/** Other parts of the hub, as far as they are there. */
export interface Neighbours {
  targets: Pick<Targets, "has" | "achievement"> | null;
  findings: Pick<FindingsStore, "list"> | null;
  /** Alerts that are open. */
  alerts: (() => readonly { severity: Severity }[]) | null;
  operations: OperationsAgeReader;
}

/** What the other parts of the hub know, for a report of days up to `through`. What cannot be asked now is left out. */
export async function extrasOf(
  { targets, findings, alerts, operations }: Neighbours,
  through: Day,
): Promise<ReportExtras> {
  const { backup } = operations.report((ms) => new Date(ms).toISOString(), 0);
  const open = findings?.list().filter(({ state, severity }) => state === "open" && severity === "warning");
  const texts = (language: "ko" | "en") => open!.slice(0, mostFindings).map((finding) => describe(finding, language));
  return {
    targets: targets && (await standings(targets, through.slice(0, 7)).catch(() => null)),
    quality: open
      ? { open: open.length, texts: { ko: texts("ko"), en: texts("en") }, page: "/dashboard/quality" }
      : null,
    hub: {
      backup_age_hours: backup.age_hours,
      alerts: alerts && countBySeverity(alerts()),
      page: alerts ? "/dashboard/alerts" : "/dashboard/operations",
    },
  };
}

async function standings(targets: NonNullable<Neighbours["targets"]>, month: string): Promise<ReportExtras["targets"]> {
  if (!targets.has(month)) return null;
  const { total, items } = await targets.achievement(month);
  const page = `/dashboard/targets?month=${month}`;
  const target = (standing: Standing, item: { item_code: string; item_name: string | null } | null): ReportTarget => ({
    item_code: item?.item_code ?? null,
    item_name: item?.item_name ?? null,
    target: standing.target,
    achieved: standing.made,
    rate: standing.achievement,
    forecast: standing.forecast,
    page,
  });
  return {
    month,
    whole: total && target(total, null),
    // Those farthest behind come first.
    items: items.slice(0, mostItems).map((item) => target(item, item)),
    page,
  };
}
