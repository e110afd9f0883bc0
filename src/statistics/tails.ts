/**
 * Probability that a Poisson count with this mean is at least `count`, which need not be whole: P(count, mean), the regularized lower incomplete
 * gamma function (Abramowitz and Stegun 26.4.21). 1 for a count of 0 or less.
 */
export function poissonAtLeast(count: number, mean: number): number {
  if (count <= 0) return 1;
  return mean <= 0 ? 0 : lowerGamma(count, mean);
}

/** Probability that a Poisson count with this mean is at most `count`, which need not be whole: Q(count + 1, mean). */
export function poissonAtMost(count: number, mean: number): number {
  if (count < 0) return 0;
  return mean <= 0 ? 1 : upperGamma(count + 1, mean);
}

/** Probability of at least `successes` in `trials` of which each succeeds with probability `chance`; summed up term by term. */
export function binomialAtLeast(successes: number, trials: number, chance: number): number {
  if (successes <= 0) return 1;
  if (successes > trials || chance <= 0) return 0;
  if (chance >= 1) return 1;
  let sum = 0;
  for (let k = successes; k <= trials; k++) {
    const term = Math.exp(logChoose(trials, k) + k * Math.log(chance) + (trials - k) * Math.log1p(-chance));
    sum += term;
    // Past the most likely number the terms fall at least as fast as a geometric series.
    if (k > trials * chance && term < sum * 1e-12) break;
  }
  return Math.min(1, sum);
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** P(a, x): the series below a + 1, else one minus the continued fraction (Numerical Recipes, 3rd edition, 6.2). */
function lowerGamma(a: number, x: number): number {
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

function upperGamma(a: number, x: number): number {
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

const tiny = 1e-300;
const enough = 1e-14;
const mostSteps = 10_000;

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostSteps; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * enough) break;
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a));
}

/** Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < mostSteps; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / notZero(an * d + b);
    c = notZero(b + an / c);
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < enough) break;
  }
  return h * Math.exp(a * Math.log(x) - x - logGamma(a));
}

const notZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** Coefficients of Lanczos' approximation with g = 7 and n = 9 (relative error below 1e-14). */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function, for positive arguments (Lanczos, SIAM Journal on Numerical Analysis B 1, 1964). */
export function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const x = z - 1;
  const base = x + 7.5;
  const series = lanczos.reduce((sum, coefficient, at) => (at === 0 ? coefficient : sum + coefficient / (x + at)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(base) - base + Math.log(series);
}
