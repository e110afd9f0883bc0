import { countBySeverity } from "../alerts/alert.ts";
import type { Severity } from "../alerts/condition.ts";
import type { Language } from "../language.ts";
import type { OperationsAgeReader } from "../observe/operations-age.ts";
import type { Days } from "../production/report-figures.ts";
import type { Kind } from "../quality/finding.ts";
import type { FindingsStore, KeptFinding } from "../quality/findings-store.ts";
import { describe } from "../quality/words.ts";
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

/** Findings whose quantity stands in the total itself. */
const ofQuantities: readonly Kind[] = ["absurd-quantity", "negative-quantity"];

/** What the other parts of the hub know, for a report of some days. What cannot be asked now is left out. */
export async function extrasOf(
  { targets, findings, alerts, operations }: Neighbours,
  days: Days,
): Promise<ReportExtras> {
  const { backup } = operations.report((ms) => new Date(ms).toISOString(), 0);
  return {
    targets: targets && (await standings(targets, days.to.slice(0, 7)).catch(() => null)),
    quality: findings && qualityOf(findings.list(), days),
    hub: {
      backup_age_hours: backup.age_hours,
      alerts: alerts && countBySeverity(alerts()),
      page: alerts ? "/dashboard/alerts" : "/dashboard/operations",
    },
  };
}

/** Warnings of the days that are open, and those without a day apart. */
export function qualityOf(findings: readonly KeptFinding[], { from, to }: Days): NonNullable<ReportExtras["quality"]> {
  const warnings = findings.filter(({ state, severity }) => state === "open" && severity === "warning");
  const open = warnings.filter(({ day }) => day !== null && from <= day && day <= to);
  const size = ({ figures }: KeptFinding): number => Math.abs(Number(figures.quantity ?? 0));
  const doubtful = open.filter(({ kind }) => ofQuantities.includes(kind)).sort((a, b) => size(b) - size(a));
  const texts = (language: Language) => open.slice(0, mostFindings).map((finding) => describe(finding, language));
  const [greatest] = doubtful;
  return {
    open: open.length,
    undated: warnings.filter(({ day }) => day === null).length,
    texts: { ko: texts("ko"), en: texts("en") },
    doubtful: greatest
      ? {
          quantity: doubtful.reduce((sum, finding) => sum + size(finding), 0),
          text: { ko: describe(greatest, "ko"), en: describe(greatest, "en") },
        }
      : null,
    page: "/dashboard/quality",
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
