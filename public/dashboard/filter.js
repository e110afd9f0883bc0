/** Sends the filter whenever something is chosen in it, and keeps the ticked items in its list. */

const form = () => /** @type {HTMLFormElement} */ (document.getElementById("filter"));
/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form().elements.namedItem(name));

// Listening on the document, because the form is replaced whenever the page is.
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  if (target instanceof HTMLInputElement && target.dataset.item !== undefined) return tick(target);
  if (target.form !== form() || target.id === "item-search") return;
  if (target.type === "date") {
    // A date that is being typed is empty until it is one.
    if (target.value === "") return;
    if (target.name === "from" || target.name === "to") field("period").value = "custom";
  }
  form().requestSubmit();
});

// Enter in a field is a change and sends the form as well: one of the two is enough, and each would be a step of the way back.
let sent = false;
document.addEventListener(
  "submit",
  (event) => {
    if (event.target !== form()) return;
    if (sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    sent = true;
    setTimeout(() => {
      sent = false;
    });
  },
  true,
);

// The cross in a search field empties it without a change event.
document.addEventListener("search", ({ target }) => {
  if (target instanceof HTMLInputElement && target.name === "q" && target.value === "") form().requestSubmit();
});

// Enter in the field that finds items must not send the form, of which it is no part.
document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key === "Enter" && target instanceof HTMLInputElement && target.id === "item-search")
    event.preventDefault();
});

// A click elsewhere closes what was opened above the page.
document.addEventListener("click", ({ target }) => {
  for (const open of document.querySelectorAll("details.picker[open], details.menu[open]")) {
    if (target instanceof Node && !open.contains(target)) open.removeAttribute("open");
  }
});

/** @param {HTMLInputElement} box */
function tick(box) {
  const codes = new Set(field("items").value.split(",").filter(Boolean));
  const code = written(box.value);
  if (box.checked) codes.add(code);
  else codes.delete(code);
  field("items").value = [...codes].join(",");
  form().requestSubmit();
}

/**
 * A code as it stands in the list, where commas are between codes.
 * @param {string} code
 */
function written(code) {
  return code.replace(/%(?=2C|25)/g, "%25").replaceAll(",", "%2C");
}
