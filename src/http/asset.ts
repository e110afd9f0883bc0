import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Context } from "hono";

/**
 * A file that ships with the hub and stays as it is while the hub runs (a stylesheet, a script, an icon).
 * Works the same from the source tree and from inside the executable.
 */
export class Asset {
  readonly #source: readonly string[] | { text: string; type: string };
  #content: { bytes: Uint8Array<ArrayBuffer>; type: string; version: string } | undefined;

  /**
   * @param source absolute path, in the executable one of its virtual paths, read at first use, or those of a text's parts in their order; or a text and its
   * media type.
   */
  constructor(source: string | readonly string[] | { text: string; type: string }) {
    this.#source = typeof source === "string" ? [source] : source;
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
      const isText = "text" in source;
      const bytes = isText ? new TextEncoder().encode(source.text) : joined(source);
      const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
      this.#content = { bytes, type: isText ? source.type : Bun.file(source[0]!).type, version };
    }
    return this.#content;
  }
}

/** The bytes of the files, with an empty line between them. */
function joined(files: readonly string[]): Uint8Array<ArrayBuffer> {
  const [first, ...others] = files.map((file) => readFileSync(file));
  return new Uint8Array(Buffer.concat([first!, ...others.flatMap((bytes) => [Buffer.from("\n"), bytes])]));
}
