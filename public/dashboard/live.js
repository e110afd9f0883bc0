/**
 * Keeps the page up to date: one connection to `/events`, over which the hub says which version of the data it has. When that is not the
 * version on the page, the page is fetched anew and morphed into the one on screen. Words come from the catalogue in the page.
 */

/** @type {typeof import("htmx.org").default} */
const htmx = /** @type {any} */ (window).htmx;
const words = JSON.parse(document.getElementById("client-texts")?.textContent ?? "{}");
/** A burst of writes makes one refresh, ms. */
const settleMs = 150;
const retryMs = { first: 1000, most: 15_000 };

const page = () => /** @type {HTMLElement} */ (document.getElementById("page"));
/** @type {string | null} */
let dataVersion = null;
/** @type {EventSource | null} */
let source = null;
let waitMs = retryMs.first;
let wasLost = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let refreshTimer;
let refreshing = false;
/** How many swaps there were that were no refresh, now and when the refresh under way was asked for. */
let swaps = 0;
let swapsBefore = 0;
let failures = 0;
/** How many alerts are active, by severity, as the hub said last. @type {Record<"critical" | "warning" | "info", number> | null} */
let alerts = null;
/** What a page about the hub hears of besides the data: it is then fetched anew, and once a minute, because it says how long ago things were. */
const heard = ["jobs", "rollup", "search", "alerts", "quality"];
let stale = false;
setInterval(() => {
  stale ||= page().dataset.hears !== undefined;
  if (stale) void refresh();
}, 60_000);

connect();
showAge();
setInterval(showAge, 1000);
// A browser has six connections to a host for all its tabs together: one that nobody sees leaves its own to the others, and catches up when it
// is seen. A connection from before a laptop slept may look open and be dead.
document.addEventListener("visibilitychange", () => (document.hidden ? source?.close() : connect()));
addEventListener("online", () => connect());
addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) connect();
});
document.addEventListener("htmx:after:swap", showAge);
document.addEventListener("htmx:after:swap", showAlerts);
// Somebody may have gone on meanwhile, or rows been added to a list, or an answer to what somebody did have come: then a refresh that was asked
// for before must not undo it.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (ctx.sourceElement?.id !== "content") return;
  const isOutrun = swaps !== swapsBefore;
  if (isOutrun) stale = true;
  if (isOutrun || ctx.request.action !== here()) event.preventDefault();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.ctx.sourceElement?.id !== "content") swaps += 1;
});
// What is no page (an answer of the API's to an error, a proxy's) must not take the place of one.
document.addEventListener("htmx:before:response", (event) => {
  const { headers } = /** @type {CustomEvent} */ (event).detail.ctx.response;
  if (headers.get("Content-Type")?.startsWith("text/html")) return;
  event.preventDefault();
  say(words.failed, true);
});

function connect() {
  const isFirst = source === null;
  source?.close();
  if (document.hidden) return;
  const opened = new EventSource("/events");
  source = opened;
  opened.addEventListener("open", () => {
    waitMs = retryMs.first;
    if (wasLost) say(words.back, true);
    wasLost = false;
    showState("live");
  });
  opened.addEventListener("data", (event) => {
    dataVersion = JSON.parse(event.data).version;
    refreshSoon(settleMs);
  });
  opened.addEventListener("alerts", (event) => {
    alerts = JSON.parse(event.data);
    showAlerts();
  });
  for (const name of heard) {
    // What the hub says at once is on the page already, unless there was a hub before it.
    let isKnown = isFirst;
    opened.addEventListener(name, () => {
      if (isKnown) {
        isKnown = false;
        return;
      }
      if (!page().dataset.hears?.split(" ").includes(name)) return;
      stale = true;
      refreshSoon(settleMs);
    });
  }
  opened.addEventListener("error", () => {
    // The browser's own retries end for good when it gets an error answer, so the hub's restart would be missed.
    opened.close();
    if (source !== opened) return;
    wasLost = true;
    say(words.lost, false);
    showState("lost");
    setTimeout(() => {
      if (source === opened) connect();
    }, waitMs);
    waitMs = Math.min(waitMs * 2, retryMs.most);
  });
}

/** @param {number} afterMs */
function refreshSoon(afterMs) {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refresh, afterMs);
}

/** The address of what is on screen. */
function here() {
  return location.pathname + location.search;
}

async function refresh() {
  const isOld = dataVersion !== null && page().dataset.version !== dataVersion;
  if (!isOld && !stale) return;
  if (refreshing) return refreshSoon(settleMs);
  // Nobody looks: the page catches up when it is shown again.
  if (document.hidden) return;
  refreshing = true;
  stale = false;
  swapsBefore = swaps;
  try {
    await htmx.ajax("GET", here(), {
      source: "#content",
      target: "#page",
      select: "#page",
      swap: "outerMorph show:none",
    });
  } finally {
    refreshing = false;
  }
  if (stale) refreshSoon(settleMs);
  if (dataVersion === null || page().dataset.version === dataVersion) {
    failures = 0;
    return;
  }
  // The files changed again, or the hub could not answer: another try, later each time.
  failures += 1;
  if (failures > 2) say(words.failed, true);
  refreshSoon(Math.min(retryMs.first * 2 ** failures, retryMs.most));
}

/**
 * @param {string} text
 * @param {boolean} passing
 */
function say(text, passing) {
  const notice = /** @type {HTMLElement} */ (document.getElementById("connection"));
  notice.textContent = text;
  notice.hidden = false;
  if (!passing) return;
  setTimeout(() => {
    if (notice.textContent === text) notice.hidden = true;
  }, 4000);
}

/** @param {"live" | "lost"} state */
function showState(state) {
  const live = document.getElementById("live");
  if (live) live.dataset.state = state;
  showAge();
}

/** Writes the number of active alerts into the page's header. */
function showAlerts() {
  const badge = document.querySelector("#alert-badge a");
  if (!(badge instanceof HTMLAnchorElement) || alerts === null) return;
  const { critical, warning, info } = alerts;
  const all = critical + warning + info;
  const text = all === 0 ? "" : words.alerts.replace("{n}", String(all));
  badge.hidden = all === 0;
  badge.dataset.tone = critical > 0 ? "bad" : warning > 0 ? "wait" : "busy";
  if (badge.textContent === text) return;
  badge.textContent = text;
  badge.setAttribute("aria-label", words.alertsOf.replace("{n}", String(all)).replace("{critical}", String(critical)));
}

function showAge() {
  const updated = document.getElementById("updated");
  const { asOf } = page().dataset;
  if (!updated || !asOf) return;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(asOf)) / 1000));
  const ago =
    seconds < 2
      ? words.justNow
      : seconds < 60
        ? words.seconds.replace("{n}", String(seconds))
        : seconds < 3600
          ? words.minutes.replace("{n}", String(Math.floor(seconds / 60)))
          : seconds < 86_400
            ? words.hours.replace("{n}", String(Math.floor(seconds / 3600)))
            : words.days.replace("{n}", String(Math.floor(seconds / 86_400)));
  const text = words.updated.replace("{ago}", ago);
  if (updated.textContent !== text) updated.textContent = text;
}
