/** One question with its answer, as it is shown: while it comes about, when it is there, and when there is none. */

import { drawAll } from "./charts.js";
import { copy, plainHtml, plainText } from "./chat-copy.js";
import { evidenceBox, stepOf } from "./chat-evidence.js";
import { filled } from "./chat-follow-ups.js";
import { blocksOf, markdown, settled } from "./chat-markdown.js";
import { element } from "./chat-parts.js";
import { chartOf, saveAs, shownIn } from "./chat-tables.js";

/** @type {typeof import("htmx.org").default} */
const htmx = /** @type {any} */ (window).htmx;

/** @typedef {import("./chat-store.js").Turn} Turn */
/** @typedef {import("./chat-store.js").ToolCall} ToolCall */
/**
 * What every turn of a conversation needs.
 * @typedef {object} Frame
 * @property {any} words
 * @property {string} language
 * @property {string} boost how a link leads to another page of the hub
 * @property {(query: string) => void} ask
 * @property {(view: TurnView) => void} again
 * @property {(text: string) => void} say tells those who cannot see
 */

const saidMs = 2_000;
/** Days and parts of periods, which stay on one line. */
const day = /^\d{4}-[\dWQ][\d-]*$/;
/** Parts of the page that can be gone to have names of their own. */
let [figures, tables] = [0, 0];

/** Charts are drawn when they come near: a hundred of them at once would take two seconds. */
const seen = new IntersectionObserver(
  (entries) => drawCharts(entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target)),
  { rootMargin: "400px" },
);
addEventListener("beforeprint", () =>
  drawCharts([...document.querySelectorAll(".chat-text .chart:not([data-chart])")]),
);

/** @param {Element[]} figures */
function drawCharts(figures) {
  for (const figure of figures) {
    seen.unobserve(figure);
    figure.setAttribute("data-chart", "");
  }
  if (figures.length > 0) drawAll();
}

export class TurnView {
  /** @type {Turn} */
  turn;
  /** @type {Frame} */
  #frame;
  #answer = element("div", "chat-answer");
  #steps = element("ul", "chat-steps");
  #text = element("div", "chat-text");
  /** @type {{ source: string, place: HTMLElement }[]} */
  #blocks = [];
  #frameAsked = 0;

  /** @param {Turn} turn @param {Frame} frame */
  constructor(turn, frame) {
    this.turn = turn;
    this.#frame = frame;
    const question = element("p", "chat-query", turn.query);
    this.element = element("article", "chat-turn");
    this.element.setAttribute("aria-label", `${frame.words.you}: ${turn.query}`);
    this.#answer.append(this.#text);
    this.element.append(question, this.#answer);
  }

  /** Shows that the hub is at work. */
  begin() {
    this.element.classList.add("now");
    this.#answer.setAttribute("aria-busy", "true");
    this.#note(this.#frame.words.thinking);
  }

  /** @param {ToolCall} call */
  step(call) {
    const { words } = this.#frame;
    this.#note(null);
    for (const step of this.#steps.children) step.classList.remove("running");
    const step = element("li", "running", stepOf(call, words));
    this.#steps.append(step);
    this.#answer.append(this.#steps);
  }

  /** Shows the text so far, once for each picture of the screen. @param {string} text */
  say(text) {
    cancelAnimationFrame(this.#frameAsked);
    this.#frameAsked = requestAnimationFrame(() => this.#show(blocksOf(settled(text))));
  }

  /** @param {string[]} sources */
  #show(sources) {
    if (sources.length > 0) {
      this.#note(null);
      // Before somebody reads, so that the text does not move then; the evidence tells of them afterwards.
      this.#steps.remove();
    }
    for (const { place } of this.#blocks.splice(sources.length)) place.remove();
    for (const [at, source] of sources.entries()) {
      const known = this.#blocks[at];
      if (known?.source === source) continue;
      const place = known?.place ?? element("div", "chat-block");
      place.replaceChildren(markdown(source));
      this.#dressTables(place);
      if (!known) this.#text.append(place);
      this.#blocks[at] = { source, place };
    }
  }

  /** Shows the turn as it came to be. */
  finish() {
    const { turn } = this;
    const { words } = this.#frame;
    cancelAnimationFrame(this.#frameAsked);
    this.#answer.removeAttribute("aria-busy");
    this.#blocks = [];
    this.#steps.remove();
    this.#text.replaceChildren(markdown(turn.answer ?? ""));
    this.#dressTables(this.#text);
    const rest = [this.#failure(), evidenceBox(turn, this.#frame), turn.answer ? this.#actions() : null];
    this.#answer.replaceChildren(this.#text, ...rest.filter((part) => part !== null));
    if (!turn.evidence?.length) this.#offerLists();
    for (const table of this.#text.querySelectorAll("table")) this.#addTools(table);
    const texts = [...this.#text.querySelectorAll("p, li")].map((part) => part.textContent ?? "");
    const tables = [...this.#text.querySelectorAll("table")].map((table) =>
      filled(words.tableOf, { rows: String(table.rows.length - 1) }),
    );
    return [...texts, ...tables].join(" ");
  }

  /**
   * Draws the charts of tables that show a course, and has htmx take care of the links; when the turn stands on the page, because a chart takes
   * its size from its place and htmx takes no notice of what stands nowhere.
   */
  settle() {
    htmx.process(this.#answer);
    for (const table of this.#text.querySelectorAll("table")) {
      const data = chartOf(shownIn(table));
      if (data) table.closest(".chat-table")?.before(this.#chart(data));
    }
  }

  /** @param {string | null} text */
  #note(text) {
    this.#answer.querySelector(".chat-note")?.remove();
    if (text !== null) this.#answer.append(element("p", "chat-note", text));
  }

  /** @param {Element} place */
  #dressTables(place) {
    for (const table of place.querySelectorAll("table")) {
      for (const cell of table.querySelectorAll("td")) if (day.test(cell.textContent ?? "")) cell.classList.add("day");
      const scroll = element("section", "scroll");
      scroll.tabIndex = 0;
      tables += 1;
      scroll.setAttribute("aria-label", `${this.#frame.words.table} ${tables}: ${this.turn.query}`);
      const whole = element("div", "chat-table");
      table.replaceWith(whole);
      whole.append(scroll);
      scroll.append(table);
    }
  }

  /** @param {HTMLTableElement} table */
  #addTools(table) {
    const { words } = this.#frame;
    const tools = element("div", "table-tools");
    const formats = /** @type {const} */ ([
      ["xlsx", words.excel],
      ["csv", words.csv],
    ]);
    for (const [format, name] of formats) {
      const button = element("button", "quiet", name);
      button.addEventListener("click", async () => {
        button.disabled = true;
        await saveAs(shownIn(table), format, this.turn.query).catch(() => this.#flash(button, words.fileFailed));
        button.disabled = false;
      });
      tools.append(button);
    }
    table.closest(".chat-table")?.append(tools);
  }

  /** @param {import("./chart-options.js").ChartData} data */
  #chart(data) {
    const { words } = this.#frame;
    const figure = element("figure", "chart");
    figures += 1;
    figure.id = `chart-chat-${figures}`;
    const tools = element("div", "tools");
    for (const [name, label] of [
      ["reset", words.chartReset],
      ["png", words.chartPng],
    ]) {
      const button = element("button", "quiet", label);
      button.dataset[name] = "";
      button.hidden = true;
      tools.append(button);
    }
    const head = element("figcaption", "head");
    head.append(element("h2", "", this.turn.query), tools);
    const plot = element("div", "plot");
    plot.setAttribute("aria-hidden", "true");
    const json = document.createElement("script");
    json.type = "application/json";
    json.textContent = JSON.stringify(data);
    figure.append(head, plot, json);
    seen.observe(figure);
    return figure;
  }

  /** Answers that ask back or say what can be asked: each of their lines is a question of its own. */
  #offerLists() {
    for (const entry of this.#answer.querySelectorAll(".chat-text li, .chat-failure li")) {
      const text = entry.textContent?.trim() ?? "";
      // Of an item to choose, its code says which.
      const query = entry.parentElement?.localName === "ol" ? (text.split(" (")[0] ?? text) : text;
      const button = element("button", "chat-offer", text);
      button.addEventListener("click", () => this.#frame.ask(query));
      entry.replaceChildren(button);
    }
  }

  #failure() {
    const { failure, stopped, query } = this.turn;
    const { words, again } = this.#frame;
    if (!failure && !stopped) return null;
    const place = element("div", "chat-failure");
    if (failure?.message) place.append(markdown(failure.message));
    else
      place.append(
        element("p", "", failure ? (words.failures[failure.reason] ?? words.failures.server) : words.stopped),
      );
    const retry = element("button", "", words.retry);
    retry.dataset.retry = query;
    retry.addEventListener("click", () => again(this));
    const tools = element("div", "chat-actions");
    // To ask again what cannot be answered helps nobody; the answer says what can.
    if (!place.querySelector("li")) tools.append(retry);
    if (failure?.reason === "signIn") {
      const link = element("a", "button", words.signIn);
      link.href = `/login?${new URLSearchParams({ to: location.pathname + location.search })}`;
      tools.prepend(link);
    }
    if (failure?.until) this.#countDown(retry, failure.until);
    place.append(tools);
    return place;
  }

  /** @param {HTMLButtonElement} retry @param {number} until */
  #countDown(retry, until) {
    const { words } = this.#frame;
    const seconds = Math.ceil((until - Date.now()) / 1000);
    retry.disabled = seconds > 0;
    retry.textContent = seconds > 0 ? filled(words.retryIn, { seconds: String(seconds) }) : words.retry;
    if (seconds > 0) setTimeout(() => this.#countDown(retry, until), 1000);
  }

  #actions() {
    const { turn } = this;
    const { words, language } = this.#frame;
    const actions = element("div", "chat-actions");
    const link = new URL(`/chat?${new URLSearchParams({ q: turn.query })}`, location.href).href;
    /** @type {[label: string, act: () => boolean][]} */
    const copies = [
      [words.copy, () => copy(plainText(this.#text), plainHtml(this.#text))],
      [words.copyMarkdown, () => copy(turn.answer ?? "")],
      [words.copyLink, () => copy(link)],
    ];
    for (const [label, act] of copies) {
      const button = element("button", "quiet", label);
      button.addEventListener("click", () => this.#flash(button, act() ? words.copied : words.copyFailed));
      actions.append(button);
    }
    if (turn.model === "offline") {
      const mark = element("details", "chat-mark");
      mark.append(element("summary", "", words.offline), element("p", "", turn.reason ?? words.offlineWhy));
      actions.append(mark);
    }
    const at = element("time", "hint", moment(turn.at, language));
    at.dateTime = new Date(turn.at).toISOString();
    actions.append(at);
    return actions;
  }

  /** @param {HTMLButtonElement} button @param {string} text */
  #flash(button, text) {
    const label = button.dataset.label ?? button.textContent ?? "";
    button.dataset.label = label;
    button.textContent = text;
    this.#frame.say(text);
    setTimeout(() => {
      button.textContent = label;
    }, saidMs);
  }
}

/** @param {number} at @param {string} language */
function moment(at, language) {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, { ...(isToday ? {} : { dateStyle: "medium" }), timeStyle: "short" }).format(
    at,
  );
}
