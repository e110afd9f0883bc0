import type { Words } from "./words-ko.ts";

const against = ({ basis, change, direction }: { basis: string; change: string; direction: -1 | 0 | 1 }): string => {
  if (direction === 0) return `about as much as ${basis}`;
  return `${change} ${direction > 0 ? "more" : "less"} than ${basis}`;
};
const capital = (text: string): string => text.replace(/^./, (first) => first.toUpperCase());

/** Every word of the reports in English. */
export const en: Words = {
  titles: {
    daily: "Daily production report",
    weekly: "Weekly production report",
    monthly: "Monthly production report",
  },
  product: "Production Data Hub",
  week: (name, from, to) => `Week ${Number(name.slice(6))} of ${name.slice(0, 4)} (${from} to ${to})`,
  month: (name) => name,
  pieces: (count) => `${count} pieces`,
  headline: {
    produced: (period, total) => `${period}: ${total} of good quantity.`,
    compared: (period, total, one) => `${period}: ${total} of good quantity, ${against(one)}.`,
    doubtful: (finding) => `Caution: this quantity holds records that are hardly right. ${finding}`,
    also: (parts) => `${capital(parts.map(against).join(", "))}.`,
    rose: (item, by) => `The greatest rise is that of ${item} (${by}).`,
    fell: (item, by) => `The greatest fall is that of ${item} (${by}).`,
    both: (rise, up, fall, down) =>
      `The greatest rise is that of ${rise} (${up}), the greatest fall that of ${fall} (${down}).`,
    rest: (period) => `${period}: no production, which is usual for such a time.`,
    missing: (period) =>
      `${period}: no production is recorded, though there usually is some. The data may not have arrived yet.`,
    newest: (day) => `The newest data are of ${day}.`,
    empty: "There are no production data yet. See that the files are in the folder database.",
    before: (period, day) => `${period}: there are no data of it; they begin on ${day}.`,
    unfinished: (day) => `The period is not over: these are the figures until ${day}, compared with as many days.`,
    cut: (day) => `There are data until ${day} alone, compared with as many days.`,
    today: "The figures of today may not all be there yet.",
    lastGood: "A file cannot be read just now, so that this is what was last read of it.",
    alone: "The files of earlier periods cannot be read, so that nothing is compared.",
  },
  bases: {
    daily: {
      usual: (weekday) => `a usual ${weekday}`,
      previous: (weekday) => `the ${weekday} of the week before`,
      last_year: (weekday) => `the same ${weekday} of last year`,
    },
    weekly: {
      usual: () => "a usual week",
      previous: () => "the week before",
      last_year: () => "the same week of last year",
    },
    monthly: {
      usual: () => "a usual month",
      previous: () => "the month before",
      last_year: () => "the same month of last year",
    },
  },
  table: {
    daily: {
      usual: "Usual for the weekday (median of 8 weeks)",
      previous: "Same weekday, week before",
      last_year: "Same weekday, last year",
    },
    weekly: { usual: "Usual week (median of 8)", previous: "Week before", last_year: "Same week, last year" },
    monthly: { usual: "Usual month (median of 6)", previous: "Month before", last_year: "Same month, last year" },
  },
  sections: {
    totals: "Key figures",
    comparisons: "Comparison",
    days: "Production by day",
    items: (count) => `Top ${count} items`,
    rises: "Greatest rises",
    falls: "Greatest falls",
    missed: "Usually produced, but not this time",
    targets: (month) => `Targets of ${month}`,
    quality: "Data quality",
    hub: "State of the hub",
  },
  columns: {
    total: "Total good quantity",
    batches: "Batches",
    average: "Average a batch",
    activeItems: "Items produced",
    day: "Day",
    quantity: "Good quantity",
    code: "Item code",
    name: "Item name",
    share: "Share",
    difference: "Difference",
    change: "Change",
    basis: "Compared with",
    period: "Days",
    usual: "Usual quantity",
    target: "Target",
    achieved: "Achieved",
    rate: "Rate",
    forecast: "Forecast",
    whole: "All items",
    others: (count) => `${count} other items`,
    sum: "Total",
  },
  dayBases: { usual: "Usual for the weekday", week_before: "Week before", four_weeks_before: "Four weeks before" },
  batchCount: (count) => `${count}`,
  itemCount: (count) => `${count}`,
  none: { rises: "No item rose.", falls: "No item fell." },
  quality: {
    none: "No warning about the data of this period is open.",
    open: (count) => `Warnings about the data of this period to be looked at: ${count}.`,
    undated: (count) => `Besides, warnings that are of no day: ${count}.`,
    more: (count) => `And ${count} more.`,
  },
  hub: {
    backup: (hours) => `last backup ${hours} h ago`,
    noBackup: "no backup",
    noAlerts: "no open alerts",
    alerts: (critical, warning, info) => `open alerts: Critical ${critical}, Warning ${warning}, Notice ${info}`,
  },
  open: "Open in the hub",
  footer: (made, version) => `Made ${made} · data version ${version}`,
  why: "The Production Data Hub sends this mail by itself. Whoever does not want it asks the hub's administrator.",
  page: (page, pages) => `${page} / ${pages}`,
  sheets: { summary: "Summary", days: "Days", items: "Items", changes: "Changes" },
};
