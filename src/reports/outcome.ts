import type { MakingResult } from "./reports.ts";

/** What became of a report that somebody asked for, for an operator: the headline, the files, and where it was sent. */
export function tellMade(
  {
    report,
    headline,
    files,
    sent,
  }: Pick<MakingResult, "headline" | "files" | "sent"> & { report: { from: string; through: string } },
  { folder, send, waiting }: { folder: string; send: boolean; waiting: boolean },
): string {
  const lines = [
    headline,
    `${files.html} and ${files.xlsx} were made in ${folder} (${report.from} to ${report.through}).`,
  ];
  if (send && sent.length === 0) lines.push("No channel is configured, so it was not sent.");
  if (sent.length > 0) lines.push(`Handed to: ${sent.join(", ")}.`);
  if (waiting) lines.push("Not all of it is delivered yet: what waits goes out when a hub runs.");
  return lines.join("\n");
}
