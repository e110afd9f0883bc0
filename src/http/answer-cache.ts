import { promisify } from "node:util";
import { constants, gzip, gzipSync } from "node:zlib";
import { LRUCache } from "lru-cache";

const gzipLater = promisify(gzip);
/** Level 1 takes a third of the time of level 6 for a tenth more bytes on JSON records. */
const options = { level: constants.Z_BEST_SPEED };
/** Bodies up to this size are compressed on the spot (some 0.5 ms); larger ones on a thread of the pool. */
export const promptBytes = 64 * 1024;
/** Answers smaller than this are sent as they are (CONTRACT: "Compression from 500 bytes"). */
export const compressFromBytes = 500;
/** Bytes kept at most, whatever the number of entries: 200 pages of 5,000 records would be 160 MB. */
const maxBytes = 64 * 1024 * 1024;

/** Content that Bun sends as a Response's body. */
export type Body = string | Uint8Array<ArrayBuffer> | Blob;

/**
 * An answer as it is sent, and sent again. The first time it goes out as it was made; from the second on as a Blob, because a Response
 * copies an array of bytes (1.5 µs for 17 KB) and shares a Blob (0.2 µs).
 */
export class CachedAnswer {
  /** Version of the data that it was computed from. */
  readonly version: string;
  /** Its ETag. */
  readonly tag: string;
  readonly rows: number;
  /** Name under which it is measured. */
  readonly name: string;
  /** Length of the uncompressed body in bytes. */
  readonly size: number;
  #body: Body;
  #gzipped: Blob | null = null;

  constructor(answer: { version: string; tag: string; body: string | Uint8Array; rows: number; name: string }) {
    this.version = answer.version;
    this.tag = answer.tag;
    this.rows = answer.rows;
    this.name = answer.name;
    this.size = Buffer.byteLength(answer.body);
    this.#body = answer.body as Body;
  }

  /** The body to send now. */
  get body(): Body {
    return this.#body;
  }

  /** The body to send again. */
  get shared(): Blob {
    if (!(this.#body instanceof Blob)) this.#body = new Blob([this.#body]);
    return this.#body;
  }

  /** The gzip bytes if they are at hand or cheap to make; null where `gzipped()` has to be awaited first. */
  get gzippedNow(): Blob | null {
    if (!this.#gzipped && !(this.#body instanceof Blob) && this.size <= promptBytes) {
      this.#gzipped = new Blob([gzipSync(this.#body, options)]);
    }
    return this.#gzipped;
  }

  async gzipped(): Promise<Blob> {
    this.#gzipped ??= this.gzippedNow ?? new Blob([await gzipLater(await this.shared.arrayBuffer(), options)]);
    return this.#gzipped;
  }
}

/** Finished answers by path and query. Only answers with status 200 are ever put in. */
export class AnswerCache {
  readonly #entries: LRUCache<string, CachedAnswer> | null;
  readonly max: number;
  readonly ttlSec: number;

  /** At most `max` entries (0: none) for at most `ttlSec` seconds each. */
  constructor(max: number, ttlSec: number) {
    this.max = max;
    this.ttlSec = ttlSec;
    this.#entries =
      max === 0
        ? null
        : new LRUCache<string, CachedAnswer>({
            max,
            ttl: ttlSec * 1000,
            // The clock is read for each answer: to remember what it said would set a timer every millisecond.
            ttlResolution: 0,
            maxSize: maxBytes,
            sizeCalculation: (answer) => answer.size + 200,
          });
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** Bytes of the answers kept, uncompressed. */
  get bytes(): number {
    return this.#entries?.calculatedSize ?? 0;
  }

  /** The answer for a key, if it was computed from this version of the data. */
  get(key: string, version: string): CachedAnswer | undefined {
    const entry = this.#entries?.get(key);
    return entry?.version === version ? entry : undefined;
  }

  set(key: string, answer: CachedAnswer): void {
    this.#entries?.set(key, answer);
  }

  /** Empties the cache and returns how many answers it held. */
  clear(): number {
    const { size } = this;
    this.#entries?.clear();
    return size;
  }
}

/** Path and query of an absolute URL. */
export function pathOf(url: string): string {
  return url.slice(url.indexOf("/", 8));
}

/** Path and query, the same for a path and its twin under /api/v1. */
export function answerKey(path: string): string {
  return path.startsWith("/api/v1/") ? path.slice(7) : path;
}

/** True when the client takes gzip (RFC 9110 §12.5.3; `gzip;q=0` refuses it). */
export function acceptsGzip(header: string | null | undefined): boolean {
  return header ? /(^|[\s,])(gzip|\*)(?!\s*;\s*q=0(\.0*)?\s*($|,))/.test(header) : false;
}
