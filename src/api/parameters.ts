import { z } from "zod";
import { type Cursor, decodeCursor } from "../production/cursor.ts";
import { isDay } from "../segments/day.ts";
import { sentence } from "./query.ts";

const echo = (value: unknown): string => {
  const text = String(value);
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
};

const day = (meaning: string, example: string) =>
  z
    .string()
    .refine(isDay, {
      error: ({ input }) => `Invalid date format: '${echo(input)}'. Expected YYYY-MM-DD (e.g., 2026-01-15).`,
      params: sentence,
    })
    .meta({ description: meaning, format: "date", example });

/** First day, inclusive. */
export const dateFrom = day("First day, inclusive.", "2026-01-01");
/** Last day, inclusive. */
export const dateTo = day("Last day, inclusive; 9999-12-31 is allowed.", "2026-01-31");

/** Adds the rule that a range does not run backwards, for the given pair of fields. */
export function ordered<Schema extends z.ZodObject>(schema: Schema, from = "date_from", to = "date_to"): Schema {
  return schema.refine(
    (values) => {
      const [first, last] = [values[from], values[to]] as (string | undefined)[];
      return first === undefined || last === undefined || first <= last;
    },
    {
      error: ({ input }) => {
        const values = input as Record<string, string>;
        return `Invalid date range: ${from} (${values[from]}) cannot be after ${to} (${values[to]}).`;
      },
      params: sentence,
    },
  );
}

export const itemCode = z.string().max(50).meta({ description: "Item code, exact.", example: "BW0021" });

export const yearMonth = z
  .string()
  .refine((text) => isDay(`${text}-01`), {
    error: ({ input }) => `Invalid year_month format: '${echo(input)}'. Expected YYYY-MM (e.g., 2026-01).`,
    params: sentence,
  })
  .meta({ description: "Month, YYYY-MM.", example: "2026-01" });

/** How many rows at the most. */
export const limit = (preset: number, max: number) =>
  z
    .int()
    .min(1)
    .max(max)
    .default(preset)
    .meta({ description: `At most this many rows (${preset} unless told).` });

export const rawDates = z
  .boolean()
  .default(false)
  .meta({ description: "Give production_date as the text that is stored instead of its day." });

/** The filters that records, CSV and Excel share. */
export const recordFilter = z.object({
  item_code: itemCode.optional(),
  q: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Text that code, name or lot contains; % and _ have no special meaning.", example: "렌즈" }),
  lot_number: z.string().max(50).optional().meta({ description: "Beginning of the lot number.", example: "LT260113" }),
  date_from: dateFrom.optional(),
  date_to: dateTo.optional(),
  min_quantity: z.number().optional().meta({ description: "Least good quantity, inclusive." }),
  max_quantity: z.number().optional().meta({ description: "Greatest good quantity, inclusive." }),
  raw_dates: rawDates,
});

/** The `next_cursor` of an earlier page; anything else is refused with a sentence. */
export const cursor = z
  .string()
  .transform((text, context): Cursor => {
    const read = decodeCursor(text);
    if (read) return read;
    context.issues.push({
      code: "custom",
      input: text,
      params: sentence,
      message: `Invalid cursor: '${echo(text)}'. Use the next_cursor of the page before, unchanged, or leave it out to begin anew.`,
    });
    return z.NEVER;
  })
  .meta({ description: "next_cursor of the page before; repeat the filters with it. Without it the first page." });
