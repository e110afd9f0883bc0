import type { Finding, Kind } from "./finding.ts";

/** What findings of a kind are counted in besides records. */
export type Unit = "files" | "days" | "items" | "findings";

/** How much findings of one kind stand for: in how many places, and how many records (or empty values) there; null where it is not about records. */
export interface Extent {
  unit: Unit;
  places: number;
  records: number | null;
  /** True where it is values that are counted: a record may lack several. */
  isValues: boolean;
}

/** Kinds that are counted otherwise than by their findings, and the figure that says how many records each stands for. */
const counted: Partial<Record<Kind, [unit: Unit, records: string | null]>> = {
  "missing-days": ["days", null],
  "unusual-day": ["days", null],
  "item-stopped": ["items", null],
  "duplicate-rows": ["days", "duplicates"],
  "missing-values": ["days", "missing"],
  "text-quantity": ["days", "texts"],
  "undated-rows": ["files", "rows"],
  "future-days": ["days", "rows"],
  "misplaced-rows": ["files", "rows"],
  "similar-code": ["items", "rows"],
  "name-changed": ["items", null],
  "new-item": ["items", "rows"],
};

/** How much findings of one kind stand for: a finding is one of a file, a day or an item, and may stand for many records. */
export function extentOf(kind: Kind, own: readonly Pick<Finding, "figures" | "day" | "item">[]): Extent {
  const [unit, field] = counted[kind] ?? ["findings", null];
  const sum = (name: string): number => own.reduce((total, { figures }) => total + Number(figures[name] ?? 0), 0);
  const place = {
    files: ({ figures }) => figures.file,
    days: ({ day }) => day,
    items: ({ item }) => item,
    findings: (one) => one,
  } satisfies Record<Unit, (one: (typeof own)[number]) => unknown>;
  const places = kind === "missing-days" ? sum("days") : new Set(own.map((one) => place[unit](one))).size;
  return { unit, places, records: field === null ? null : sum(field), isValues: kind === "missing-values" };
}
