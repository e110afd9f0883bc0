import { SourceError } from "../segments/errors.ts";
import { isUnchanged, type Reader } from "../segments/reader.ts";
import type { Segment } from "../segments/types.ts";
import { UnsuitableError } from "./postings.ts";

/** What of a row goes into the index. */
export type IndexedRow = [id: number, lot: unknown, code: unknown, name: unknown, quantity: unknown];

/** Rows read at a time: some 15 ms. Larger slices gained nothing and cost memory; long texts make them smaller. */
const mostRows = 10_000;
const leastRows = 500;
const sliceMs = 50;

/**
 * All rows of a segment in the record order, in slices, after each of which the file may be let go. `textOf` gives the stored date text of
 * a row just read: asked for few rows only, because texts are half the cost of reading (0.6 µs a row without them).
 * Throws SourceError when the file changed meanwhile, UnsuitableError when its date texts do not survive the way through a string.
 */
export class NewestFirst {
  readonly #segment: Segment;
  readonly #reader: Reader;

  constructor(segment: Segment, reader: Reader) {
    this.#segment = segment;
    this.#reader = reader;
  }

  async *slices(): AsyncGenerator<IndexedRow[]> {
    const columns = "id, lot_number, item_code, item_name, good_quantity";
    const select = (where: string, order: string, values: (string | number)[]): IndexedRow[] =>
      this.#reader.rows(
        this.#segment,
        `SELECT ${columns} FROM {rows} WHERE ${where} ORDER BY ${order} DESC LIMIT ?`,
        values,
      );
    this.#verifyTexts();
    let last: { text: string; id: number } | null = null;
    for (let most = 2_000; ; ) {
      const started = performance.now();
      let rows: IndexedRow[];
      if (last === null) rows = select("1", "production_date DESC, id", [most]);
      else {
        // The rest of one text is sought by id, as in the pages of records: thousands of rows share a text.
        rows = select("production_date = ? AND id < ?", "id", [last.text, last.id, most]);
        if (rows.length < most) {
          const older = select("production_date < ?", "production_date DESC, id", [last.text, most - rows.length]);
          rows = rows.concat(older);
        }
      }
      const id = rows.at(-1)?.[0];
      if (id !== undefined) last = { text: this.textOf(id), id };
      const took = performance.now() - started;
      this.#stayUnchanged();
      if (id === undefined) return;
      yield rows;
      // Other work of the process has its turn, among it the timer that lets the file go.
      await Bun.sleep(0);
      most = Math.max(leastRows, Math.min(mostRows, Math.floor((rows.length * sliceMs) / Math.max(took, 1))));
    }
  }

  textOf(id: number): string {
    const [found] = this.#reader.rows<[unknown]>(this.#segment, "SELECT production_date FROM {rows} WHERE id = ?", [
      id,
    ]);
    const text = found?.[0];
    if (typeof text === "string" && !text.includes("\ufffd")) return text;
    this.#stayUnchanged();
    throw oddTexts();
  }

  /** Rows spread over the file, for an idea of its quantities: 64 seeks. */
  sampleQuantities(): number[] {
    const { minId, maxId } = this.#segment.facts;
    if (minId === null || maxId === null) return [];
    const parts = 64;
    const firstIds = Array.from({ length: parts }, (_, part) => minId + Math.floor(((maxId - minId) / parts) * part));
    const sql = "SELECT good_quantity FROM {rows} WHERE id >= ? ORDER BY id LIMIT 1024";
    const values = firstIds.flatMap((id) => this.#reader.rows<[unknown]>(this.#segment, sql, [id]));
    return values.flatMap(([quantity]) => (Number.isFinite(quantity) ? [quantity as number] : []));
  }

  /** Dates stored as bytes sort above every text and are no text to seek by. */
  #verifyTexts(): void {
    const sql = "SELECT 1 FROM {rows} WHERE production_date >= x'' OR production_date < '' LIMIT 1";
    if (this.#reader.rows(this.#segment, sql, []).length > 0) throw oddTexts();
  }

  #stayUnchanged(): void {
    if (this.#segment.immutable || isUnchanged(this.#segment)) return;
    throw new SourceError("changing", "The file changed while its search index was made.");
  }
}

const oddTexts = (): UnsuitableError =>
  new UnsuitableError("This file holds dates that are no text, so that searches read its rows.");
