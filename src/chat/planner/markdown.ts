/** Text from the data as Markdown shows it: nothing in it is taken for markup, and it stays on one line of a table. */
export function plain(text: string | null): string {
  return (text ?? "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replaceAll(/[\\`*|[\]]/gu, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}

/** A table whose columns named in `right` hold figures. Cells are Markdown. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = headings.map((_, at) => (right.includes(at) ? "---:" : "---"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
