/** The settings that may stand in each other's way. */
interface Opposed {
  autoRollover: boolean;
  archiveCutoffYear?: number | undefined;
}

/** Sentences about settings of which one keeps the other from having an effect. */
export function contradictionsIn({ autoRollover, archiveCutoffYear }: Opposed): string[] {
  if (!autoRollover || archiveCutoffYear === undefined) return [];
  return [
    `AUTO_ROLLOVER=true moves nothing while ARCHIVE_CUTOFF_YEAR=${archiveCutoffYear} says which days Live owns. Remove one of the two in .env and restart the hub.`,
  ];
}
