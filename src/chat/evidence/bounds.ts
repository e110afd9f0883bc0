import type { Vagueness } from "./units.ts";
import type { NumberInText } from "./written-numbers.ts";

/** Between which values a number's meaning lies. */
export interface Bounds {
  low: number;
  high: number;
}

/** What sums of floating-point numbers may be off by, of their size. */
const rounding = 1e-12;

/**
 * Which values a number may stand for: those that give it when they are rounded or cut off at its last digit. What is said to be
 * about so much may differ by the last digit that is not 0, at most by 5 %; what is said to be more or less, by a quarter.
 */
export function boundsOf(
  { value, step, form }: Pick<NumberInText, "value" | "step" | "form">,
  vague: Vagueness,
): Bounds {
  const slack = Math.max(1e-9, value * rounding);
  if (step === 0 || (form === "words" && value <= 10 && step === 1 && vague !== "exact")) {
    const near = (vague === "about" || vague === "near" ? 0.1 : 0.05) * value;
    if (vague === "over") return { low: value - slack, high: 1.25 * value };
    if (vague === "under") return { low: 0.75 * value, high: value + slack };
    return { low: value - near, high: value + near };
  }
  const shown = zeros(value, step);
  if (vague === "over") return { low: value - slack, high: value + Math.max(step, Math.min(shown, 0.25 * value)) };
  if (vague === "under") return { low: value - Math.max(step, Math.min(shown, 0.25 * value)), high: value + slack };
  if (vague === "about" || vague === "near") {
    const near = (most: number): number => Math.max(step / 2, Math.min(most, 0.05 * value)) + slack;
    return { low: value - near(vague === "near" ? shown : shown / 2), high: value + near(shown) };
  }
  const cutOff = Math.min(step * (1 - 1e-4), 0.1 * value);
  return { low: value - step / 2 - slack, high: value + Math.max(step / 2 + slack, cutOff) };
}

/** What the last digit counts that is not 0. */
function zeros(value: number, step: number): number {
  let digits = Math.round(value / step);
  let shown = step;
  while (digits !== 0 && digits % 10 === 0) {
    digits /= 10;
    shown *= 10;
  }
  return shown;
}
