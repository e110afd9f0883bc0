import type { Row } from "./files.ts";

/** Rows that every version holds; a version may hold a few more. */
export const STABLE_ROWS = 200;
/** The first id of the rows that every version holds. */
export const FIRST_STABLE_ID = 101;
const ITEMS = ["BW0021", "B0061", "C1203", "A/1", "50%"];

/**
 * How many rows version `version` holds. The number varies, so that a count alone tells versions apart, but by less than
 * the 5 % from which a shrinking table is taken for a refill in progress.
 */
export function rowCount(version: number): number {
  return STABLE_ROWS + extraRows(version);
}

/**
 * The rows of one version of Live: every quantity is the version's number, so that an answer mixed from two versions shows
 * two different quantities or a count that belongs to neither. Dates and codes of an id never change.
 */
export function versionRows(version: number): Row[] {
  return [
    ...Array.from({ length: extraRows(version) }, (_, index) => versionRow(index + 1, version)),
    ...Array.from({ length: STABLE_ROWS }, (_, index) => versionRow(FIRST_STABLE_ID + index, version)),
  ];
}

/** The row `id` of a version. */
export function versionRow(id: number, version: number): Row {
  const month = String(1 + (id % 3)).padStart(2, "0");
  const day = String(2 + (id % 27)).padStart(2, "0");
  return {
    id,
    // The rows that come and go are the oldest: a table whose newest rows are gone is taken for a refill in progress.
    production_date: id < FIRST_STABLE_ID ? "2026-01-01" : `2026-${month}-${day} 오전 12:00:00`,
    lot_number: `LT-${id}`,
    item_code: ITEMS[id % ITEMS.length] ?? "",
    item_name: "렌즈",
    good_quantity: version,
  };
}

/** Ids of a version's rows that have the item code `code`. */
export function idsOfItem(code: string, version: number): number[] {
  return versionRows(version)
    .filter((row) => row.item_code === code)
    .map((row) => row.id);
}

function extraRows(version: number): number {
  return version % 7;
}
