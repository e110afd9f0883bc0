/**
 * Makes the drawer of a page a modal dialog: the page behind it rests, Escape and a click beside it close it, and the focus goes back to what
 * opened it. What is open stands in the address, so to close is to follow the drawer's own link.
 */

/** @type {Element | null} */
let opener = null;
const drawer = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("drawer"));

show();
document.addEventListener("htmx:before:request", remember);
document.addEventListener("htmx:after:swap", show);
// Neither event bubbles.
document.addEventListener("cancel", leave, true);
document.addEventListener("close", leave, true);
document.addEventListener("click", (event) => {
  if (event.target === drawer()) leave(event);
});

function remember() {
  if (!drawer() && document.activeElement !== document.body) opener = document.activeElement;
}

function show() {
  const open = drawer();
  if (open && !open.matches(":modal")) {
    open.removeAttribute("open");
    open.showModal();
  } else if (!open && opener) {
    if (opener instanceof HTMLElement && document.activeElement === document.body)
      opener.focus({ preventScroll: true });
    opener = null;
  }
}

/** @param {Event} event */
function leave(event) {
  if (event.target !== drawer()) return;
  event.preventDefault();
  document.getElementById("drawer-close")?.click();
}
