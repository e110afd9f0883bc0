import type { Texts } from "../ko.ts";

/** The words of this part of the dashboard in English. */
export const trends: Texts["trends"] = {
  whole: "All production",
  chosen: "Production of the items chosen",
  items: "Production by item",
  averages: (name) => `Production by item, ${name}`,
  table: "Production by period and item",
  average: "Moving average",
  noAverage: "None",
  windows: {
    day: (count) => `${count} days`,
    week: (count) => `${count} weeks`,
    month: (count) => `${count} months`,
    year: (count) => `${count} years`,
  },
  averageOf: (window) => `${window} average`,
  ofAverage: "Avg.",
  averageHelp:
    "A moving average is that of the values up to its point in time, those before the period included. A week or month that is not over yet has none.",
  wrongAverage: (value) => `The moving average '${value}' is not known; none is shown.`,
  greatest: (count) =>
    `The ${count} items with the greatest quantities are shown. Choose up to 5 others under “Items” above.`,
  greatestOf: (chosen, count) =>
    `Of the ${chosen} items chosen, the ${count} with the greatest quantities are shown one by one:`,
  restInTable: "The others stand together in the table.",
  few: "Lines of the period compared are drawn where there are no more than 3 items.",
  before: "Period compared",
  ofBefore: (label) => `${label}, period compared`,
};
