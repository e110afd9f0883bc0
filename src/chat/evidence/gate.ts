import { SeenText } from "./as-seen.ts";
import { type Ground, Reader } from "./reader.ts";

export type { Ground } from "./reader.ts";

/** A number as it stands in a text, and where. */
export interface WrittenNumber {
  written: string;
  at: number;
}

/** The numbers of a text that nothing supports, in their order. */
export function unsupportedNumbers(text: string, ground: Ground): WrittenNumber[] {
  const gate = new NumberGate(ground, () => {});
  gate.push(text);
  return gate.end();
}

/** Lets a streamed text through up to the first number that nothing supports. */
export class NumberGate {
  readonly #reader: Reader;
  readonly #forward: (text: string) => void;
  readonly #seen = new SeenText();
  readonly #wrong: WrittenNumber[] = [];
  #forwarded = 0;

  /** `forward` hears what is certain, as soon as it is. */
  constructor(ground: Ground, forward: (text: string) => void) {
    this.#reader = new Reader(ground);
    this.#forward = forward;
  }

  get forwarded(): string {
    return this.text.slice(0, this.#forwarded);
  }

  /** The text so far. */
  get text(): string {
    return this.#seen.written;
  }

  push(text: string): void {
    this.#seen.add(text, false);
    this.#readOn(false);
  }

  /** Forwards the rest if all is well; else gives the numbers that nothing supports, none of which was forwarded. */
  end(): WrittenNumber[] {
    this.#seen.add("", true);
    this.#readOn(true);
    return this.#wrong;
  }

  #readOn(last: boolean): void {
    const { text } = this.#seen;
    for (;;) {
      const { upTo, wrong } = this.#reader.read(text, last);
      if (!wrong) {
        this.#forwardTo(last ? this.text.length : this.#before(upTo));
        return;
      }
      this.#forwardTo(this.#before(wrong.start));
      const [start, end] = [this.#seen.startOf(wrong.start), this.#seen.endOf(wrong.end)];
      this.#wrong.push({ written: this.text.slice(start, end), at: start });
    }
  }

  /** Where what precedes a place of the seen text ends; one written character may be seen as several. */
  #before(place: number): number {
    return Math.min(this.#seen.endOf(place), this.#seen.startOf(place));
  }

  #forwardTo(place: number): void {
    if (this.#wrong.length > 0 || place <= this.#forwarded) return;
    const piece = this.text.slice(this.#forwarded, place);
    this.#forwarded = place;
    this.#forward(piece);
  }
}
