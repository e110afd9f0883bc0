/** Colours of items in the stylesheet, `--item-0` and on: told apart with every common colour blindness (Okabe and Ito, 2008). */
const colours = 8;

/** The number of an item's colour: of its code alone, so that it is the same on every page, in every period and on every day. */
export function colourOf(itemCode: string): number {
  return Number(Bun.hash.crc32(itemCode) % colours);
}
