import type { Texts } from "../ko.ts";

/** The words of this part of the dashboard in English. */
export const compare: Texts["compare"] = {
  presets: "Usual comparisons",
  preset: {
    lastMonth: "Last month and the one before",
    lastMonthOfYear: "Last month and the same one last year",
    thisQuarter: "This quarter and the same one last year",
    thisYear: "This year and last year until the same day",
  },
  choose: "Choose a period to compare with",
  chooseHelp: "“Nothing” is chosen now. Choose one here, or under “Compare with” above.",
  totals: "Totals of both periods",
  figure: "Figure",
  now: "This period",
  before: "Period compared",
  until: "–",
  length: (days) => `${days} days`,
  unequal: "The periods are not equally long, so look at the daily averages too.",
  change: "Change",
  quantity: "Good quantity",
  batches: "Batches",
  items: "Active items",
  average: "Average batch",
  daily: "Average per day",
  contributions: "Contributions by item",
  contributionsHelp: "The largest differences come first. The differences of all lines add up to the whole difference.",
  rose: (items, quantity) => `${items} items rose: ${quantity}`,
  fell: (items, quantity) => `${items} items fell: ${quantity}`,
  share: "Contribution",
  shareHelp:
    "The item's part of the whole difference, which is 100%. It is negative where the item went the other way.",
  fresh: "New",
  freshHelp: "Not made in the period compared.",
  stopped: "Stopped",
  stoppedHelp: "Not made in this period.",
  unchanged: "Both totals are the same, so there are no contributions in percent.",
};
