import type { Settings } from "../config.ts";

/** Sentences about settings of which one keeps the other from having an effect. */
export function contradictionsIn({ autoRollover, archiveCutoffYear }: Settings): string[] {
  if (!autoRollover || archiveCutoffYear === undefined) return [];
  return [
    `AUTO_ROLLOVER=true moves nothing while ARCHIVE_CUTOFF_YEAR=${archiveCutoffYear} says which days Live owns. Remove one of the two in .env and restart the hub.`,
  ];
}
