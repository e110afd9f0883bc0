/**
 * A Korean pattern: blanks may stand, or be missing, between any two syllables and wherever the source has one, because
 * people write "이번달", "이번 달" and "이 번 달". Sets in square brackets stay as they are. Global, with named groups as the source has them.
 */
export function ko(source: string): RegExp {
  const blanks = source.replaceAll(" ", "\\s*");
  return new RegExp(
    blanks.replaceAll(/(\[[^\]]*\]|[가-힣)?])(?=([가-힣])?)/gu, (part, _, next) =>
      next === undefined ? part : `${part}\\s*`,
    ),
    "gu",
  );
}

/** An English pattern of whole words: a blank in the source stands for any number of blanks, at least one. Global. */
export function en(source: string): RegExp {
  return new RegExp(`(?<![a-z0-9])(?:${source.replaceAll(" ", "\\s+")})(?![a-z0-9])`, "gu");
}
