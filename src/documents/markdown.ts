import { readFileSync } from "node:fs";
import path from "node:path";
import { micromark } from "micromark";
import { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";

/** Where the links between the documents lead on a running hub. */
const addresses: Record<string, string> = {
  "operations_manual.md": "/docs/manual?lang=en",
  "operations_manual.ko.md": "/docs/manual?lang=ko",
  "api.md": "/docs/guide",
  "quality.md": "/docs/quality",
  "targets.md": "/docs/targets",
  "performance.md": "/docs/performance",
  "security.md": "/docs/security",
  "monitoring.md": "/docs/monitoring?lang=en",
  "monitoring.ko.md": "/docs/monitoring?lang=ko",
  "CHANGELOG.md": "/docs/changelog",
};

/** "chapter 4" or "4장" in the running text; or what may have such words in it and stays as it is, whose tag is the first group. */
const chapterReference = /<(a|h2|code)\b[^>]*>.*?<\/\1>|\bchapter (\d+)|\b(\d+)장/gs;

/**
 * A document as HTML, by its path from `docs/`, without `<html>` around it: HTML within the Markdown is shown as text, chapters can be linked to as `#chapter-1`, which
 * whatever names one does, and wide tables scroll by themselves. Called as a macro while the hub is built, because the manual takes 100 ms, which the event loop must not be held up for.
 */
export function renderDocument(name: string): string {
  const text = documentText(name);
  let chapter = 0;
  return (
    micromark(text, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] })
      .replace(/<h2>/g, () => `<h2 id="chapter-${++chapter}">`)
      // On GitHub the place of a chapter is named after its heading.
      .replace(/<a href="#(\d+)-[^"]*"/g, '<a href="#chapter-$1"')
      .replace(chapterReference, (whole, tag, english, korean) =>
        tag ? whole : `<a href="#chapter-${english ?? korean}">${whole}</a>`,
      )
      .replace(
        /<a href="(?:docs\/|\.\.\/)?([\w.]+\.md)"/g,
        (_link, target) => `<a href="${addresses[target] ?? target}"`,
      )
      // In print it is the address on the hub's own PC; a reader elsewhere is led to the hub that shows it.
      .replaceAll('<a href="http://localhost:8000/', '<a href="/')
      .replaceAll("<table>", '<div class="wide" tabindex="0"><table>')
      .replaceAll("</table>", "</table></div>")
  );
}

/** A file of `docs/` as it is, called as a macro as well. */
export function documentText(name: string): string {
  return readFileSync(path.join(import.meta.dir, "../../docs", name), "utf8");
}
