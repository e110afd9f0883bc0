/**
 * What a list that grows as one scrolls needs beyond htmx: rows that still fit when they arrive, an address that says how many there are (so
 * that a refresh, a reload and the way back bring as many), and the focus of whoever asked by key.
 */

const more = () => document.getElementById("more");
/** @type {Element | null} */
let last = null;
let byKey = false;
/** @type {{ id: string, top: number } | null} */
let place = null;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (ctx.sourceElement?.id === "content") place = firstOnScreen();
  if (ctx.sourceElement?.id !== "more-rows") return;
  // Refreshed meanwhile, the list ends elsewhere: these rows would leave out others or come twice.
  if (ctx.request.action !== wanted()) return event.preventDefault();
  byKey = document.activeElement?.id === "more-rows";
  last = more()?.previousElementSibling ?? null;
});

document.addEventListener("htmx:after:swap", () => {
  // New rows come on top; Chromium anchors no rows of a table by itself.
  const top = place && document.getElementById(place.id)?.getBoundingClientRect().top;
  if (place && typeof top === "number") scrollBy({ top: top - place.top, behavior: "instant" });
  place = null;
  if (!last) return;
  const first = last.nextElementSibling?.querySelector("a");
  last = null;
  history.replaceState(history.state, "", withRows(location.href));
  // Without a jump, which would bring the next rows into view and fetch those after them.
  if (byKey && first) first.focus({ preventScroll: true });
});

// A drawer opens over the list as it is.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (ctx.sourceElement?.matches("#batches [aria-haspopup], #drawer [aria-haspopup], #drawer-close"))
    ctx.request.action = withRows(ctx.request.action);
});

/** The first row of the list that stands in the window, once somebody has scrolled. */
function firstOnScreen() {
  if (scrollY === 0) return null;
  for (const { id } of document.querySelectorAll("#batches tbody tr[id]")) {
    const top = document.getElementById(id)?.getBoundingClientRect().top ?? -1;
    if (top >= 0) return { id, top };
  }
  return null;
}

/** What the link to the next rows asks for, as htmx says it. */
function wanted() {
  const { pathname, search } = new URL(
    document.getElementById("more-rows")?.getAttribute("hx-get") ?? "",
    location.href,
  );
  return pathname + search;
}

/**
 * An address of the page with the number of rows that the list has now; without it for as many as it has anyway.
 * @param {string} address
 */
function withRows(address) {
  const url = new URL(address, location.href);
  const { rows, preset } = more()?.dataset ?? {};
  if (rows === preset) url.searchParams.delete("rows");
  else if (rows) url.searchParams.set("rows", rows);
  return url.pathname + url.search.replaceAll("%2C", ",");
}
