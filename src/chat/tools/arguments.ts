import { z } from "zod";
import { isDay } from "../../segments/day.ts";
import type { ToolArguments, ToolName } from "../types.ts";

const day = (meaning: string) =>
  z
    .string()
    .refine(isDay, { error: "Expected a day as YYYY-MM-DD, such as 2026-01-15." })
    .meta({ description: `${meaning} YYYY-MM-DD.` });

/** Adds the rule that a period does not run backwards. */
function ordered<Schema extends z.ZodObject>(schema: Schema, from = "date_from", to = "date_to"): Schema {
  return schema.refine((values) => String(values[from]) <= String(values[to]), {
    error: `${from} cannot be after ${to}.`,
    path: [from],
  });
}

const dates = { date_from: day("First day, inclusive."), date_to: day("Last day, inclusive.") };
const itemCode = z.string().min(1).max(50).meta({ description: "Item code, exact, such as BW0021." });
const oneItem = itemCode.optional();

/**
 * Described one by one, so that JSON Schema says `anyOf`: a list of types, as zod would put it, has Gemini refuse every question
 * (https://github.com/WordPress/ai-provider-for-google/issues/33).
 */
const sqlValue = z.union([
  z.string().meta({ description: "A text, such as a day or an item code." }),
  z.number().meta({ description: "A number." }),
  z.null(),
]);

/** What each tool takes (CONTRACT §4): these schemas validate a call's arguments, and their descriptions tell a model of them. */
export const toolArguments = {
  search_production_items: z.object({
    keyword: z.string().min(1).max(100).meta({ description: "Part of an item's code or name." }),
    include_archive: z.boolean().default(true).meta({ description: "Whether earlier years count as well." }),
  }),
  get_production_summary: ordered(z.object({ ...dates, item_code: oneItem })),
  get_monthly_trend: ordered(z.object({ ...dates, item_code: oneItem })),
  get_top_items: ordered(
    z.object({ ...dates, limit: z.int().min(1).max(100).default(5).meta({ description: "How many items." }) }),
  ),
  compare_periods: ordered(
    ordered(
      z.object({
        period1_from: day("First day of the period that is looked at."),
        period1_to: day("Its last day."),
        period2_from: day("First day of the period that it is compared with."),
        period2_to: day("Its last day."),
        item_code: oneItem,
      }),
      "period1_from",
      "period1_to",
    ),
    "period2_from",
    "period2_to",
  ),
  get_item_history: z.object({
    item_code: itemCode,
    limit: z.int().min(1).max(50).default(10).meta({ description: "How many of the newest records." }),
  }),
  execute_custom_query: z.object({
    sql: z.string().meta({ description: "One SELECT over the views production_records and daily_totals." }),
    params: z.array(sqlValue).default([]).meta({ description: "Values for the question marks." }),
    description: z.string().default("").meta({ description: "What is asked, in words." }),
  }),
} satisfies { [Name in ToolName]: z.ZodType<Required<ToolArguments[Name]> | ToolArguments[Name], ToolArguments[Name]> };

/** Arguments after validation, with the presets in place. */
export type ValidArguments = { [Name in ToolName]: z.output<(typeof toolArguments)[Name]> };
