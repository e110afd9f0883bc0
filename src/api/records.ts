import { z } from "zod";
import type { RecordFilter } from "../production/records.ts";
import type { Answers } from "./answer.ts";
import type { Endpoints } from "./endpoint.ts";
import { cursor, limit, ordered, rawDates, recordFilter } from "./parameters.ts";

const recordSchema = z
  .object({
    source: z.enum(["live", "archive"]).meta({ description: "The kind of file that the row stands in." }),
    id: z.int(),
    production_date: z.string().meta({
      description: "The day; the stored text where it begins with none, or with `raw_dates`.",
      example: "2026-01-13",
    }),
    lot_number: z.string().nullable().meta({ example: "LT260113-001" }),
    item_code: z.string().meta({ example: "BW0021" }),
    item_name: z.string().nullable().meta({ description: "As this row has it.", example: "클리어 렌즈" }),
    good_quantity: z
      .number()
      .nullable()
      .meta({ description: "Null where the row has none, or one that is no number.", example: 1250 }),
  })
  .meta({ id: "Record" });

const page = z
  .object({
    data: z.array(recordSchema),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: "What to send as `cursor` for the next page; null after the last." }),
    has_more: z.boolean(),
    count: z.int().meta({ description: "Rows on this page." }),
  })
  .meta({ id: "RecordPage" });

const query = ordered(
  recordFilter.extend({
    limit: limit(1000, 5000),
    offset: z.int().min(0).default(0).meta({ description: "Rows to skip; use cursor instead.", deprecated: true }),
    cursor: cursor.optional(),
  }),
);

/** Translates the filters of a request into the production layer's. */
export function filterOf(values: z.output<typeof recordFilter>): RecordFilter {
  return {
    itemCode: values.item_code,
    q: values.q,
    lotPrefix: values.lot_number,
    from: values.date_from,
    to: values.date_to,
    minQuantity: values.min_quantity,
    maxQuantity: values.max_quantity,
  };
}

/** GET /records and /records/{item_code}. */
export function recordEndpoints(endpoints: Endpoints, answers: Answers): void {
  endpoints.add({
    method: "get",
    path: "/records",
    tag: "records",
    summary: "Production records, newest first",
    description: "Walk on with `cursor`: every row comes once, also while the ERP appends.",
    query,
    answer: { "application/json": page },
    readsData: true,
    handle: (c, values) =>
      answers.respond(c, "records", {
        filter: filterOf(values),
        limit: values.limit,
        offset: values.offset,
        cursor: values.cursor,
        rawDates: values.raw_dates,
      }),
  });

  endpoints.add({
    method: "get",
    // Any character, line ends too: `.` has none.
    path: "/records/:item_code{[\\s\\S]+}",
    tag: "records",
    summary: "Records of one item, newest first",
    params: z.object({
      item_code: z.string().meta({ description: "Item code, exact; write / as %2F.", example: "BW0021" }),
    }),
    query: z.object({ limit: limit(5000, 50_000), raw_dates: rawDates }),
    answer: { "application/json": z.array(recordSchema) },
    readsData: true,
    handle: (c, values) =>
      answers.respond(c, "item_records", {
        itemCode: values.item_code,
        limit: values.limit,
        rawDates: values.raw_dates,
      }),
  });
}
