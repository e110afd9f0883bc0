import { kinds } from "../../quality/finding.ts";
import type { Quality } from "../../quality/open.ts";
import { type Family, flag, gauge } from "./family.ts";

export interface QualitySources {
  quality: Pick<Quality, "store" | "status">;
}

/** What was found wrong or changed in the production data. */
export function qualityFamilies({ quality }: QualitySources): Family[] {
  const { checked, checkedAt } = quality.status();
  const open = quality.store.list().filter(({ state }) => state === "open");
  const drift = checked?.drift ?? null;
  return [
    gauge(
      "hub_quality_findings",
      "Findings in the production data that nobody said are fine, by kind; what they are stands on the page of data quality.",
      kinds.map((kind) => ({ labels: { kind }, value: open.filter((one) => one.kind === kind).length })),
    ),
    gauge(
      "hub_drift_detected",
      "1 when what is made, or how much, has shifted against the weeks before; none while there is too little data to tell.",
      drift && flag(drift.drift_detected),
    ),
    gauge(
      "hub_quality_checked_timestamp_seconds",
      "When the production data were last looked through, as Unix time; none before the first time.",
      checkedAt === null ? null : checkedAt / 1000,
    ),
  ];
}
