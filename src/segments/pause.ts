/** How long a file of the ERP's is kept open at a time, ms: on Windows nobody can rename, replace or delete it meanwhile. */
export const holdMs = 40;
/** A program that was refused tries again after some ms; Windows' own clock ticks every 16. */
const pauseMs = 20;

/** Lets a program through that waits for a file to be closed. Elsewhere than on Windows nobody waits for that. */
export function pauseForOthers(): void {
  if (process.platform === "win32") Bun.sleepSync(pauseMs);
}
