/** Replaced by the build (.ci/licences.ts); absent when the hub runs from source. */
declare const BUILD_LICENCES: string | undefined;

/**
 * The licences of all that others wrote and that is in the executable; null when the hub runs from source, where each package has its own in
 * `node_modules`. A module of its own, so that nobody loads the 150 KB who does not ask for them.
 */
export const licences: string | null = typeof BUILD_LICENCES === "string" ? BUILD_LICENCES : null;
