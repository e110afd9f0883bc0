import type { Words } from "./ko.ts";

/** The planner's words in English. */
export const en: Words = {
  notFound: (words) => `No item fits '${words}'. Please check the code or the name.`,
  which: (count) => `${count} items fit. Which one do you mean? Answer with its number or code.`,
  noSuchDay: (words) => `'${words}' is not a day of the calendar. Please check the date.`,
  tooLong: (days) => `Figures by day can be given for at most ${days} days. Please choose a shorter period.`,
  help: "This question was not understood, or the production data do not answer it. These can be answered:",
  examples: [
    "What is the total production of BW0021 this month?",
    "Average batch size in March",
    "Monthly trend of the last 6 months",
    "Top 5 items last week",
    "This year compared to last year",
    "Which items fell behind last month?",
    "Compare this quarter with the same quarter last year",
    "Daily quantities of last month in Excel",
    "Compare BW0021 and BW0022",
    "Last 20 records of BW0021",
    "Which day was the best this year?",
    "Share of BW0021 this quarter",
    "List items containing 'Monthly'",
  ],
  ofTargets:
    "Targets are not answered here. The page [Targets](/dashboard/targets) shows how far each item has reached its target, those farthest behind first.",
  whichFile:
    "What should the file hold? Ask for “daily quantities of last month in Excel”, and the answer's table can be had as a file.",
  alsoByItem: (from, to) =>
    `The figures of each item are on [Trends](/dashboard/trends?from=${from}&to=${to}&unit=day), whose table can be had in Excel as well.`,
  dataUntil: (day) => `The data end on ${day}; nothing is known yet of later days.`,
  asFile: "The button **Excel** below the table saves it as a file.",
  changes: {
    falls: (all, shown) => `**${all} items** fell against the other period. These ${shown} fell the most.`,
    rises: (all, shown) => `**${all} items** rose against the other period. These ${shown} rose the most.`,
  },
  noChange: { falls: "No item fell against the other period.", rises: "No item rose against the other period." },
  alsoTargets: (month) =>
    `Items that are behind their targets are shown on [Targets](/dashboard/targets${month === null ? "" : `?month=${month}`}).`,
  unequal: (days, base, perDay, basePerDay) =>
    `The periods are of different lengths (${days} and ${base} days): ${perDay} and ${basePerDay} pieces a day.`,
  noGround: "No data could be found that this answer could rest on.",
  period: (days) => `Period: ${days}`,
  compared: (days, base) => `Period: ${days} (compared with ${base})`,
  assumed: "The question names no period, so this one is taken.",
  allTime: (to) => (to === null ? "all time" : `all time (until ${to})`),
  everyItem: "All items",
  lot: (number: string) => `Lot ${number}`,
  none: "There are no production records.",
  total: (who, total, batches) => `${who}: total production is **${total} pieces** (${batches} batches).`,
  average: (who, average, batches) => `${who}: an average batch is **${average} pieces** (${batches} batches).`,
  count: (who, batches) => `${who}: there are **${batches} batches**.`,
  more: (who, other, quantity) => `${who} has ${quantity} pieces more than ${other}.`,
  averageBy: (who, grain, average, parts) =>
    `${who}: the average per ${grain} is **${average} pieces** (over ${parts} with production).`,
  trend: (who, total, part, most) => `${who}: **${total} pieces** in all, most of them in ${part} (${most} pieces).`,
  weekdaysOf: (who, total, most, least) =>
    `${who}: **${total} pieces** in all. A day with production brings the most on a ${most[0]} (${most[1]} pieces) and the least on a ${least[0]} (${least[1]} pieces).`,
  best: (who, part, quantity) => `${who}: the greatest production was that of **${part}** (${quantity} pieces).`,
  worst: (who, part, quantity) =>
    `${who}: of those with any production, the least was that of **${part}** (${quantity} pieces).`,
  ranking: (count) => `${count} items with the greatest production.`,
  rankingLeast: (count) => `${count} items with the least production, of those that were produced.`,
  comparison: (who, now, base, diff, rate, direction) =>
    direction === 0
      ? `${who}: **${now} pieces** in both periods.`
      : `${who}: **${now} pieces**, ${diff} pieces${rate === null ? "" : ` (${rate}%)`} ${direction > 0 ? "more" : "less"} than in the other period (${base} pieces).`,
  share: (who, share, part, all) => `${who} has a share of **${share}%** (${part} of ${all} pieces).`,
  itemCount: (count) => `**${count} items** were produced.`,
  lastMade: (who, day) => `${who}: last produced on **${day}**.`,
  records: (who, count) => `${who}: ${count} records, newest first.`,
  found: (keyword, count) => `${count} items fit '${keyword}' (most records first).`,
  perGrain: { day: "day", week: "week", weekday: "weekday", month: "month", quarter: "quarter", year: "year" },
  parts: { day: " days", week: " weeks", weekday: " weekdays", month: " months", quarter: " quarters", year: " years" },
  grain: { day: "Day", week: "Week", weekday: "Weekday", month: "Month", quarter: "Quarter", year: "Year" },
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  headings: {
    rank: "Rank",
    code: "Code",
    name: "Name",
    item: "Item",
    sum: "Sum",
    period: "Period",
    total: "Total production (pieces)",
    batches: "Batches",
    average: "Average batch (pieces)",
    share: "Share (%)",
    day: "Day",
    lot: "Lot",
    quantity: "Good quantity (pieces)",
    change: "Change (pieces)",
    base: "Other period (pieces)",
    rate: "Change (%)",
    records: "Records",
    days: "Production days",
    perDay: "Average a day (pieces)",
  },
};
