import type { Json } from "../hub.ts";

/** The cells of the lines below a selector, such as those of a table: what stands in each, without the space around it. */
export function cellsOf(html: string, lines: string): string[][] {
  const found: string[][] = [];
  new HTMLRewriter()
    .on(lines, { element: () => void found.push([]) })
    .on(`${lines} > *`, {
      element: () => void found.at(-1)!.push(""),
      text: ({ text }) => {
        const line = found.at(-1)!;
        line.push(line.pop() + text);
      },
    })
    .transform(html);
  return found.map((line) => line.map((cell) => cell.trim()));
}

/** The text of each element that a selector finds. */
export function textsOf(html: string, selector: string): string[] {
  const found: string[] = [];
  new HTMLRewriter()
    .on(selector, {
      element: () => void found.push(""),
      text: ({ text }) => void found.push(found.pop() + text),
    })
    .transform(html);
  return found.map((text) => text.trim());
}

/** An attribute of the first element that a selector finds, as a number; null where there is no such element. */
export function numberIn(html: string, selector: string, attribute = "value"): number | null {
  let value: number | null = null;
  new HTMLRewriter()
    .on(selector, {
      element: (element) => {
        value ??= Number(element.getAttribute(attribute));
      },
    })
    .transform(html);
  return value;
}

/** What a page's chart is drawn from. */
export function chartOf(html: string, id: string): Json {
  return JSON.parse(textsOf(html, `#chart-${id} > script`)[0] ?? "null");
}

/** The lines of the last table in a Markdown text, without its headings. */
export function markdownLines(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll(/\\(.)/gu, "$1")),
  );
}

/** A figure as people write it: `1,234.5`, `12.3%`, `▲ +5`; null for a dash or nothing. */
export function figure(text: string | undefined): number | null {
  const [found] = /[-−+]?[\d,]+(\.\d+)?%?/.exec(text ?? "") ?? [];
  if (found === undefined) return null;
  const value = Number(found.replaceAll(/[,%+]/g, "").replace("−", "-"));
  return found.endsWith("%") ? value / 100 : value;
}
