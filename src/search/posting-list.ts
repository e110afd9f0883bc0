import type { ByteWriter } from "./bytes.ts";
import type { OrdinalSet } from "./ordinal-set.ts";

/**
 * A posting list holds the positions of the rows of one chunk that have a key, as runs in ascending order. A run is one varint, twice the
 * gap since the end of the run before, plus 1 where it is longer than one row; then a second varint follows, its length less 2. Lots
 * counted upwards make runs of thousands of rows or of one.
 */
export class PostingWriter {
  readonly #out: ByteWriter;
  #end = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** Begins another list. */
  begin(): void {
    this.#end = 0;
  }

  /** Appends a run of `length` rows from `start` on, which is not before the end of the last one. */
  run(start: number, length: number): void {
    const gap = start - this.#end;
    if (length === 1) this.#out.varint(2 * gap);
    else {
      this.#out.varint(2 * gap + 1);
      this.#out.varint(length - 2);
    }
    this.#end = start + length;
  }
}

/** Adds the rows of a list to the set. */
export function addRows(list: Uint8Array, set: OrdinalSet): void {
  eachRun(list, (start, end) => set.add(start, end));
}

/** Removes the rows of a list from the set. */
export function removeRows(list: Uint8Array, set: OrdinalSet): void {
  eachRun(list, (start, end) => set.remove(start, end));
}

/** Removes from the set all rows that are not in the list. */
export function retainRows(list: Uint8Array, set: OrdinalSet, rows: number): void {
  let kept = 0;
  eachRun(list, (start, end) => {
    set.remove(kept, start);
    kept = end;
  });
  set.remove(kept, rows);
}

function eachRun(list: Uint8Array, take: (start: number, end: number) => void): void {
  let at = 0;
  let end = 0;
  while (at < list.length) {
    let byte = list[at++]!;
    let head = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = list[at++]!;
      head |= (byte & 0x7f) << shift;
    }
    const start = end + (head >>> 1);
    end = start + 1;
    if (head & 1) {
      byte = list[at++]!;
      let more = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = list[at++]!;
        more |= (byte & 0x7f) << shift;
      }
      end += more + 1;
    }
    take(start, end);
  }
}
