/**
 * The words of a parameter's or header's name whose value is a secret. Two that look like it are not, and must be found
 * in the log: `keyword` (what was searched for) and counts of model tokens (`prompt_tokens=12`, `totalTokenCount: 12`).
 */
const sensitive = String.raw`(?:key(?!words?\b)|token(?!(?:s|_?counts?)\W{1,4}\d+\b)|passw|secret)`;
// Only what follows the word is matched, and bounded: a name matched from its start would cost the square of its length.
const nameEnd = String.raw`[\w.%\]-]{0,64}["']?\s{0,4}(?:[=:]|%3[ad])\s{0,4}`;
const quoted = String.raw`"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)`;

const pairs = new RegExp(`(${sensitive}${nameEnd})(?:${quoted}|[^\\s&,;"')}\\]]+)`, "gis");
// Of this header every further word may be part of the secret (`Digest username=…, response=…`).
const authorization = new RegExp(`(authorization${nameEnd})(?:${quoted}|[^\\r\\n&]+)`, "gis");
const credentials = /\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi;
const urlPasswords = /(:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,256}@/g;

/**
 * A function that replaces by `***` what must never stand in a log: the values of parameters and headers whose name
 * contains key, token, password, secret or authorization, credentials, passwords in URLs, and every one of `secrets`
 * wherever it stands (as it is, or as it is written in a URL). Runs in time proportional to the text.
 */
export function redactor(secrets: readonly string[] = []): (text: string) => string {
  const written = new Set(secrets.filter(Boolean).flatMap((secret) => [secret, encodeURIComponent(secret)]));
  // The longest first, so that of two secrets, one the beginning of the other, no rest stays.
  const longestFirst = [...written].sort((a, b) => b.length - a.length);
  const known = longestFirst.length > 0 ? new RegExp(longestFirst.map(RegExp.escape).join("|"), "g") : null;
  return (text) =>
    (known ? text.replace(known, "***") : text)
      .replace(authorization, "$1***")
      .replace(credentials, "$1 ***")
      .replace(pairs, "$1***")
      .replace(urlPasswords, "$1***@");
}
