import { LRUCache } from "lru-cache";

/** A page as it was made. */
export interface Rendered {
  html: string;
  /** The address that says its filter the shortest way. */
  address: string;
  status: 200 | 404;
}

/** Pages kept, of 30 to 130 KB. */
const most = 100;
const mostChars = 8_000_000;

/**
 * Pages made a moment ago, while they still say the truth: when the ERP writes, all who have the same page open ask for it within the same
 * second, and to make it takes 8 ms of the one thread that answers everybody.
 */
export class RenderedPages {
  readonly #pages = new LRUCache<string, Entry>({ max: most, maxSize: mostChars, sizeCalculation: ({ size }) => size });

  /** The page under a key if it was made from the same state, else the one that `make` gives; made once for all who ask meanwhile. */
  async get(key: string, state: string, make: () => Promise<Rendered>): Promise<Rendered> {
    const kept = this.#pages.get(key);
    if (kept?.state === state) return kept.page;
    const page = make();
    this.#pages.set(key, { state, page, size: 1 });
    try {
      const made = await page;
      if (this.#pages.peek(key)?.page === page) this.#pages.set(key, { state, page, size: made.html.length });
      return made;
    } catch (error) {
      if (this.#pages.peek(key)?.page === page) this.#pages.delete(key);
      throw error;
    }
  }
}

interface Entry {
  state: string;
  page: Promise<Rendered>;
  size: number;
}
