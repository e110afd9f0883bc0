import { reasonText } from "../notify/reasons.ts";
import type { MadeReport } from "./history.ts";
import { type MakingResult, tellHanded } from "./reports.ts";

/** What became of a report that somebody asked for, for an operator: the headline, the files, and where it was sent. */
export function tellMade(
  {
    report,
    headline,
    files,
    sent,
  }: Pick<MakingResult, "headline" | "files" | "sent"> & { report: { from: string; through: string } },
  {
    folder,
    send,
    deliveries,
  }: {
    folder: string;
    send: boolean;
    /** How it fared by now, where that was waited for. */
    deliveries: MadeReport["deliveries"] | null;
  },
): string {
  const lines = [
    headline,
    `${files.html} and ${files.xlsx} were made in ${folder} (${report.from} to ${report.through}).`,
  ];
  if (send && sent.length === 0) lines.push("No channel is configured, so it was not sent.");
  if (sent.length > 0) lines.push(tellHanded(sent));
  if (sent.length > 0 && deliveries === null) lines.push("Whether it arrives is told on /dashboard/reports.");
  for (const { channel, state, reason } of deliveries ?? []) {
    const because = reason === null ? "" : `: ${reasonText(reason, "en")}`;
    if (state === "delivered") lines.push(`${channel} has it.`);
    else if (state === "dead" || state === "uncertain") lines.push(`${channel} did not confirm it${because}`);
    else lines.push(`${channel} does not have it yet, and gets it when a hub runs${because || "."}`);
  }
  return lines.join("\n");
}
