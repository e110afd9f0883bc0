/**
 * The text of a CSV file: UTF-8 or UTF-16 with a byte order mark, UTF-8 without, else CP949, in which Korean editions of Excel save "CSV". The decoder that the
 * Encoding Standard calls EUC-KR is CP949 (https://encoding.spec.whatwg.org/#legacy-multi-byte-korean-encodings).
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("euc-kr").decode(bytes);
  }
}
