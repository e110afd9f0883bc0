import { afterAll } from "../segments/day.ts";
import { strayedSides } from "../segments/duplicates.ts";
import type { Reader } from "../segments/reader.ts";
import { hasIndex, quantitySql } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import { type DayFacts, dayBounds, type MissingField, mostExamples, onDay } from "./day-facts.ts";
import { fileOf } from "./file-checks.ts";
import type { Found, SampleRow } from "./finding.ts";

/** Findings of one kind that are given examples; of more, people look at the first ones anyway. */
export const mostIllustrated = 50;

const columns = `id, CAST(production_date AS TEXT) production_date, CAST(lot_number AS TEXT) lot_number, CAST(item_code AS TEXT) item_code,
  CAST(item_name AS TEXT) item_name,
  CASE typeof(good_quantity) WHEN 'blob' THEN CAST(good_quantity AS TEXT) ELSE good_quantity END good_quantity`;

/** What a finding about rows was found in. */
export type FactsOf = (file: string, day: string) => { segment: Segment; facts: DayFacts }[];

/** Up to five production records that show a finding, by seeks along indexes. Throws SourceError when a file cannot be read. */
export function examplesOf(reader: Reader, segments: readonly Segment[], found: Found, factsOf: FactsOf): SampleRow[] {
  const { kind, item, day, figures } = found;
  const rows: SampleRow[] = [];
  const add = (segment: Segment, where: string, values: (string | number)[], order = "id"): void => {
    if (rows.length >= mostExamples) return;
    const sql = `SELECT ${columns} FROM {rows} WHERE ${where} ORDER BY ${order} LIMIT ${mostExamples}`;
    const read = reader.records<Omit<SampleRow, "source">>(segment, sql, values);
    rows.push(...read.map((row) => ({ source: fileOf(segment), ...row })).slice(0, mostExamples - rows.length));
  };
  const own = segments.filter((segment) => figures.file === undefined || fileOf(segment) === figures.file);
  if (kind === "duplicate-rows" || kind === "missing-values" || kind === "text-quantity") {
    for (const { segment, facts } of factsOf(String(figures.file), day!)) {
      add(segment, `id IN (${idsOf(kind, facts, figures.field).map(Number).join(", ")})`, []);
    }
  } else if (kind === "undated-rows") {
    for (const segment of own) {
      const { prefixes, rows: undated } = segment.facts.undated;
      if (prefixes === null && undated > 0) add(segment, "NOT {dated}", [], "1");
      for (const prefix of prefixes ?? []) {
        if (!hasIndex(segment.facts.indexes, "production_date")) break;
        const end = [...prefix].length < 10 ? prefix : prefix + afterAll;
        add(segment, "production_date >= ? AND production_date <= ?", [prefix, end], "production_date, id");
      }
    }
  } else if (kind === "misplaced-rows") {
    for (const segment of own) {
      for (const { sql, from } of strayedSides(segment)) {
        const where = `${sql.replace("$from", "?")} AND {dated} AND ${figures.alone === 0 ? "1" : "{kept}"}`;
        add(segment, where, [from], "production_date, id");
      }
    }
  } else if (day !== null && (item !== null || kind === "future-days")) {
    const largestFirst = Number(figures.ratio ?? 1) >= 1;
    for (const segment of segments.filter(({ facts }) => isWithin(facts, day))) {
      // What is no number comes before the smallest of them, where its beginning would put it somewhere.
      const order = item === null ? "id" : `${quantitySql} ${largestFirst ? "DESC" : "ASC"}, id`;
      const where = item === null ? onDay : `item_code = ? AND ${onDay}`;
      const isIndexed = hasIndex(
        segment.facts.indexes,
        item === null ? "production_date" : "item_code,production_date",
      );
      if (isIndexed)
        add(segment, `${where} AND {kept}`, item === null ? dayBounds(day) : [item, ...dayBounds(day)], order);
    }
  }
  return rows;
}

/** Ids of examples that were kept when the rows of a day were read. */
function idsOf(kind: Found["kind"], facts: DayFacts, field: unknown): number[] {
  if (kind === "duplicate-rows") return facts.groups.flatMap(({ ids }) => ids);
  return kind === "text-quantity" ? facts.texts.ids : facts.missing[field as MissingField].ids;
}

const isWithin = ({ firstDay, lastDay }: Segment["facts"], day: string): boolean =>
  firstDay !== null && lastDay !== null && firstDay <= day && day <= lastDay;
