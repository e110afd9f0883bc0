/** Puts an answer on the clipboard: as text for messengers, and with its tables for spreadsheets and mail. */

/**
 * Copies a text, with HTML beside it where there is some. By the copy event, because browsers give navigator.clipboard to trusted addresses
 * alone, and the hub is mostly reached by plain HTTP.
 * @param {string} text
 * @param {string} [html]
 * @returns {boolean} whether it was copied
 */
export function copy(text, html) {
  const give = (/** @type {ClipboardEvent} */ event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData("text/plain", text);
    if (html !== undefined) event.clipboardData?.setData("text/html", html);
  };
  document.addEventListener("copy", give, true);
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", give, true);
  }
}

/** The parts of an answer that are its text, without buttons and charts. @param {Element} answer */
function textOnly(answer) {
  const clone = /** @type {Element} */ (answer.cloneNode(true));
  for (const tool of clone.querySelectorAll("button, .table-tools, .chart")) tool.remove();
  for (const cell of clone.querySelectorAll("td, th")) if (isFormula(cell.textContent ?? "")) cell.prepend("'");
  return clone;
}

/**
 * Whether a spreadsheet would run a cell that is pasted into it: it begins as src/exports/rows.ts says, and is no signed number or share.
 * @param {string} text
 */
export const isFormula = (text) =>
  /^\s*[=+\-@＝＋－＠]/.test(text) && !/^\s*[+-]?(\d[\d,.]*)?\s*[%\p{L}]{0,4}\s*$/u.test(text);

/** An answer as plain text; the cells of its tables are parted by tabs. @param {Element} answer */
export function plainText(answer) {
  const blocks = [...textOnly(answer).querySelectorAll("p, .heading, table, li, pre")];
  const texts = blocks.map((block) => {
    if (block instanceof HTMLTableElement)
      return [...block.rows].map((row) => [...row.cells].map((cell) => cell.textContent?.trim()).join("\t")).join("\n");
    const text = block.textContent?.trim() ?? "";
    if (!(block instanceof HTMLLIElement)) return text;
    return block.parentElement?.localName === "ol" ? `${place(block)}. ${text}` : `- ${text}`;
  });
  return texts
    .map((text, at) =>
      at > 0 && blocks[at] instanceof HTMLLIElement && blocks[at - 1] instanceof HTMLLIElement
        ? `\n${text}`
        : `\n\n${text}`,
    )
    .join("")
    .trim();
}

/** @param {HTMLLIElement} entry */
const place = (entry) =>
  Number(entry.parentElement?.getAttribute("start") ?? 1) + [...(entry.parentElement?.children ?? [])].indexOf(entry);

/** An answer as HTML whose tables have lines wherever they are pasted. @param {Element} answer */
export function plainHtml(answer) {
  const clone = textOnly(answer);
  for (const table of clone.querySelectorAll("table")) {
    table.setAttribute("border", "1");
    table.setAttribute("cellspacing", "0");
    table.setAttribute("cellpadding", "4");
    table.closest(".scroll")?.replaceWith(table);
  }
  for (const cell of clone.querySelectorAll(".number")) cell.setAttribute("align", "right");
  for (const element of clone.querySelectorAll("[class], [tabindex], [scope]"))
    for (const name of ["class", "tabindex", "scope"]) element.removeAttribute(name);
  return clone.innerHTML;
}
