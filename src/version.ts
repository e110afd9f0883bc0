import manifest from "../package.json" with { type: "json" };

/** Replaced by the build (`--define`); absent when the hub runs from source. */
declare const BUILD_VERSION: string | undefined;
declare const BUILD_DATE: string | undefined;

/** Version of the hub, as in package.json. */
export const version: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : manifest.version;

/** When the executable was built, ISO 8601; null when the hub runs from source. */
export const buildDate: string | null = typeof BUILD_DATE === "string" ? BUILD_DATE : null;
