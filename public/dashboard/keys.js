/** Keys: `/` goes to the keyword, `g` and a letter to a page, `?` shows them all, Escape closes what is open. */

let afterG = 0;
/** How long a `g` waits for its letter, ms. */
const patienceMs = 1500;

const list = () => /** @type {HTMLDialogElement} */ (document.getElementById("keys"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return closeOpen();
  if (isTyping(event.target) || list().open) return;
  if (event.key === "/") {
    event.preventDefault();
    const keyword = document.querySelector('#filter input[name="q"]') ?? document.getElementById("chat-question");
    if (keyword instanceof HTMLInputElement || keyword instanceof HTMLTextAreaElement) {
      keyword.focus();
      keyword.select();
    }
  } else if (event.key === "?") list().showModal();
  else if (event.key === "g") afterG = Date.now();
  else if (Date.now() - afterG < patienceMs) {
    afterG = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link instanceof HTMLElement) link.click();
  }
});

document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("[data-keys]")) list().showModal();
});

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));
}

function closeOpen() {
  for (const open of document.querySelectorAll("details.picker[open], details.menu[open]")) {
    open.removeAttribute("open");
    const summary = open.querySelector("summary");
    if (summary?.parentElement?.contains(document.activeElement)) summary.focus();
  }
}
