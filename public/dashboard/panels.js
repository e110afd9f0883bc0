/** The panels beside the page: the list of views is fetched whenever it is opened, and the chat stays open on every page of this tab. */

const views = /** @type {HTMLElement} */ (document.getElementById("views"));
const chat = /** @type {HTMLElement} */ (document.getElementById("chat"));
const kept = "hub_chat";

// What was fetched for another page must not be saved for this one: until the list is here, there is the link to it.
const link = views.querySelector("a");
views.addEventListener("beforetoggle", (event) => {
  if (event.newState === "open" && link) views.replaceChildren(link);
});
views.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("a")) views.hidePopover();
});

// On a narrow screen the chat covers the page that it leads to.
chat.addEventListener("click", ({ target }) => {
  const leads = target instanceof Element && target.closest("a");
  if (leads && matchMedia("(max-width: 54rem)").matches) chat.hidePopover();
});
chat.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  chat.hidePopover();
  /** @type {HTMLElement | null} */ (document.querySelector(".bar [popovertarget=chat]"))?.focus();
});
if (sessionStorage.getItem(kept)) chat.showPopover();
chat.addEventListener("toggle", (event) => {
  if (event.newState === "open") sessionStorage.setItem(kept, "open");
  else sessionStorage.removeItem(kept);
});
