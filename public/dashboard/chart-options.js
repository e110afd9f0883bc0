/** How charts look: scales, axes, bars and lines, in the colours of the page and the numbers of its language. */

import { isOfTimes, lonePoints, timeLabel, timeMarks } from "./chart-time.js";

/**
 * @typedef {object} ChartSeries
 * @property {string} label
 * @property {"bars" | "line" | "long" | "dots" | "dashed" | "faint"} form `long` and `dots` tell lines of one colour apart
 * @property {string} scale name of a scale; series with the same one share an axis; `percent` goes from 0 to 100, `count` in whole numbers
 * @property {string} colour a custom property of the stylesheet, such as `--quantity`
 * @property {(number | null)[]} values
 * @property {(string | null)[]} [starts] the parts that the values are of, where they are others than the chart's own
 */
/**
 * @typedef {object} ChartData
 * @property {string} kind `times` for parts that move on with the clock
 * @property {"minute" | "day" | "week" | "month" | "year"} unit
 * @property {string[]} starts first day of each part, or its time
 * @property {ChartSeries[]} series
 */

const { lang } = document.documentElement;
const exact = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 1 });
const words = new Map([
  ["minute", new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" })],
  ["day", new Intl.DateTimeFormat(lang, { dateStyle: "full", timeZone: "UTC" })],
  ["week", new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" })],
  ["month", new Intl.DateTimeFormat(lang, { year: "numeric", month: "long", timeZone: "UTC" })],
  ["year", new Intl.DateTimeFormat(lang, { year: "numeric", timeZone: "UTC" })],
]);

/** @param {number} value */
export const exactNumber = (value) => exact.format(value);
/** @param {number} value */
export const compactNumber = (value) => compact.format(value);

/**
 * A part of the series in words, as the crosshair shows it.
 * @param {ChartData} data
 * @param {number} at
 */
export function partLabel({ unit, starts }, at) {
  const start = starts[at];
  if (start === undefined) return "";
  const time = new Date(start.includes("T") ? `${start}Z` : `${start}T00:00:00Z`);
  return words.get(unit)?.format(time) ?? start;
}

/** A part as short as an axis needs it. @param {ChartData} data @param {number} at */
function axisLabel({ unit, starts }, at) {
  const start = starts[at];
  if (start === undefined) return "";
  if (unit === "minute") return timeLabel(start);
  if (unit === "year") return start.slice(0, 4);
  const month = Number(start.slice(5, 7));
  if (unit === "month")
    return month === 1 || at === 0 ? `${start.slice(0, 4)}-${start.slice(5, 7)}` : start.slice(5, 7);
  return `${month}/${Number(start.slice(8))}`;
}

/**
 * A colour of the stylesheet as a canvas takes it: custom properties come back unresolved, so an element wears it for an instant.
 * @param {string} name
 */
export function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** What a series looks like, for its name to stand beside. @param {ChartSeries} series */
export function markOf({ form, colour: name }) {
  const mark = document.createElement("i");
  mark.className = form === "bars" ? "plot-mark" : `plot-mark line ${form}`;
  mark.style.background = `var(${name})`;
  return mark;
}

/**
 * The same in a picture, in the middle of a line of text.
 * @param {CanvasRenderingContext2D} context
 * @param {ChartSeries} series
 * @param {number} x
 * @param {number} y
 * @param {number} scale pixels of the picture to one of the screen
 */
export function drawMark(context, { form, colour: name }, x, y, scale) {
  const { width = 2, dash = [], alpha = 1 } = lines[form] ?? {};
  context.save();
  context.globalAlpha = alpha;
  context.strokeStyle = colour(name);
  // A pixel less would be a shadow of the colour.
  context.lineWidth = (form === "bars" ? 8 : Math.max(2, width)) * scale;
  context.setLineDash(dash.map((length) => length * scale));
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 14 * scale, y);
  context.stroke();
  context.restore();
}

/** The legend above a chart. @param {ChartData} data */
export function legendOf({ series }) {
  const legend = document.createElement("div");
  legend.className = "plot-legend";
  for (const one of series) {
    const entry = document.createElement("span");
    entry.append(markOf(one), one.label);
    legend.append(entry);
  }
  return legend;
}

/**
 * Options of uPlot for bars and lines over the parts of a period. The horizontal scale counts parts, so that months are as wide as one another.
 * @param {typeof import("uplot")} Plot
 * @param {() => ChartData} data the data at the time of drawing
 * @param {{ width: number, height: number }} size
 * @param {{ tip: () => void, zoomed: () => void }} on
 * @returns {import("uplot").Options}
 */
export function seriesOptions(Plot, data, size, on) {
  const { series } = data();
  // A wall screen has larger type, and its charts with it.
  const zoom = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const font = `${11 * zoom}px ${getComputedStyle(document.body).fontFamily}`;
  const [ink, line] = [colour("--quiet"), colour("--line")];
  const scales = [...new Set(series.map(({ scale }) => scale))];
  const { paths } = Plot;
  return {
    ...size,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false, setScale: true } },
    scales: {
      // Whole parts, and half of one on either side for the first and the last bar.
      x: { time: false, range: (_, min, max) => [Math.round(min) - 0.5, Math.round(max) + 0.5] },
      ...Object.fromEntries(scales.map((name) => [name, { range: name === "percent" ? [0, 100] : fromZero }])),
    },
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { stroke: line, size: 4 },
        space: 48 * zoom,
        size: 28 * zoom,
        incrs: [1, 2, 5, 7, 10, 14, 20, 30, 60, 120, 240, 480],
        values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? axisLabel(data(), at) : "")),
        ...(isOfTimes(data())
          ? { splits: (plot, _, min, max) => timeMarks(data().starts, min, max, plot.width - 120 * zoom) }
          : {}),
      },
      ...scales.map((scale, at) => ({
        scale,
        side: at === 0 ? 3 : 1,
        stroke: ink,
        font,
        size: 58 * zoom,
        grid: { show: at === 0, stroke: line, width: 1 },
        ticks: { show: false },
        ...(scale === "count" ? { incrs: wholeSteps } : {}),
        values: stepLabels,
      })),
    ],
    series: [
      {},
      ...series.map(({ label, form, scale, colour: name }) => {
        const stroke = colour(name);
        const plain = { label, scale, stroke, spanGaps: false };
        if (form === "bars" && paths.bars) {
          const bars = paths.bars({ size: [0.72, 48], radius: 0.12 });
          return { ...plain, fill: stroke, width: 0, paths: bars, points: { show: false } };
        }
        const points = isOfTimes(data())
          ? { show: true, size: 4, filter: lonePoints }
          : { show: data().starts.length === 1, size: 5 };
        return { ...plain, width: 2, ...lines[form], points };
      }),
    ],
    padding: [8, scales.length > 1 ? 0 : 12, 0, 0],
    hooks: {
      setCursor: [on.tip],
      setScale: [(_, name) => name === "x" && on.zoomed()],
    },
  };
}

/** Short numbers have one decimal, which would make 0.3 of a quarter. @type {import("uplot").Axis.DynamicValues} */
const stepLabels = (_, splits, _axis, _space, step) => splits.map(step < 1 ? exactNumber : compactNumber);

/** Steps of an axis of what comes in whole numbers. */
const wholeSteps = [...Array(10).keys()].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

/** What lines have beyond their colour. @type {Record<string, import("uplot").Series>} */
const lines = {
  long: { dash: [12, 4] },
  dots: { dash: [2, 4] },
  dashed: { dash: [5, 3], width: 1.5 },
  // The values behind their average are there to be seen, not to be followed.
  faint: { width: 1, alpha: 0.5 },
};

/** Bars stand on zero; a part below it (corrections do that) is shown as well. @type {import("uplot").Range.Function} */
function fromZero(_, min, max) {
  const [low, high] = [Math.min(0, min ?? 0), Math.max(0, max ?? 0)];
  return low === high ? [0, 1] : [low * 1.08, high * 1.08];
}
