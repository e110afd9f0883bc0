/** What an answer rests on, in words and as a box that can be opened. */

import { filled } from "./chat-follow-ups.js";
import { element } from "./chat-parts.js";

/** @typedef {import("./chat-store.js").Evidence} Evidence */

/** A call of a tool as it is told while it runs: what it does, for which days, of which item. @param {import("./chat-store.js").ToolCall} call @param {any} words */
export function stepOf({ name, args }, words) {
  const text = (/** @type {string} */ key) => (typeof args[key] === "string" ? args[key] : null);
  const span = (/** @type {string} */ from, /** @type {string} */ to) =>
    text(from) ? days({ from: text(from) ?? "", to: text(to) ?? "" }) : null;
  const compared = [span("period1_from", "period1_to"), span("period2_from", "period2_to")].filter(Boolean).join(" / ");
  const what = [words.tools[name] ?? name, span("date_from", "date_to"), compared, text("item_code"), text("keyword")];
  return what.filter(Boolean).join(" · ");
}

/** @param {{ from: string, to: string }} period */
const days = ({ from, to }) => (from === to ? from : `${from} ~ ${to}`);

/**
 * @param {import("./chat-store.js").Turn} turn
 * @param {import("./chat-turn.js").Frame} frame
 * @returns {HTMLElement | null}
 */
export function evidenceBox({ evidence, views }, { words, boost, language }) {
  if (!evidence?.length) return null;
  const number = new Intl.NumberFormat(language);
  const rows = (/** @type {Evidence} */ { tool, row_count }) =>
    filled(tool === "execute_custom_query" ? words.resultRowsOf : words.rowsOf, { rows: number.format(row_count) });
  const box = element("details", "chat-evidence");
  const [first] = evidence;
  const brief =
    evidence.length === 1 && first
      ? [words.evidence, first.period && days(first.period), first.item_code, rows(first)]
      : [filled(words.evidenceOf, { count: String(evidence.length) })];
  box.append(element("summary", "", brief.filter(Boolean).join(" · ")));
  for (const one of evidence) box.append(entry(one));
  if (views?.length) {
    const list = element("ul", "chat-views");
    for (const { href, label } of views) {
      if (!href.startsWith("/") || href.startsWith("//")) continue;
      const link = element("a", "", label);
      link.href = href;
      link.setAttribute("hx-boost", boost);
      const item = element("li");
      item.append(link);
      list.append(item);
    }
    box.append(element("p", "hint", words.views), list);
  }
  return box;

  /** @param {Evidence} one */
  function entry(one) {
    const isQuery = one.tool === "execute_custom_query";
    const place = element("div", "chat-ground");
    const facts = element("dl");
    /** @type {[string, string | null][]} */
    const told = [
      [words.period, one.period && days(one.period)],
      [words.item, one.item_code ?? (isQuery || one.tool === "search_production_items" ? null : words.everyItem)],
      [isQuery ? words.resultRows : words.rows, rows(one)],
      [words.files, one.segments.join(", ") + (one.last_good ? ` · ${words.lastGood}` : "")],
    ];
    for (const [name, value] of told) if (value) facts.append(fact(name, value));
    place.append(element("strong", "", words.tools[one.tool] ?? one.tool), facts);
    const { sql, params } = one.arguments;
    if (isQuery && typeof sql === "string") {
      const code = element("pre");
      code.tabIndex = 0;
      code.append(element("code", "", sql));
      place.append(code);
      if (Array.isArray(params) && params.length > 0) {
        const values = element("dl");
        values.append(fact(words.parameters, params.map(String).join(", ")));
        place.append(values);
      }
    }
    return place;
  }
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  const pair = element("div");
  pair.append(element("dt", "", name), element("dd", "", value));
  return pair;
}
