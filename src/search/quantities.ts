/** Part of the rows in one bucket in the middle of the range: a run then takes two bytes, and ten times more rows a bucket still one. */
const share = 1 / 2048;

/**
 * Lower bounds of the buckets into which quantities are sorted, from a sample: each holds some two thousandth of the rows, and towards both ends ever
 * fewer, so that whoever asks for the very large or very small ones is not given many others.
 */
export function bucketBounds(sample: readonly number[]): number[] {
  const sorted = Float64Array.from(sample).sort();
  const cuts: number[] = [];
  for (let part = share; part * sorted.length >= 1; part /= 2) cuts.push(part, 1 - part);
  for (let part = 2 * share; part < 1 - share; part += share) cuts.push(part);
  const bounds = cuts.sort((a, b) => a - b).map((part) => sorted[Math.floor(part * sorted.length)]!);
  return [...new Set(bounds)];
}

/** What lies in each bucket: how many rows, and the least and the greatest quantity among them. */
export interface Buckets {
  /** Lower bounds of all buckets but the first, ascending. */
  bounds: number[];
  rows: number[];
  least: number[];
  greatest: number[];
}

/** Buckets with these bounds and nothing in them. */
export function emptyBuckets(bounds: number[]): Buckets {
  const count = bounds.length + 1;
  const all = (value: number): number[] => new Array<number>(count).fill(value);
  // Finite, because JSON knows no infinity.
  return { bounds, rows: all(0), least: all(Number.MAX_VALUE), greatest: all(-Number.MAX_VALUE) };
}

/** Counts a quantity in and returns its bucket: the number of bounds that are not above it. */
export function enterBucket({ bounds, rows, least, greatest }: Buckets, quantity: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! <= quantity) low = middle + 1;
    else high = middle;
  }
  rows[low]!++;
  if (quantity < least[low]!) least[low] = quantity;
  if (quantity > greatest[low]!) greatest[low] = quantity;
  return low;
}

/** The buckets that hold quantities within the bounds, both inclusive. */
export function bucketsWithin({ rows, least, greatest }: Buckets, min: number, max: number): number[] {
  const all = rows.map((_, bucket) => bucket);
  return all.filter((bucket) => rows[bucket]! > 0 && greatest[bucket]! >= min && least[bucket]! <= max);
}
