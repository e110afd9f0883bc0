/**
 * Answers as HTML. Whatever stands in them, a name out of the data or a model's invention, can become text, tables, lists and links to web
 * pages, and nothing else: the parser lets no HTML through, and what it made is copied element by element from a list of those allowed.
 */

/** @type {((text: string) => string) | null} */
let parse = null;

/** Loads the parser. @param {string} url */
export async function loadParser(url) {
  const { micromark, gfmTable, gfmTableHtml } = await import(url);
  const extensions = [
    gfmTable(),
    { disable: { null: ["htmlFlow", "htmlText", "labelStartImage", "definition", "codeIndented"] } },
  ];
  parse = (text) => micromark(text, { extensions, htmlExtensions: [gfmTableHtml()] });
}

/** Elements that an answer may have, and as what they are shown: its headings are no part of the page's outline. @type {Record<string, string>} */
const allowed = {
  ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, "strong"])),
  ...Object.fromEntries(
    [
      "p",
      "strong",
      "em",
      "code",
      "pre",
      "ul",
      "ol",
      "li",
      "table",
      "thead",
      "tbody",
      "tr",
      "th",
      "td",
      "a",
      "br",
      "hr",
    ].map((name) => [name, name]),
  ),
  blockquote: "blockquote",
};

/** Markdown as nodes. @param {string} text @returns {DocumentFragment} */
export function markdown(text) {
  const made = document.createElement("template");
  made.innerHTML = parse ? parse(text) : "";
  const fragment = document.createDocumentFragment();
  fragment.append(...[...made.content.childNodes].flatMap(copied));
  return fragment;
}

/** @param {Node} node @returns {Node[]} */
function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? "")];
  if (!(node instanceof Element)) return [];
  const name = node.localName;
  const inner = [...node.childNodes].flatMap(copied);
  const shown = allowed[name];
  if (!shown) return inner;
  if (name === "a") return linked(node, inner);
  const copy = document.createElement(shown);
  copy.append(...inner);
  if (shown !== name) copy.className = "heading";
  if (name === "ol" && node.hasAttribute("start"))
    copy.setAttribute("start", String(Number(node.getAttribute("start"))));
  if (name === "th") copy.setAttribute("scope", "col");
  if ((name === "th" || name === "td") && node.getAttribute("align") === "right") copy.className = "number";
  return [copy];
}

/** A link where it leads to a web page, its text alone where it does not. @param {Element} node @param {Node[]} inner @returns {Node[]} */
function linked(node, inner) {
  const href = webAddress(node.getAttribute("href") ?? "", location.href);
  if (href === null) return inner;
  const link = document.createElement("a");
  link.href = href;
  link.append(...inner);
  if (new URL(href).origin !== location.origin) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return [link];
}

/** An address in full where it is one of the web; null for others, such as those of scripts and data. @param {string} text @param {string} base */
export function webAddress(text, base) {
  const url = text.trim() === "" ? null : URL.parse(text, base);
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

/**
 * What of a text that still arrives can be shown without looking otherwise in an instant: half a table's row, a row that may become a table's
 * head, marks that are open or may become something else are held back.
 * @param {string} text
 */
export function settled(text) {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  let tail = openCut(last);
  if (/^\s*\|/.test(last) || /^\s*([-=*_#>+~`]+|\d+[.)]?)\s*$/.test(last)) tail = "";
  if (tail === "") {
    const head = lines.findLastIndex((line) => !/^\s*\|/.test(line)) + 1;
    // A table begins with two lines: of one alone nobody knows what it becomes.
    if (lines.length - head === 1) lines.pop();
  }
  return [...lines, tail].join("\n");
}

/** A line up to the first mark that has no end yet. @param {string} line */
function openCut(line) {
  const marks = [
    ...(oddly(line, /\*\*/g) ? [line.lastIndexOf("**")] : []),
    ...(oddly(line, /`/g) ? [line.lastIndexOf("`")] : []),
    ...(/\[[^\]]*(\](\([^)]*)?)?$/.test(line) ? [line.lastIndexOf("[")] : []),
    ...(/[^*]\*$/.test(line) ? [line.length - 1] : []),
  ];
  return line.slice(0, Math.min(line.length, ...marks));
}

/** @param {string} line @param {RegExp} mark */
const oddly = (line, mark) => (line.match(mark)?.length ?? 0) % 2 === 1;

/**
 * The blocks of a text, between empty lines that stand in no code. Those that came before the last one stay as they are while it arrives.
 * @param {string} text
 */
export function blocksOf(text) {
  /** @type {string[][]} */
  const blocks = [[]];
  let inCode = false;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line)) inCode = !inCode;
    if (line.trim() === "" && !inCode) blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
}
