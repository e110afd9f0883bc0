import { promisify } from "node:util";
import { constants, gzip, gzipSync } from "node:zlib";
import { LRUCache } from "lru-cache";

const gzipLater = promisify(gzip);
/** Level 1 takes a third of the time of level 6 for a tenth more bytes on JSON records. */
const options = { level: constants.Z_BEST_SPEED };
/** Bodies up to this size are compressed on the spot (some 0.5 ms); larger ones on a thread of the pool. */
const promptBytes = 64 * 1024;
/** Answers smaller than this are sent as they are (CONTRACT: "Compression from 500 bytes"). */
export const compressFromBytes = 500;
/** Bytes kept at most, whatever the number of entries: 200 pages of 5,000 records would be 160 MB. */
const maxBytes = 64 * 1024 * 1024;

/**
 * An answer as it is sent again and again: ready bytes and headers. The bytes stand in Blobs, because a Response copies an array of
 * bytes (1.5 µs for 17 KB) and shares a Blob (0.2 µs).
 */
export class CachedAnswer {
  /** Version of the data that it was computed from. */
  readonly version: string;
  readonly body: Blob;
  readonly rows: number;
  /** Name under which it is measured. */
  readonly name: string;
  /** Headers that every sending of it has, and those of a 304; set when it was first sent. */
  headers: { all: Record<string, string>; unchanged: Record<string, string> } | null = null;
  #bytes: Uint8Array<ArrayBuffer> | null;
  #gzipped: Blob | null = null;

  constructor(answer: { version: string; body: Uint8Array; rows: number; name: string }) {
    this.version = answer.version;
    this.#bytes = answer.body as Uint8Array<ArrayBuffer>;
    this.body = new Blob([this.#bytes]);
    this.rows = answer.rows;
    this.name = answer.name;
  }

  /** The gzip bytes if they are at hand or cheap to make; null where `gzipped()` has to be awaited first. */
  get gzippedNow(): Blob | null {
    if (this.#bytes && this.body.size <= promptBytes) this.#keepGzip(gzipSync(this.#bytes, options));
    return this.#gzipped;
  }

  async gzipped(): Promise<Blob> {
    return this.gzippedNow ?? this.#keepGzip(await gzipLater(await this.body.arrayBuffer(), options));
  }

  #keepGzip(bytes: Uint8Array): Blob {
    this.#bytes = null;
    this.#gzipped ??= new Blob([bytes as Uint8Array<ArrayBuffer>]);
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
            maxSize: maxBytes,
            sizeCalculation: (answer) => answer.body.size + 200,
          });
  }

  get size(): number {
    return this.#entries?.size ?? 0;
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

/** Path and query of an absolute URL, the same for a path and its twin under /api/v1. */
export function answerKey(url: string): string {
  const path = url.slice(url.indexOf("/", 8));
  return path.startsWith("/api/v1/") ? path.slice(7) : path;
}

/** True when the client takes gzip (RFC 9110 §12.5.3; `gzip;q=0` refuses it). */
export function acceptsGzip(header: string | null | undefined): boolean {
  return header ? /(^|[\s,])(gzip|\*)(?!\s*;\s*q=0(\.0*)?\s*($|,))/.test(header) : false;
}
