import type { Outcome } from "./claim.ts";

const HEADINGS = ["Claim", "Measured", "Baseline", "Ratio", "Required", "Result"];

/** The outcomes as a Markdown table with columns of even width. */
export function markdownTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ claim, measured, baseline, ratio, required, pass }) => [
    claim,
    measured,
    baseline,
    ratio === null ? "–" : ratio.toFixed(2),
    required,
    pass ? "pass" : "FAIL",
  ]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(HEADINGS), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
