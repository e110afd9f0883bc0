/** The horizontal axis of charts over hours and days: parts are points in time, `YYYY-MM-DDTHH:MM` of the factory. */

/** @typedef {import("./chart-options.js").ChartData} ChartData */

/** Minutes from one mark of the axis to the next: such that marks stand on round times. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
/** Pixels that a mark needs. */
const room = 52;

/** Whether a chart's parts are times rather than days. @param {Pick<ChartData, "kind">} data */
export const isOfTimes = ({ kind }) => kind === "times";

/**
 * The parts between `min` and `max` at which marks stand, on an axis of so many pixels.
 * @param {readonly string[]} starts @param {number} min @param {number} max @param {number} width
 */
export function timeMarks(starts, min, max, width) {
  const [from, to] = [Math.max(0, Math.ceil(min)), Math.min(starts.length - 1, Math.floor(max))];
  const most = Math.max(1, Math.floor(width / room));
  /** @type {number[]} */
  let marks = [];
  for (const step of steps) {
    marks = [];
    for (let at = from; at <= to; at += 1) if (minuteOfDay(starts[at] ?? "") % step === 0) marks.push(at);
    if (marks.length <= most) break;
  }
  return marks;
}

/** Points between two gaps, which no line reaches. @param {uPlot} plot @param {number} series */
export function lonePoints({ data }, series) {
  const values = data[series] ?? [];
  const isKnown = (/** @type {number} */ at) => typeof values[at] === "number";
  return [...values.keys()].filter((at) => isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1));
}

/** A time as short as the axis needs it: midnight is the day that begins. @param {string} start */
export function timeLabel(start) {
  return minuteOfDay(start) === 0 ? `${Number(start.slice(5, 7))}/${Number(start.slice(8, 10))}` : start.slice(11);
}

/** @param {string} start */
const minuteOfDay = (start) => Number(start.slice(11, 13)) * 60 + Number(start.slice(14, 16));
