import type { QualityWords } from "./kind-words.ts";

const fields: Record<string, string> = { lot: "lot number", name: "item name", quantity: "good quantity" };
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const fileName = (file: unknown): string => (file === "live" ? "Live" : String(file));
const rowsOf = (count: string): string => (count === "1" ? "1 record" : `${count} records`);
const partOf = (
  side: unknown,
  ratio: unknown,
  count: (value: unknown) => string,
  percent: (value: unknown) => string,
): string => (side === "high" ? `${count(ratio)} times` : `${percent(ratio)} of`);

/** The findings in English. */
export const en: QualityWords = {
  kinds: {
    "missing-days": {
      title: "Working days without production",
      what: ({ from, to, days, atEnd }, { count }) =>
        `${from === to ? `On ${from}` : `On ${count(days)} working ${Number(days) === 1 ? "day" : "days"} from ${from} to ${to}`} there is not a single record.${atEnd === 1 ? " Nor is there one after that yet." : ""}`,
      how: "A weekday on which there was production in at least 90 % of the last half year counts as a working day, but for public holidays (lunar ones and substitutes included) and dates on which the factory rests every year.",
      meaning: "If bookings were not handed over, the totals of that time are too low.",
      action:
        "If the factory was closed, say that it is fine; else see whether the ERP handed that day's bookings over.",
    },
    "unusual-day": {
      title: "Days whose total is far from usual",
      what: ({ quantity, expected, ratio, side, weekday }, { count, percent }, { day }) =>
        `The total of ${day} (${weekdays[Number(weekday)]}), ${count(quantity)}, is ${partOf(side, ratio, count, percent)} the ${count(expected)} that were to be expected.`,
      how: "Compared with the average of the 60 working days before, brought to this weekday and season. Told only where chance has a probability below 1 in 100,000 and the total is at least 1.5 times or at most 60 %.",
      meaning: "If bookings came twice or not at all, the total of that day is wrong.",
      action: "Look at that day's batches for bookings that were handed over twice, or not at all.",
    },
    "unusual-item-day": {
      title: "Items whose day is far from usual",
      what: ({ quantity, expected, ratio, side, weekday }, { count, percent }, { item, day }) =>
        `${item}: ${count(quantity)} on ${day} (${weekdays[Number(weekday)]}) is ${partOf(side, ratio, count, percent)} the ${count(expected)} that were to be expected.`,
      how: "Compared with the item's own 60 working days before, brought to this weekday and season. Told only where chance has a probability below 1 in 100,000, the quantity is at least twice or at most half, and, where it is high, clearly above every day of the year before.",
      meaning: "If bookings are wrong or missing, the totals of that item are wrong.",
      action: "Look for a wrong unit, double bookings, or batches that are missing.",
    },
    "item-stopped": {
      title: "Items that are made no more",
      what: ({ last, gap, longest, share }, { count, percent }, { item }) =>
        `${item}: nothing for ${count(gap)} working days since ${last}. Before, it was made on ${percent(share)} of the working days, and the longest gap was ${count(longest)} ${Number(longest) === 1 ? "day" : "days"}.`,
      how: "Told where such a gap has a probability below 1 in a million for how often the item was made, and is 1.5 times the longest one of the year.",
      meaning: "Unless the item was given up, its bookings may be missing.",
      action:
        "If it was given up or paused, say that it is fine; else see whether its code changed or bookings are missing.",
    },
    "level-shift": {
      title: "The daily level has shifted",
      what: ({ from, to, was, is, change }, { count, percent }) =>
        `In the last four weeks (${from} to ${to}) the daily level went from ${count(was)} to ${count(is)} (${Number(change) > 0 ? "+" : ""}${percent(change)}).`,
      how: "The middle working day of the last 28 days against that of the 90 before, brought to weekday and season. Told from 20 % on (40 % while the season is not known), beyond 4 standard errors.",
      meaning: "Without a known reason, a part of the bookings may be missing or come twice.",
      action:
        "See whether there is a known reason, such as more lines or other shifts, or whether some line's bookings are missing.",
    },
    "distribution-shift": {
      title: "The mix of items has shifted",
      what: ({ psi, threshold, most, mostBefore, mostNow, from, to }, { count, percent }) =>
        `In the last four weeks (${from} to ${to}) the stability index (PSI) of the mix is ${count(psi)}, above ${count(threshold)}. The greatest change: ${most === "" ? "all small items together" : most}, from ${percent(mostBefore)} to ${percent(mostNow)}.`,
      how: "The PSI of the items' parts in the number of batches, the last 28 days against the 90 before. From 0.1 on the mix is changing, from 0.2 on it has changed.",
      meaning: "Without a known reason, item codes may be booked wrongly.",
      action: "See whether new or discontinued items or orders explain it; else look for wrong item codes.",
    },
    "absurd-quantity": {
      title: "Absurd quantities",
      what: ({ quantity, usual, ratio }, { count, percent }, { item, day }) =>
        `${item}: a record of ${day} has the quantity ${count(quantity)}. A usual batch of this item has ${count(usual)} (${Number(ratio) >= 1 ? `${count(ratio)} times` : percent(ratio)}).`,
      how: "Told where the logarithm of a quantity lies more than 6 robust standard deviations from the item's middle, and the quantity is at least 4 times or at most a twentieth.",
      meaning: "A wrong quantity counts as it is, and changes totals and averages much.",
      action: "See in the ERP whether the unit (×10, ×1000) or a digit is wrong.",
    },
    "negative-quantity": {
      title: "Negative quantities that are no corrections",
      what: ({ quantity, usual }, { count }, { item, day }) =>
        `${item}: a record of ${day} has the quantity ${count(quantity)}. A usual batch of this item has ${count(usual)}.`,
      how: "Told where a negative quantity takes back far more than corrections in this factory usually do; where there never were any, every negative one is told.",
      meaning: "Negative quantities count as they are, so that totals may be too low.",
      action: "See whether the sign is wrong, or whether the booking that it cancels is there.",
    },
    "duplicate-rows": {
      title: "Duplicate records",
      what: ({ file, duplicates, rows, usual, item, lot, quantity }, { count }, { day }) =>
        `${day}, ${fileName(file)}: ${count(duplicates)} of ${rowsOf(count(rows))} ${Number(duplicates) === 1 ? "repeats" : "repeat"} lot, item and quantity of another one (usually ${count(usual)}). For example ${item}, lot ${lot}, ${count(quantity)}.`,
      how: "Records of one file with the same day, lot, item and quantity under different ids are counted, against how often parts of one lot have the same quantity by chance. The same record in two files counts once anyway, and is not counted here.",
      meaning: "Duplicates within a file all count, so that totals may be too high.",
      action: "See whether the ERP handed them over twice, and delete them there.",
    },
    "missing-values": {
      title: "Missing values",
      what: ({ file, field, missing, rows, usualShare }, { count, percent }, { day }) =>
        `${day}, ${fileName(file)}: ${count(missing)} of ${rowsOf(count(rows))} ${Number(missing) === 1 ? "has" : "have"} no ${fields[String(field)]} (usually ${percent(usualShare)}).`,
      how: "The part of records without lot, name or quantity against that of the 180 days before (binomial, probability below 1 in 10,000).",
      meaning: "Without lot or name a record is hard to find, and without a quantity it counts as 0.",
      action: "See whether an input form or the transfer changed.",
    },
    "text-quantity": {
      title: "Quantities that are no numbers",
      what: ({ file, texts, rows }, { count }, { day }) =>
        `${day}, ${fileName(file)}: in ${count(texts)} of ${rowsOf(count(rows))} the good quantity is no number.`,
      how: "Records whose good quantity is stored as a text: SQLite keeps one even in a column of numbers.",
      meaning: "Such a quantity counts as 0, also where the text begins with a number, and lists show none.",
      action: "Correct the quantities in the ERP.",
    },
    "undated-rows": {
      title: "Production dates that are no dates",
      what: ({ file, rows, texts }, { count }) =>
        `${fileName(file)} has ${rowsOf(count(rows))} whose production date begins with no date${texts ? `: ${texts}` : ""}.`,
      how: "The first 10 characters of every production date must be a valid date (YYYY-MM-DD).",
      meaning: "Without a date they are in no daily or monthly total.",
      action: "Correct the dates in the ERP.",
    },
    "future-days": {
      title: "Records of future days",
      what: ({ day, rows, today }, { count }) => `${day} has ${rowsOf(count(rows))}. Today is ${today}.`,
      how: "Days after today in the factory's time zone.",
      meaning: "They count for that day, and are missing from the day on which they were made.",
      action: "See whether year or month are wrong, or the clock of the ERP's server.",
    },
    "misplaced-rows": {
      title: "Records in the wrong file",
      what: ({ file, rows, twins, alone }, { count }) =>
        `${fileName(file)} has ${rowsOf(count(rows))} of days that are another file's. Of them, ${count(twins)} stand there as well and ${count(alone)} here alone.`,
      how: "Records outside of their file's days are compared one by one with those of the file that owns the day.",
      meaning:
        "Those that the file of that day holds as well count once, and those that stand here alone count from here.",
      action: "See in the ERP whether those that stand here alone have the right date.",
    },
    "similar-code": {
      title: "Item codes that look mistyped",
      what: ({ rows, like, likeName, name }, { count }, { item, day }) =>
        like === null
          ? `Since ${day} the item code is empty in ${rowsOf(count(rows))}.`
          : `The code '${item}' (${rowsOf(count(rows))}, ${name ?? "no name"}), first seen on ${day}, looks like '${like}' (${likeName ?? "no name"}) mistyped.`,
      how: "New codes that differ from a known one in case, width, blanks or hyphens only; or in one character, with the same item name.",
      meaning: "Another code counts as another item.",
      action: "Correct the code in the ERP; if it is a new item, say that it is fine.",
    },
    "name-changed": {
      title: "Changed item names",
      what: ({ before, name }, _, { item, day }) =>
        `${item}: since ${day} its name is '${name}' rather than '${before}'.`,
      how: "An item's newest name against the one before the last 28 days.",
      meaning: "Totals go by the item code, so that no figure changes.",
      action: "If that was intended, say that it is fine.",
    },
    "new-item": {
      title: "New item codes",
      what: ({ name, rows }, { count }, { item, day }) =>
        `${item}${name === null ? "" : ` (${name})`}: first made on ${day}, ${rowsOf(count(rows))} so far.`,
      how: "Codes that were first seen within the last 28 days.",
      meaning: "No figure is wrong by that: a new code has come to the totals.",
      action: "See whether it is a registered new item.",
    },
  },
  extent: ({ unit, places, records, isValues }, count) => {
    const some = (number: number, one: string): string => `${count(number)} ${one}${number === 1 ? "" : "s"}`;
    const where = { files: some(places, "file"), days: some(places, "day"), items: some(places, "item") };
    if (unit === "findings") return some(places, "finding");
    if (records === null) return where[unit];
    const what = some(records, isValues ? "value" : "record");
    return records === places && unit !== "items"
      ? what
      : `${what} ${{ files: "in", days: "on", items: "of" }[unit]} ${where[unit]}`;
  },
  alert: (title, extent, example) =>
    `Found in the production data: ${title}, ${extent}${example === "" ? "" : ` (for example ${example})`}.`,
  file: fileName,
};
