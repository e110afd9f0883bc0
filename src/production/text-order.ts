/**
 * Compares two texts as SQLite's BINARY collation does, by their UTF-8 bytes. JavaScript compares UTF-16 units, which differs only
 * where one text has a character beyond U+FFFF (a surrogate pair) and the other one from U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

/** Moves surrogates behind the rest of the basic plane. */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);

/** A value of a text column as text, where SQLite gave the bytes of a BLOB. */
export function asText(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}
