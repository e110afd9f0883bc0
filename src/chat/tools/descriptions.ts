import type { ToolName } from "../types.ts";

/** What each tool does, as a model or an assistant is told of it. */
export const toolDescriptions: Readonly<Record<ToolName, string>> = {
  search_production_items:
    "Finds items by a part of their code or name: code, name and number of production records, most records first, ten at most. Use it first when the user names an item in words.",
  get_production_summary:
    "Total good quantity, average quantity of a record (batch) and number of records of a period, for all items or for one.",
  get_monthly_trend: "Total good quantity and number of records of each month of a period, for all items or for one.",
  get_top_items: "The items with the largest total good quantity of a period, largest first.",
  compare_periods:
    "Totals, numbers of records and averages of two periods side by side, with the difference (period 1 minus period 2) and the rate of change in percent.",
  get_item_history: "The newest production records of one item: day, lot number, good quantity.",
  execute_custom_query:
    "Runs one read-only SQL SELECT (SQLite) for questions that no other tool answers, such as days, weekdays, lots, conditions on quantities. At most 1,000 rows. The view production_records has one row per record (id, production_date, lot_number, item_code, item_name, good_quantity); the view daily_totals has one row per day and item (day as YYYY-MM-DD, item_code, item_name, good_quantity, records) and is much faster wherever days, weeks, weekdays or items are added up over many months.",
};
