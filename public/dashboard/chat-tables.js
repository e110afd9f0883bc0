/** What can be done with the table of an answer: its cells as numbers, a file of it, a chart of it. */

/** @typedef {{ headings: string[], rows: string[][] }} Shown a table as it is shown */
/** @typedef {string | number | null} Cell */

/** @param {HTMLTableElement} table @returns {Shown} */
export function shownIn(table) {
  const lines = [...table.rows].map((row) => [...row.cells].map((cell) => (cell.textContent ?? "").trim()));
  return { headings: lines[0] ?? [], rows: lines.slice(1) };
}

/** A figure as answers write it; more digits than a number holds are a code. */
const figure = /^[+-]?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d+)?(%?)$/;

/**
 * The number that a cell shows; null where it shows none. A leading zero is a code's.
 * @param {string} text
 */
export function numberIn(text) {
  if (!figure.test(text) || /^[+-]?0\d/.test(text)) return null;
  return Number(text.replaceAll(",", "").replace("%", ""));
}

/**
 * The table with numbers where a column holds nothing else, and which of its columns are shares.
 * @param {Shown} shown
 * @returns {{ headings: string[], rows: Cell[][], shares: number[] }}
 */
export function typed({ headings, rows }) {
  const columns = headings.map((_, at) => {
    const texts = rows.map((row) => row[at] ?? "").filter((text) => text !== "" && text !== "–" && text !== "-");
    const isNumeric = texts.length > 0 && texts.every((text) => numberIn(text) !== null);
    return { isNumeric, isShare: isNumeric && texts.every((text) => text.endsWith("%")) };
  });
  return {
    headings,
    rows: rows.map((row) =>
      headings.map((_, at) => {
        const text = row[at] ?? "";
        const { isNumeric, isShare } = columns[at] ?? {};
        const number = isNumeric ? numberIn(text) : null;
        if (!isNumeric || text.endsWith("%") !== isShare) return text === "" ? null : text;
        return number !== null && isShare ? number / 100 : number;
      }),
    ),
    shares: columns.flatMap(({ isShare }, at) => (isShare ? [at] : [])),
  };
}

/** Forms of a part of a period in a first column, and its first day. @type {[RegExp, "day" | "week" | "month" | "year"][]} */
const parts = [
  [/^(\d{4})-(\d\d)-(\d\d)$/, "day"],
  [/^(\d{4})-W(\d\d)$/, "week"],
  [/^(\d{4})\D{1,3}(\d{1,2})\D{0,2}$/, "month"],
  [/^(\d{4})\D{0,2}$/, "year"],
];

/**
 * The data of a chart (public/dashboard/charts.js); null where a table's first column holds no days, weeks, months or years, one after the
 * other, or its second one no figures.
 * @param {Shown} shown
 * @returns {import("./chart-options.js").ChartData | null}
 */
export function chartOf(shown) {
  const { headings, rows, shares } = typed(shown);
  const names = shown.rows.map((row) => row[0] ?? "");
  const [, unit] = parts.find(([form]) => names.every((name) => form.test(name))) ?? [];
  if (!unit || names.length < 3) return null;
  const starts = names.map((name) => firstDay(name, unit));
  if (starts.some((start, at) => at > 0 && start <= /** @type {string} */ (starts[at - 1]))) return null;
  const figures = headings.flatMap((label, at) => {
    const values = rows.map((row) => row[at] ?? null);
    const isFigures = at > 0 && !shares.includes(at) && values.some((value) => typeof value === "number");
    return isFigures && !values.some((value) => typeof value === "string") ? [{ label, values }] : [];
  });
  const [first, second] = figures;
  if (!first) return null;
  const series = (/** @type {typeof first} */ { label, values }) => ({
    label,
    values: /** @type {(number | null)[]} */ (values),
  });
  return {
    kind: "series",
    unit,
    starts,
    series: [
      { ...series(first), form: "bars", scale: "quantity", colour: "--quantity" },
      // The differences between parts, a third column of figures, are seen from the bars.
      ...(second
        ? [{ ...series(second), form: /** @type {const} */ ("line"), scale: "batches", colour: "--batches" }]
        : []),
    ],
  };
}

/** @param {string} name @param {"day" | "week" | "month" | "year"} unit */
function firstDay(name, unit) {
  const [year = "", part = "1"] = name.match(/\d+/g) ?? [];
  if (unit === "day") return name;
  if (unit === "year") return `${year}-01-01`;
  if (unit === "month") return `${year}-${part.padStart(2, "0")}-01`;
  // The week with 4 January is the first (ISO 8601).
  const fourth = new Date(`${year}-01-04T00:00:00Z`);
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000;
  return new Date(monday + (Number(part) - 1) * 7 * 86_400_000).toISOString().slice(0, 10);
}

/**
 * Has the hub make a file of a table, and saves it. Throws where there is no file.
 * @param {Shown} shown
 * @param {"csv" | "xlsx"} format
 * @param {string} name
 */
export async function saveAs(shown, format, name) {
  const response = await fetch(`/dashboard/chat/table.${format}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, ...typed(shown) }),
  });
  if (!response.ok) throw new Error(String(response.status));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${fileName(name)}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What Windows allows as the name of a file. @param {string} name */
const fileName = (name) =>
  name
    .replace(/[\\/:*?"<>|\p{Cc}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 60)
    .replace(/[. ]+$/, "") || "table";
