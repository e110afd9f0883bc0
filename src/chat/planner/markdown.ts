/**
 * Text from the data as Markdown shows it: nothing in it is taken for markup, neither within a line nor at the beginning of one, and it stays
 * on one line of a table.
 */
export function plain(text: string | null): string {
  return (
    (text ?? "")
      // Among them what turns the direction of writing round, also that of the figure behind it.
      .replaceAll(/[\s\p{Cc}\p{Bidi_Control}]+/gu, " ")
      .trim()
      .replaceAll(/[\\`*|[\]]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
      .replace(/^(\d*)([#>+\-=~.)])/u, "$1\\$2")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
  );
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
