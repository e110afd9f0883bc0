/**
 * A Korean pattern: blanks may stand, or be missing, between any two syllables and wherever the source has one, because
 * people write "이번달", "이번 달" and "이 번 달". Global, with named groups as the source has them.
 */
export function ko(source: string): RegExp {
  return new RegExp(source.replaceAll(" ", "\\s*").replace(/([가-힣)?])(?=[가-힣])/g, "$1\\s*"), "gu");
}

/** An English pattern of whole words: a blank in the source stands for any number of blanks, at least one. Global. */
export function en(source: string): RegExp {
  return new RegExp(`(?<![a-z0-9])(?:${source.replaceAll(" ", "\\s+")})(?![a-z0-9])`, "gu");
}
