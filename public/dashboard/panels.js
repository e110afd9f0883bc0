/** The panels beside the page: the list of views closes when one of them is opened, and the chat stays open on every page of this tab. */

const views = /** @type {HTMLElement} */ (document.getElementById("views"));
const chat = /** @type {HTMLElement} */ (document.getElementById("chat"));
const kept = "hub_chat";

views.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("a")) views.hidePopover();
});

if (sessionStorage.getItem(kept)) chat.showPopover();
chat.addEventListener("toggle", (event) => {
  if (event.newState === "open") sessionStorage.setItem(kept, "open");
  else sessionStorage.removeItem(kept);
});
