/** Turns the pages on a wall screen, and leaves it by Escape. Every page says which one comes after it (src/dashboard/views/wall.ts). */

/** @type {typeof import("htmx.org").default} */
const htmx = /** @type {any} */ (window).htmx;
const facts = () => /** @type {HTMLElement} */ (document.getElementById("page")).dataset;
/** Screenfuls of a page at most: a list of hundreds is not for a wall. */
const mostScreens = 3;
const seconds = Number(facts().wallSeconds);
let screen = 1;

wait();

/** A page that is longer than the screen is shown one screenful after the other, within its time. */
function wait() {
  const screens = Math.min(mostScreens, Math.ceil(document.documentElement.scrollHeight / innerHeight - 0.1));
  setTimeout(
    () => {
      if (document.hidden) return wait();
      if (screen < screens) {
        screen += 1;
        scrollBy(0, innerHeight * 0.9);
      } else turn();
      wait();
    },
    (seconds * 1000) / screens,
  );
}

/** Without a connection, or with an answer that is no page, the present page stays, and the next turn is another try. */
function turn() {
  screen = 1;
  scrollTo(0, 0);
  void htmx.ajax("GET", facts().wallNext ?? location.href, {
    source: "#page",
    target: "#page",
    select: "#page",
    swap: "outerMorph show:none",
  });
}

document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") location.assign(facts().wallLeave ?? "/");
});
