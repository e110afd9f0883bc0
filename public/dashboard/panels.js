/** The panels beside the page: the list of views is fetched whenever it is opened, and the chat stays open on every page of this tab. */

const views = /** @type {HTMLElement} */ (document.getElementById("views"));
const chat = /** @type {HTMLElement} */ (document.getElementById("chat"));
const kept = "hub_chat";
const onPage = () => document.getElementById("chat-page") !== null;
const opener = () => /** @type {HTMLElement | null} */ (document.querySelector(".bar [popovertarget=chat]"));

// What was fetched for another page must not be saved for this one: until the list is here, there is the link to it.
const link = views.querySelector("a");
views.addEventListener("beforetoggle", (event) => {
  if (event.newState === "open" && link) views.replaceChildren(link);
});
views.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("a")) views.hidePopover();
});

chat.addEventListener("toggle", async (event) => {
  if (event.newState === "open") {
    sessionStorage.setItem(kept, "open");
    const wanted = document.activeElement === opener();
    const conversation = await converse();
    if (wanted) conversation?.focus();
  } else if (!onPage()) sessionStorage.removeItem(kept);
});

/** On the chat's own page the conversation stands there; on others the panel is as it was left. */
function settle() {
  const isOpen = chat.matches(":popover-open");
  if (onPage()) {
    if (isOpen) chat.hidePopover();
    void converse();
  } else if (!isOpen && sessionStorage.getItem(kept)) chat.showPopover();
}

/** Fetches the conversation, which no page brings along. */
async function converse() {
  try {
    const { start } = await import("./chat.js");
    return await start();
  } catch {
    const place = document.querySelector("#chat-page, #chat-place");
    if (place) place.textContent = chat.dataset.failed ?? "";
    return null;
  }
}

document.addEventListener("htmx:after:swap", settle);
settle();
