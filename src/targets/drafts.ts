import { LRUCache } from "lru-cache";
import type { FileContent } from "./types.ts";

/** A file that somebody uploaded and may still confirm. */
export interface Draft {
  content: FileContent;
  /** The file's name. */
  origin: string;
  /** The version that was in force when it was read; null for none. */
  basedOn: number | null;
}

/** As long as somebody may take to look through a preview. */
const keptMs = 60 * 60_000;
/** Of 5 MB each at the worst. */
const mostDrafts = 10;

/** Uploads between their preview and their confirmation, under names that cannot be guessed. In memory: after a restart a file is uploaded again. */
export class Drafts {
  readonly #drafts = new LRUCache<string, Draft>({ max: mostDrafts, ttl: keptMs });

  /** Keeps a draft and gives its name. */
  add(draft: Draft): string {
    const name = crypto.randomUUID();
    this.#drafts.set(name, draft);
    return name;
  }

  get(name: string): Draft | null {
    return this.#drafts.get(name) ?? null;
  }

  remove(name: string): void {
    this.#drafts.delete(name);
  }
}
