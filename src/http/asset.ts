import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Context } from "hono";

/**
 * A file that ships with the hub and stays as it is while the hub runs (a stylesheet, a script, an icon).
 * Works the same from the source tree and from inside the executable.
 */
export class Asset {
  readonly #source: string | { text: string; type: string };
  #content: { bytes: Uint8Array<ArrayBuffer>; type: string; version: string } | undefined;

  /** @param source absolute path, in the executable one of its virtual paths, read at first use; or a text and its media type. */
  constructor(source: string | { text: string; type: string }) {
    this.#source = source;
  }

  /** Twelve characters that change with the content: as `?v=` in a page's link it lets browsers keep the file for good. */
  get version(): string {
    return this.#read().version;
  }

  /**
   * The file as an answer: kept for a year where the link names this version (`current` says so where it does in another way than by
   * `?v=`), asked about (`ETag`) each time otherwise.
   */
  response(c: Context, current: boolean = c.req.query("v") === this.version): Response {
    const { bytes, type, version } = this.#read();
    return c.body(bytes, 200, {
      "Content-Type": type,
      "Content-Length": String(bytes.length), // HEAD would say 0 otherwise
      "Cache-Control": current ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: `"${version}"`,
    });
  }

  #read() {
    if (this.#content === undefined) {
      const source = this.#source;
      const bytes =
        typeof source === "string" ? new Uint8Array(readFileSync(source)) : new TextEncoder().encode(source.text);
      const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
      this.#content = { bytes, type: typeof source === "string" ? Bun.file(source).type : source.type, version };
    }
    return this.#content;
  }
}
