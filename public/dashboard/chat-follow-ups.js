/** Questions that go on from an answer. Each stands by itself, so that it can be asked tomorrow too, and the hub's own planner answers it. */

/** @typedef {import("./chat-store.js").Evidence} Evidence */
/** @typedef {Record<"total" | "totalOf" | "trend" | "trendOf" | "top" | "share" | "history" | "best" | "span", string>} Words */

const most = 3;

/**
 * At most three questions that fit what an answer rests on, without the one that was asked.
 * @param {readonly Evidence[]} evidence
 * @param {string} asked
 * @param {Words} words
 * @param {string} language
 */
export function followUps(evidence, asked, words, language) {
  const about = evidence.findLast(({ period, item_code }) => period || item_code);
  if (!about) return [];
  const { tool, item_code: item, arguments: given } = about;
  const days =
    tool === "compare_periods" ? { from: String(given.period1_from), to: String(given.period1_to) } : about.period;
  const now = days && nameOf(days, words, language);
  // Of single records, the month of the newest says more than the days that they happen to span.
  const latest = days && nameOf({ from: `${days.to.slice(0, 8)}01`, to: days.to }, words, language);
  const earlier = days && before(days);
  const past = earlier && nameOf(earlier, words, language);
  const of = (/** @type {keyof Words} */ key, /** @type {string | null} */ period) =>
    words[key].includes("{period}") && !period ? null : filled(words[key], { period, item });
  const total = (/** @type {string | null} */ period) => of(item ? "totalOf" : "total", period);
  const trend = of(item ? "trendOf" : "trend", null);
  const history = item ? of("history", null) : null;
  const share = item ? of("share", now) : null;
  /** @type {Record<string, (string | null)[]>} */
  const next = {
    get_production_summary: [total(past), trend, share ?? of("top", now)],
    get_monthly_trend: [of("best", now), history ?? of("top", now), total(now)],
    get_top_items: [of("top", past), total(now), trend],
    compare_periods: [trend, of("top", now), of("best", now)],
    get_item_history: [trend, total(latest), latest && item ? of("share", latest) : null],
    execute_custom_query: [total(now), of("top", now), trend],
  };
  const fit = (next[tool] ?? []).flatMap((question) => (question === null || question === asked ? [] : [question]));
  return [...new Set(fit)].slice(0, most);
}

/** @param {string} template @param {Record<string, string | null>} values */
export const filled = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** @param {{ from: string, to: string }} days */
const isMonth = ({ from, to }) => from.endsWith("-01") && from.slice(0, 7) === to.slice(0, 7) && from !== to;
/** @param {{ from: string, to: string }} days */
const isYear = ({ from, to }) =>
  from.endsWith("-01-01") && from.slice(0, 4) === to.slice(0, 4) && to.slice(5, 7) > "01";

/** Days as a question names them: a month or a year by its name, also one that has not ended. @param {{ from: string, to: string }} days @param {Words} words @param {string} language */
function nameOf(days, words, language) {
  const { from, to } = days;
  const date = new Date(`${from}T00:00:00Z`);
  const named = (/** @type {Intl.DateTimeFormatOptions} */ options) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(date);
  if (isMonth(days)) return named({ year: "numeric", month: "long" });
  if (isYear(days)) return named({ year: "numeric" });
  return from === to ? from : filled(words.span, { from, to });
}

/** The month before a month, the year before a year; null for other days. @param {{ from: string, to: string }} days */
function before(days) {
  const [year, month] = days.from.split("-").map(Number);
  if (year === undefined || month === undefined) return null;
  const day = (/** @type {number} */ y, /** @type {number} */ m, /** @type {number} */ d) =>
    new Date(Date.UTC(y, m, d)).toISOString().slice(0, 10);
  if (isMonth(days)) return { from: day(year, month - 2, 1), to: day(year, month - 1, 0) };
  return isYear(days) ? { from: day(year - 1, 0, 1), to: day(year - 1, 11, 31) } : null;
}
