/** Makes the median absolute deviation of a normal distribution its standard deviation: 1 / Φ⁻¹(3/4). */
export const madToSigma = 1.482602218505602;

/**
 * The quantile at `share` (0 to 1), linear between neighbours (type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages",
 * The American Statistician 50, 1996; the default of R and NumPy). NaN without values.
 */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), share);
}

/** The same of values that ascend. */
function quantileOfSorted(sorted: readonly number[] | Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

/** The value in the middle; half of all values may be anything without moving it far. NaN without values. */
export function median(values: readonly number[] | Float64Array): number {
  return quantile(values, 0.5);
}

/** Median absolute deviation from the median, not scaled (Hampel, JASA 69, 1974); times `madToSigma` it estimates a standard deviation. */
export function mad(values: readonly number[] | Float64Array, centre: number = median(values)): number {
  return median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/**
 * The mean after the `share` lowest and highest values were set to the quantiles there (Winsor's mean): as steady as a median against slips,
 * and unlike it right on the average for days that have no, one or two batches. NaN without values.
 */
export function winsorizedMean(values: readonly number[] | Float64Array, share = 0.05): number {
  const sorted = Float64Array.from(values).sort();
  const low = quantileOfSorted(sorted, share);
  const high = quantileOfSorted(sorted, 1 - share);
  return sorted.reduce((sum, value) => sum + Math.min(high, Math.max(low, value)), 0) / sorted.length;
}
