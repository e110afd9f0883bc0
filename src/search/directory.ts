import { ByteWriter } from "./bytes.ts";

/** Where the chunks of each list stand, as it becomes known while chunk after chunk is written. */
export class Directory {
  readonly #lists: number[] = [];
  readonly #chunks: number[] = [];
  readonly #positions: number[] = [];
  readonly #lengths: number[] = [];

  add(list: number, chunk: number, position: number, length: number): void {
    this.#lists.push(list);
    this.#chunks.push(chunk);
    this.#positions.push(position);
    this.#lengths.push(length);
  }

  /** The directory with the lists in this order: for each list and one more where it begins, and the bytes. */
  inOrder(order: readonly number[]): { starts: Uint32Array; bytes: Uint8Array } {
    const entries = new Map<number, number[]>();
    for (const [entry, list] of this.#lists.entries()) {
      const found = entries.get(list);
      if (found) found.push(entry);
      else entries.set(list, [entry]);
    }
    const out = new ByteWriter();
    const starts = new Uint32Array(order.length + 1);
    for (const [at, list] of order.entries()) {
      starts[at] = out.length;
      let chunk = 0;
      let position = 0;
      for (const entry of entries.get(list) ?? []) {
        out.varint(this.#chunks[entry]! - chunk);
        out.varint(this.#positions[entry]! - position);
        out.varint(this.#lengths[entry]!);
        chunk = this.#chunks[entry]!;
        position = this.#positions[entry]!;
      }
    }
    starts[order.length] = out.length;
    return { starts, bytes: out.written() };
  }
}
