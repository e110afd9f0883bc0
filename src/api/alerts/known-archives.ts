import type { AlertStore } from "../../alerts/store.ts";
import type { FileStatus } from "../../segments/file-status.ts";

const memory = "archives";
/** An archive that was away for this long was taken away on purpose. */
const forgottenMs = 30 * 86_400_000;

interface Known {
  since: number;
  goneSince: number | null;
}

/**
 * Remembers which archives there were: after a restart the names in the folder are all that tells which ones belong there, and one that is gone would be
 * missed by nobody.
 */
export class KnownArchives {
  readonly #store: AlertStore;
  readonly #known: Map<string, Known>;
  /** Those that this process has seen in the catalog: what it drops was put together anew elsewhere. */
  readonly #listed = new Set<string>();

  constructor(store: AlertStore) {
    this.#store = store;
    this.#known = new Map(Object.entries((store.recall(memory) ?? {}) as Record<string, Known>));
  }

  /** Compares what is there with what was; writes when that is news. */
  look(files: readonly FileStatus[], now: number): void {
    // Before the files were looked at nothing is missing.
    if (files.length === 0) return;
    const before = JSON.stringify([...this.#known]);
    const archives = files.filter(({ name }) => name !== "live");
    for (const { file, state } of archives) {
      this.#listed.add(file);
      if (state === "absent") continue;
      this.#known.set(file, { since: this.#known.get(file)?.since ?? now, goneSince: null });
    }
    const names = new Set(archives.map(({ file }) => file));
    for (const [file, known] of this.#known) {
      if (names.has(file)) continue;
      known.goneSince ??= now;
      if (this.#listed.has(file) || now - known.goneSince > forgottenMs) this.#known.delete(file);
    }
    if (JSON.stringify([...this.#known]) !== before) this.#store.remember(memory, Object.fromEntries(this.#known));
  }

  /** Those that are not there, and that the catalog does not name either. */
  gone(): { file: string; since: number }[] {
    return [...this.#known].flatMap(([file, { goneSince }]) =>
      goneSince === null || this.#listed.has(file) ? [] : [{ file, since: goneSince }],
    );
  }

  /** Since when an archive is known, ms since 1970; null for one that is not. */
  since(file: string): number | null {
    return this.#known.get(file)?.since ?? null;
  }
}
