import { ByteWriter } from "./bytes.ts";
import { chunkRows, maxLotLength } from "./layout.ts";
import { PostingWriter } from "./posting-list.ts";

/** Runs in one chunk: 8 a row, which take some 25 bytes; lots counted upwards make 3, which take 7. */
const maxRuns = 8 * chunkRows;

/** Lanes after those of the places in a lot. */
export const lanes = {
  item: maxLotLength,
  quantity: maxLotLength + 1,
  withoutLot: maxLotLength + 2,
  oddLot: maxLotLength + 3,
};
const laneCount = maxLotLength + 4;
const none = -1;

/** The data do not suit an index; the message is a sentence for operators. */
export class UnsuitableError extends Error {
  override name = "UnsuitableError";
}

/**
 * Collects the runs of one chunk. Each lane is in at most one list at a time, such as one place in the lot in that of its trigram; a row
 * only says what changes. Runs end up in order of their lists by counting, which is linear.
 */
export class Postings {
  readonly #laneList = new Int32Array(laneCount).fill(none);
  readonly #laneStart = new Int32Array(laneCount);
  #lists = new Uint32Array(1 << 16);
  #starts = new Uint32Array(1 << 16);
  #lengths = new Uint32Array(1 << 16);
  #runs = 0;
  readonly #bytes = new ByteWriter();
  readonly #writer = new PostingWriter(this.#bytes);

  /** From the row at this position of the chunk on, the lane is in `list`, or in none (-1). */
  enter(lane: number, list: number, position: number): void {
    const before = this.#laneList[lane]!;
    if (before === list) return;
    if (before !== none) this.#add(before, this.#laneStart[lane]!, position);
    this.#laneList[lane] = list;
    this.#laneStart[lane] = position;
  }

  /** Ends the chunk after `rows` rows and gives out its lists in ascending order; the lanes go on in the next chunk. */
  flush(rows: number, listCount: number, take: (list: number, bytes: Uint8Array) => void): void {
    for (let lane = 0; lane < laneCount; lane++) {
      const list = this.#laneList[lane]!;
      if (list !== none) this.#add(list, this.#laneStart[lane]!, rows);
      this.#laneStart[lane] = 0;
    }
    const ends = new Uint32Array(listCount);
    for (let run = 0; run < this.#runs; run++) ends[this.#lists[run]!]!++;
    for (let list = 1; list < listCount; list++) ends[list]! += ends[list - 1]!;
    const order = new Uint32Array(this.#runs);
    const free = new Uint32Array(listCount);
    free.set(ends.subarray(0, -1), 1);
    for (let run = 0; run < this.#runs; run++) order[free[this.#lists[run]!]!++] = run;
    for (let list = 0, at = 0; list < listCount; list++) {
      const end = ends[list]!;
      if (at === end) continue;
      this.#bytes.clear();
      this.#writer.begin();
      for (; at < end; at++) this.#writer.run(this.#starts[order[at]!]!, this.#lengths[order[at]!]!);
      take(list, this.#bytes.written());
    }
    this.#runs = 0;
  }

  #add(list: number, start: number, end: number): void {
    if (start === end) return;
    if (this.#runs === this.#lists.length) this.#grow();
    this.#lists[this.#runs] = list;
    this.#starts[this.#runs] = start;
    this.#lengths[this.#runs] = end - start;
    this.#runs++;
  }

  #grow(): void {
    if (this.#runs >= maxRuns) {
      throw new UnsuitableError("The lots of this file have too little in common from row to row for a search index.");
    }
    const larger = (values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const room = new Uint32Array(values.length * 2);
      room.set(values);
      return room;
    };
    this.#lists = larger(this.#lists);
    this.#starts = larger(this.#starts);
    this.#lengths = larger(this.#lengths);
  }
}
