/**
 * The conversation: one of them for the panel beside every page and for the chat's own page, moved between the two. Loaded when it is first
 * opened. Words come from the frame that is fetched with it.
 */

import { ask, ChatFailure } from "./chat-events.js";
import { followUps } from "./chat-follow-ups.js";
import { historyList } from "./chat-history.js";
import { loadParser } from "./chat-markdown.js";
import { element } from "./chat-parts.js";
import { begin, isKept, keep, open, opened } from "./chat-store.js";
import { TurnView } from "./chat-turn.js";

const panel = /** @type {HTMLElement} */ (document.getElementById("chat"));
const { lang } = document.documentElement;
const isWide = matchMedia("(min-width: 68rem)");
const isNarrow = matchMedia("(max-width: 54rem)");
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
/** Longer than it takes to leave a page, ms. */
const leavingMs = 300;

/** @type {Promise<Chat> | undefined} */
let started;

/** Puts the conversation into its place; the same one however often it is called. */
export function start() {
  started ??= load().catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function load() {
  const { part = "", style = "" } = panel.dataset;
  const [response] = await Promise.all([fetch(part), loadStyle(style)]);
  if (!response.ok) throw new Error(String(response.status));
  const frame = document.createElement("template");
  frame.innerHTML = await response.text();
  const root = /** @type {HTMLElement} */ (frame.content.firstElementChild);
  await loadParser(root.dataset.parser ?? "");
  return new Chat(root);
}

/** @param {string} href */
function loadStyle(href) {
  const link = element("link");
  link.rel = "stylesheet";
  link.href = href;
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", reject);
  });
  document.head.append(link);
  return loaded;
}

// On a narrow screen the panel covers the page that it leads to.
panel.addEventListener("click", ({ target }) => {
  const leads = target instanceof Element && target.closest("a:not([target])");
  if (leads && isNarrow.matches) panel.hidePopover();
});
panel.addEventListener("keydown", ({ key, isComposing }) => {
  if (key !== "Escape" || isComposing) return;
  panel.hidePopover();
  /** @type {HTMLElement | null} */ (document.querySelector(".bar [popovertarget=chat]"))?.focus();
});

class Chat {
  #root;
  #words;
  #turns;
  #welcome;
  #form;
  #field;
  #history;
  /** @type {Element} */
  #next = element("div", "chat-next");
  #conversation = opened() ?? begin();
  /** The answer that is on its way. @type {AbortController | null} */
  #running = null;
  /** @type {import("./chat-turn.js").Frame} */
  #frame;

  /** @param {HTMLElement} root */
  constructor(root) {
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.#root = root;
    this.#words = JSON.parse(find("[data-words]").textContent ?? "{}");
    this.#turns = find(".chat-turns");
    this.#welcome = find(".chat-welcome");
    this.#form = /** @type {HTMLFormElement} */ (find("form"));
    this.#field = /** @type {HTMLTextAreaElement} */ (find("textarea"));
    this.#history = find("#chat-history");
    this.#frame = {
      words: this.#words,
      language: lang,
      boost: root.dataset.boost ?? "",
      ask: (query) => void this.#ask(query),
      again: (view) => void this.#again(view),
      say: (text) => this.#say(text),
    };
    this.#listen();
    this.#place();
    this.#arrange();
    this.#show();
    void this.#askOfAddress();
  }

  /** Puts the cursor where a question is typed; not where that would bring a keyboard up over the answer. */
  focus() {
    if (!matchMedia("(pointer: coarse)").matches) this.#field.focus({ preventScroll: true });
  }

  #listen() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask(this.#field.value);
    });
    this.#field.addEventListener("keydown", (event) => {
      // The Enter that ends a Korean syllable is not meant for the form; Safari says so by the code alone.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      void this.#ask(this.#field.value);
    });
    this.#field.addEventListener("input", () => this.#fit());
    this.#root.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (!button) return;
      if (button.matches("[data-ask]")) void this.#ask(button.textContent ?? "");
      else if (button.matches("[data-stop]")) this.#running?.abort();
      else if (button.matches("[data-fresh]")) this.#openConversation(begin());
      else if (button.matches("[data-history]")) this.#toggleHistory(button.ariaExpanded !== "true");
    });
    document.addEventListener("htmx:before:swap", (event) => {
      const { ctx } = /** @type {CustomEvent} */ (event).detail;
      // The live refresh leaves the place as it is; whatever else comes takes it away.
      if (ctx.sourceElement?.id === "content" || !document.getElementById("page")?.contains(this.#root)) return;
      panel.querySelector("#chat-place")?.replaceChildren(this.#root);
    });
    document.addEventListener("htmx:after:swap", () => {
      this.#place();
      void this.#askOfAddress();
    });
    isWide.addEventListener("change", () => this.#arrange());
  }

  /** On the chat's page where that is shown, in the panel otherwise. */
  #place() {
    const page = document.getElementById("chat-page");
    const place = page ?? /** @type {Element} */ (panel.querySelector("#chat-place"));
    if (this.#root.parentElement === place) return;
    place.replaceChildren(this.#root);
    this.#arrange();
  }

  /** The list of conversations stands beside one where there is room for both. */
  #arrange() {
    const isBeside = isWide.matches && this.#root.parentElement?.id === "chat-page";
    this.#root.classList.toggle("beside", isBeside);
    this.#toggleHistory(isBeside);
  }

  /** @param {boolean} isShown */
  #toggleHistory(isShown) {
    const list = historyList(this.#conversation.id, this.#words, lang, {
      open: (conversation) => this.#openConversation(conversation),
      removed: (id) => {
        if (id === this.#conversation.id) this.#openConversation(begin());
        else this.#toggleHistory(true);
      },
    });
    this.#history.replaceChildren(...(isShown ? list : []));
    this.#history.hidden = !isShown;
    this.#root.querySelector("[data-history]")?.setAttribute("aria-expanded", String(isShown));
  }

  /** @param {import("./chat-store.js").Conversation} conversation */
  #openConversation(conversation) {
    this.#running?.abort();
    this.#running = null;
    this.#busy(false);
    this.#conversation = conversation;
    open(conversation);
    this.#show();
    this.#arrange();
    this.focus();
  }

  /** Shows the conversation from its last question on. */
  #show() {
    const views = this.#conversation.turns.map((turn) => {
      // Whoever left before the answer came finds the question again.
      if (turn.answer === undefined && !turn.failure && !turn.stopped) turn.failure = { reason: "left" };
      return new TurnView(turn, this.#frame);
    });
    this.#welcome.hidden = views.length > 0;
    this.#turns.replaceChildren(this.#welcome, ...views.map((view) => view.element));
    for (const view of views) {
      view.finish();
      view.settle();
    }
    this.#suggest();
    views.at(-1)?.element.scrollIntoView({ block: "start", behavior: "instant" });
  }

  /** An address such as /chat?q=… asks its question in a conversation of its own, once. */
  async #askOfAddress() {
    const url = new URL(location.href);
    const query = url.searchParams.get("ask");
    if (!query || !document.getElementById("chat-page")) return;
    url.searchParams.delete("ask");
    history.replaceState(history.state, "", url);
    this.#openConversation(begin());
    await this.#ask(query);
  }

  /** @param {TurnView} view */
  async #again(view) {
    if (this.#running) return;
    const { turns } = this.#conversation;
    turns.splice(turns.indexOf(view.turn), 1);
    view.element.remove();
    await this.#ask(view.turn.query);
  }

  /** @param {string} text */
  async #ask(text) {
    const query = text.trim();
    if (query === "" || this.#running) return;
    const conversation = this.#conversation;
    const running = new AbortController();
    this.#running = running;
    /** @type {import("./chat-store.js").Turn} */
    const turn = { query, at: Date.now() };
    conversation.turns.push(turn);
    conversation.at = turn.at;
    keep(conversation);
    open(conversation);
    const view = new TurnView(turn, this.#frame);
    this.#next.remove();
    this.#welcome.hidden = true;
    this.#turns.append(view.element);
    this.#field.value = "";
    this.#fit();
    this.#busy(true);
    // The first question of a conversation puts it into the list.
    if (this.#root.classList.contains("beside")) this.#arrange();
    view.begin();
    view.element.scrollIntoView({ block: "start", behavior: isCalm.matches ? "instant" : "smooth" });
    this.#say(this.#words.thinking);
    let written = "";
    try {
      await ask({ query, session: conversation.id, signal: running.signal }, (event, data) => {
        if (event === "meta") turn.model = data.model;
        else if (event === "tool_call") view.step(data);
        else if (event === "token") {
          written += data.text;
          view.say(written);
        } else if (event === "done") {
          // A corrected answer may differ from what was streamed.
          turn.answer = data.answer ?? written;
          turn.evidence = data.evidence ?? [];
          if (data.views) turn.views = data.views;
          if (data.model_used) turn.model = data.model_used;
          if (data.fallback_reason) turn.reason = data.fallback_reason;
        } else if (event === "error") turn.failure = { reason: data.code, message: data.message };
      });
    } catch (error) {
      if (running.signal.aborted) turn.stopped = true;
      else {
        // A page that is being left breaks the answer as well, and has no time to say so.
        await new Promise((resolve) => setTimeout(resolve, leavingMs));
        turn.failure = failureOf(error);
      }
      if (written !== "") turn.answer = written;
    }
    if (conversation !== this.#conversation) {
      // It was left for another one meanwhile, or deleted.
      if (isKept(conversation)) keep(conversation);
      return;
    }
    this.#running = null;
    this.#busy(false);
    const said = view.finish();
    view.settle();
    keep(conversation);
    this.#say(view.element.querySelector(".chat-failure p")?.textContent || said);
    this.#suggest();
  }

  /** Questions that go on from the last answer. */
  #suggest() {
    this.#next.remove();
    const last = this.#conversation.turns.at(-1);
    const questions = last?.evidence ? followUps(last.evidence, last.query, this.#words.followUps, lang) : [];
    if (questions.length === 0) return;
    const list = element("ul", "chat-asks");
    for (const question of questions) {
      const button = element("button", "", question);
      button.dataset.ask = "";
      const item = element("li");
      item.append(button);
      list.append(item);
    }
    this.#next.replaceChildren(element("p", "hint", this.#words.next), list);
    this.#turns.lastElementChild?.append(this.#next);
  }

  /** @param {boolean} isBusy */
  #busy(isBusy) {
    const [send, stop] = ["[data-send]", "[data-stop]"].map(
      (selector) => /** @type {HTMLButtonElement} */ (this.#form.querySelector(selector)),
    );
    if (!send || !stop) return;
    const hadFocus = document.activeElement === send || document.activeElement === stop;
    send.hidden = send.disabled = isBusy;
    stop.hidden = !isBusy;
    if (hadFocus) this.focus();
  }

  /** The field is as high as what is in it. */
  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }

  /** @param {string} text */
  #say(text) {
    const place = this.#root.querySelector("[data-said]");
    if (place) place.textContent = text;
  }
}

/** @param {unknown} error */
function failureOf(error) {
  if (!(error instanceof ChatFailure)) return { reason: "server" };
  const { reason, retryAfterSec } = error;
  return retryAfterSec === undefined ? { reason } : { reason, until: Date.now() + retryAfterSec * 1000 };
}
