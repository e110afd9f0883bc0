/**
 * Draws the charts of the page with uPlot, from the JSON that stands beside each: crosshair with values, zoom by drag (or with two fingers),
 * reset, and a PNG. A refreshed page brings other JSON, and the chart takes it over in place.
 */

import { colour, drawMark, exactNumber, legendOf, markOf, partLabel, seriesOptions } from "./chart-options.js";
import { isOfTimes } from "./chart-time.js";

/** @typedef {import("./chart-options.js").ChartData} ChartData */
/** @typedef {{ plot: uPlot, json: string, data: ChartData, shape: string, legend: HTMLElement }} Drawn */

/** @type {typeof import("uplot")} */
const Plot = /** @type {any} */ (window).uPlot;
/** @type {Map<Element, Drawn>} */
const drawn = new Map();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) fit(target);
});

drawAll();
document.addEventListener("htmx:after:swap", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
matchMedia("(prefers-contrast: more)").addEventListener("change", redrawAll);
addEventListener("beforeprint", () => fitAll());

/** Draws what is on the page and not drawn yet. */
export function drawAll() {
  for (const [place, { plot }] of drawn) {
    if (place.isConnected) continue;
    plot.destroy();
    drawn.delete(place);
    resized.unobserve(place);
  }
  for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
}

/** @param {Element} figure */
function draw(figure) {
  const place = /** @type {HTMLElement} */ (figure.querySelector(".plot"));
  const json = figure.querySelector('script[type="application/json"]')?.textContent ?? "";
  const known = drawn.get(place);
  if (known?.json === json) return showTools(figure, known);
  /** @type {ChartData} */
  const data = JSON.parse(json);
  const shape = JSON.stringify([
    data.kind,
    data.unit,
    // Times move on by themselves, every minute: the chart stays and its marks move with them.
    isOfTimes(data) ? data.starts.length : data.starts,
    data.series.map(({ label, form }) => [label, form]),
  ]);
  if (known?.shape === shape) {
    Object.assign(known, { json, data });
    // The scales stay where somebody zoomed in; otherwise they follow the figures.
    const zoomed = isZoomed(known);
    known.plot.setData(columns(data), !zoomed);
    if (zoomed) known.plot.redraw();
    return showTools(figure, known);
  }
  known?.plot.destroy();
  place.replaceChildren();
  const legend = legendOf(data);
  place.append(legend);
  /** @type {Drawn} */
  const chart = { json, data, shape, legend, plot: /** @type {any} */ (null) };
  drawn.set(place, chart);
  chart.plot = new Plot(
    seriesOptions(Plot, () => chart.data, size(place, legend), {
      tip: () => tip(place),
      zoomed: () => showTools(figure, chart),
    }),
    columns(data),
    place,
  );
  pinch(chart.plot);
  resized.observe(place);
  showTools(figure, chart);
}

/**
 * @param {ChartData} data
 * @returns {import("uplot").AlignedData}
 */
function columns({ starts, series }) {
  return [starts.map((_, at) => at), ...series.map(({ values }) => values)];
}

/** @param {HTMLElement} place @param {HTMLElement} legend */
function size(place, legend) {
  return {
    width: Math.max(200, place.clientWidth),
    height: Math.max(160, Math.round(Number.parseFloat(getComputedStyle(place).minHeight)) - legend.offsetHeight),
  };
}

/** @param {Element} place */
function fit(place) {
  const chart = drawn.get(place);
  if (!chart || !(place instanceof HTMLElement)) return;
  const wanted = size(place, chart.legend);
  if (wanted.width !== chart.plot.width || wanted.height !== chart.plot.height) chart.plot.setSize(wanted);
}

function fitAll() {
  for (const place of drawn.keys()) fit(place);
}

/** Other colours need another drawing. */
function redrawAll() {
  for (const chart of drawn.values()) chart.shape = chart.json = "";
  drawAll();
}

/** @param {Drawn} chart */
function isZoomed({ plot, data }) {
  const { min, max } = /** @type {uPlot.Scale} */ (plot.scales.x);
  return (min ?? 0) > 0 || (max ?? 0) < data.starts.length - 1;
}

/** @param {Element} figure @param {Drawn} chart */
function showTools(figure, chart) {
  const reset = figure.querySelector("[data-reset]");
  const png = figure.querySelector("[data-png]");
  if (reset instanceof HTMLElement) reset.hidden = !chart.plot || !isZoomed(chart);
  if (png instanceof HTMLElement) png.hidden = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-reset], [data-png]") : null;
  const figure = button?.closest("[data-chart]");
  const place = figure?.querySelector(".plot");
  const chart = place && drawn.get(place);
  if (!button || !figure || !chart) return;
  if (button.matches("[data-reset]")) reset(chart);
  else void savePng(figure, chart);
});

/** @param {Drawn} chart */
function reset({ plot, data }) {
  plot.setScale("x", { min: 0, max: Math.max(0, data.starts.length - 1) });
}

/** @param {HTMLElement} place */
function tip(place) {
  const chart = drawn.get(place);
  if (!chart?.plot) return;
  let box = /** @type {HTMLElement | null} */ (place.querySelector(".plot-tip"));
  const { idx, left } = chart.plot.cursor;
  if (idx === null || idx === undefined || left === undefined || left < 0) {
    box?.remove();
    return;
  }
  if (!box) {
    box = document.createElement("div");
    box.className = "plot-tip";
    place.append(box);
  }
  const { data } = chart;
  const title = document.createElement("b");
  title.textContent = partLabel(data, idx);
  const lines = data.series.flatMap((series) => {
    const { label, values, starts } = series;
    const value = values[idx];
    if (value === null || value === undefined) return [];
    const line = document.createElement("span");
    const [name, figure] = [document.createElement("span"), document.createElement("b")];
    name.append(markOf(series), starts?.[idx] ? `${label} ${starts[idx]}` : label);
    figure.textContent = exactNumber(value);
    line.append(name, figure);
    return [line];
  });
  box.replaceChildren(title, ...lines);
  const over = chart.plot.over;
  const x = over.offsetLeft + left;
  const room = place.clientWidth - x;
  const placeX = room < box.offsetWidth + 20 ? x - box.offsetWidth - 12 : x + 12;
  box.style.transform = `translate(${Math.max(0, placeX)}px, ${over.offsetTop + chart.legend.offsetHeight + 4}px)`;
}

/**
 * Zoom with two fingers, which uPlot has not.
 * @param {uPlot} plot
 */
function pinch(plot) {
  /** @type {{ from: number, to: number, min: number, max: number } | null} */
  let began = null;
  const across = (/** @type {TouchEvent} */ { touches }) => {
    const { left, width } = plot.over.getBoundingClientRect();
    const [a, b] = [...touches].map(({ clientX }) => (clientX - left) / width).sort((x, y) => x - y);
    return { from: a ?? 0, to: b ?? 1 };
  };
  plot.over.addEventListener("touchstart", (event) => {
    if (event.touches.length !== 2) return;
    const { min = 0, max = 1 } = /** @type {{ min?: number, max?: number }} */ (plot.scales.x);
    began = { ...across(event), min, max };
  });
  plot.over.addEventListener(
    "touchmove",
    (event) => {
      if (!began || event.touches.length !== 2) return;
      event.preventDefault();
      const { from, to } = across(event);
      const span = (began.max - began.min) * ((began.to - began.from) / Math.max(0.05, to - from));
      const held = began.min + began.from * (began.max - began.min);
      const last = plot.data[0].length - 1;
      const min = Math.max(0, held - from * span);
      const max = Math.min(last, min + span);
      if (max - min >= 1) plot.setScale("x", { min, max });
    },
    { passive: false },
  );
  plot.over.addEventListener("touchend", ({ touches }) => {
    if (touches.length < 2) began = null;
  });
}

/**
 * The chart as a picture with its title, the period and the legend.
 * @param {Element} figure
 * @param {Drawn} chart
 */
async function savePng(figure, { plot, data }) {
  const { canvas } = plot.ctx;
  const scale = canvas.width / plot.width;
  const picture = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  const { fontFamily } = getComputedStyle(document.body);
  context.font = `${12 * scale}px ${fontFamily}`;
  // Names go on in another line where the picture is not wide enough for all of them.
  let [x, y] = [12 * scale, 34 * scale];
  const names = data.series.map((series) => {
    const width = context.measureText(series.label).width + 36 * scale;
    if (x + width > canvas.width && x > 12 * scale) [x, y] = [12 * scale, y + 18 * scale];
    const place = { series, x, y };
    x += width;
    return place;
  });
  const head = y + 12 * scale;
  picture.width = canvas.width;
  picture.height = canvas.height + head;
  context.fillStyle = colour("--surface");
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = colour("--ink");
  context.textBaseline = "middle";
  context.font = `600 ${15 * scale}px ${fontFamily}`;
  const title = figure.querySelector("h2")?.textContent ?? "";
  const days = `${data.starts[0] ?? ""} – ${data.starts.at(-1) ?? ""}`;
  context.fillText(`${title}  ${days}`, 12 * scale, 15 * scale);
  context.font = `${12 * scale}px ${fontFamily}`;
  for (const { series, x, y } of names) {
    drawMark(context, series, x, y, scale);
    context.fillStyle = colour("--ink");
    context.fillText(series.label, x + 19 * scale, y + scale);
  }
  context.drawImage(canvas, 0, head);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => picture.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${figure.id}_${data.starts[0] ?? ""}_${data.starts.at(-1) ?? ""}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
