/** The Operations page: its log, which is fetched while it is open and followed while it is live, and the dialogs that its buttons open. */

const path = "/dashboard/operations/log";
/** Lines kept on screen while they keep coming. */
const mostLines = 3000;
/** A word is being typed, ms. */
const typingMs = 300;

const form = () => /** @type {HTMLFormElement | null} */ (document.getElementById("log-form"));
const list = () => /** @type {HTMLElement} */ (document.getElementById("log-lines"));
/** @type {EventSource | null} */
let source = null;
/** What is shown: the form, and what it asks for. */
let shown = "";
/** @type {HTMLFormElement | null} */
let shownIn = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof Element) || !target.closest("#log-form")) return;
  clearTimeout(typing);
  typing = setTimeout(show, target instanceof HTMLInputElement && target.type === "search" ? typingMs : 0);
});
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  if (event.target.id === "log-form") event.preventDefault();
  event.target.closest("dialog")?.close();
});
// `toggle` does not bubble.
document.addEventListener("toggle", show, true);
document.addEventListener("visibilitychange", show);
document.addEventListener("htmx:after:swap", show);
addEventListener("pagehide", () => source?.close());

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  const name = target.closest("[data-dialog]")?.getAttribute("data-dialog");
  const dialog = document.getElementById(name ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
});

/** Shows the log that is asked for, unless it is shown already. */
function show() {
  const asking = form();
  const open = asking !== null && asking.closest("details")?.open === true && !document.hidden;
  const query = asking && open ? new URLSearchParams(/** @type {any} */ (new FormData(asking))).toString() : "";
  if (asking === shownIn && query === shown) return;
  source?.close();
  source = null;
  shown = query;
  shownIn = asking;
  if (query === "") return;
  if (new URLSearchParams(query).has("live")) follow(query);
  else void fetchOnce(query);
}

/** @param {string} query */
async function fetchOnce(query) {
  const response = await fetch(`${path}/lines?${query}`);
  if (response.ok && query === shown) fill(await response.text());
}

/** @param {string} query */
function follow(query) {
  source = new EventSource(`${path}/live?${query}`);
  source.addEventListener("lines", ({ data }) => fill(data));
  source.addEventListener("more", ({ data }) => {
    const box = /** @type {HTMLElement} */ (list().parentElement);
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    list().querySelector(".none")?.remove();
    list().insertAdjacentHTML("beforeend", data);
    while (list().childElementCount > mostLines) list().firstElementChild?.remove();
    if (atEnd) box.scrollTop = box.scrollHeight;
  });
}

/** @param {string} html made by the hub, in which every line of the log is text */
function fill(html) {
  list().innerHTML = html;
  const box = /** @type {HTMLElement} */ (list().parentElement);
  box.scrollTop = box.scrollHeight;
}
