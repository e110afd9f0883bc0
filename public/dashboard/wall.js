/** Turns the pages on a wall screen, and leaves it by Escape. Every page says which one comes after it (src/dashboard/views/wall.ts). */

/** @type {typeof import("htmx.org").default} */
const htmx = /** @type {any} */ (window).htmx;
const facts = () => /** @type {HTMLElement} */ (document.getElementById("page")).dataset;

// Without a connection, or with an answer that is no page, the present page stays, and the next turn is another try.
setInterval(() => {
  if (document.hidden) return;
  scrollTo(0, 0);
  void htmx.ajax("GET", facts().wallNext ?? "", {
    source: "#content",
    target: "#page",
    select: "#page",
    swap: "outerMorph show:none",
  });
}, Number(facts().wallSeconds) * 1000);

document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") location.assign(facts().wallLeave ?? "/");
});
