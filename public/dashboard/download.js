/** Receives a file that a page offers and shows how far it is; the file is kept only when it is whole. Words come from the page. */

/** @type {AbortController | null} */
let running = null;

document.addEventListener("click", (event) => {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const link = target.closest("a[data-download]");
  if (link instanceof HTMLAnchorElement) {
    event.preventDefault();
    if (!running) receive(link);
  } else if (target.closest("#download button")) running?.abort();
});

/** @param {HTMLAnchorElement} link */
async function receive(link) {
  const place = /** @type {HTMLElement} */ (document.getElementById("download"));
  const bar = /** @type {HTMLProgressElement} */ (place.querySelector("progress"));
  const status = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
  const words = JSON.parse(place.dataset.words ?? "{}");
  const isText = link.dataset.download === "csv";
  const all = Number(document.getElementById("downloads")?.dataset.rows);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  place.hidden = false;
  place.dataset.state = "running";
  bar.removeAttribute("value");
  status.textContent = words.starting;
  running = new AbortController();
  try {
    const response = await fetch(link.href, { signal: running.signal });
    if (!response.ok || !response.body) throw new Error(String(response.status));
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    let bytes = 0;
    let lines = 0;
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      bytes += next.value.length;
      // Rows end with a line; the few texts with a line break in them do not matter to a bar.
      if (isText) for (const byte of next.value) if (byte === 10) lines += 1;
      const rows = Math.max(0, Math.min(lines - 1, all));
      const size = `${number.format(Math.round(bytes / 1e5) / 10)} MB`;
      status.textContent = (isText ? words.rows : words.bytes)
        .replace("{rows}", number.format(rows))
        .replace("{all}", number.format(all))
        .replace("{size}", size);
      if (isText && all > 0) bar.value = rows / all;
    }
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
    save(new Blob(parts, { type: response.headers.get("Content-Type") ?? "" }), name);
    end("done", words.done.replace("{name}", name));
  } catch {
    end(running?.signal.aborted ? "cancelled" : "broken", running?.signal.aborted ? words.cancelled : words.broken);
  } finally {
    running = null;
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  function end(state, text) {
    place.dataset.state = state;
    status.textContent = text;
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
