/** A number that an answer must come close to. */
export class Near {
  readonly value: number;
  readonly tolerance: number;
  /** The most decimal places the answer may show; any when undefined. */
  readonly decimals: number | undefined;

  constructor(value: number, tolerance: number, decimals?: number) {
    this.value = value;
    this.tolerance = tolerance;
    this.decimals = decimals;
  }

  /** Whether `actual` is a number within the tolerance that shows no more decimals than allowed. */
  accepts(actual: unknown): boolean {
    if (typeof actual !== "number" || !(Math.abs(actual - this.value) <= this.tolerance)) return false;
    return this.decimals === undefined || Number(actual.toFixed(this.decimals)) === actual;
  }

  toJSON(): string {
    return `${this.value} ± ${this.tolerance}`;
  }
}

/** A number that an answer must come within `tolerance` of. */
export function near(value: number, tolerance: number, decimals?: number): Near {
  return new Near(value, tolerance, decimals);
}

/**
 * Compares an answer with what was expected: the same keys, lengths and values, numbers within their `Near`.
 * @returns a sentence about the first difference, or null when there is none
 */
export function difference(actual: unknown, expected: unknown, at = "answer"): string | null {
  if (expected instanceof Near) {
    return expected.accepts(actual) ? null : `${at} is ${brief(actual)}, expected ${brief(expected)}`;
  }
  if (expected === null || typeof expected !== "object") {
    return actual === expected ? null : `${at} is ${brief(actual)}, expected ${brief(expected)}`;
  }
  if (actual === null || typeof actual !== "object" || Array.isArray(actual) !== Array.isArray(expected)) {
    return `${at} is ${brief(actual)}, expected ${brief(expected)}`;
  }
  const found = Object.keys(actual).sort().join(", ");
  const wanted = Object.keys(expected).sort().join(", ");
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) {
      return `${at} has ${actual.length} entries, expected ${expected.length}: ${brief(actual)} instead of ${brief(expected)}`;
    }
  } else if (found !== wanted) {
    return `${at} has the fields ${found}; expected ${wanted}`;
  }
  for (const [key, value] of Object.entries(expected)) {
    const sentence = difference((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
    if (sentence) return sentence;
  }
  return null;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
