/** One bin of two distributions. */
export interface PsiBin {
  key: string;
  /** What fell into it before and now: counts or quantities, not below 0. */
  before: number;
  now: number;
}

/** What one bin adds to the index. */
export interface PsiContribution extends PsiBin {
  /** Of all that fell into any bin, 0 to 1. */
  shareBefore: number;
  shareNow: number;
  contribution: number;
}

/** From this value on a distribution counts as changed, from 0.1 on as changing (Siddiqi, "Credit Risk Scorecards", 2006). */
export const psiThreshold = 0.2;
export const psiNotice = 0.1;

/** A bin that is empty in one period counts as if it held this share: the logarithm of 0 would make every new item alone a shift. */
const leastShare = 0.0005;
/** The share before from which on an item is a bin of its own. */
const ownBinShare = 0.01;
/** Key of the bin that holds all smaller items together. */
export const otherBin = "";

/**
 * Population stability index of a distribution over bins: Σ (now − before) · ln(now / before) over the shares, which is the sum of both
 * Kullback-Leibler divergences (Kullback and Leibler, "On Information and Sufficiency", 1951). 0 for the same shares. Contributions fall. Null
 * where one of the periods has nothing.
 */
export function populationStability(bins: readonly PsiBin[]): { psi: number; bins: PsiContribution[] } | null {
  const allBefore = bins.reduce((sum, { before }) => sum + before, 0);
  const allNow = bins.reduce((sum, { now }) => sum + now, 0);
  if (!(allBefore > 0 && allNow > 0)) return null;
  const contributions = bins.map((bin): PsiContribution => {
    const shareBefore = bin.before / allBefore;
    const shareNow = bin.now / allNow;
    const [p, q] = [Math.max(shareBefore, leastShare), Math.max(shareNow, leastShare)];
    return { ...bin, shareBefore, shareNow, contribution: (q - p) * Math.log(q / p) };
  });
  contributions.sort((a, b) => b.contribution - a.contribution || (a.key < b.key ? -1 : 1));
  return { psi: contributions.reduce((sum, { contribution }) => sum + contribution, 0), bins: contributions };
}

/**
 * Bins for items: each that has 1 % or more in one of the periods is its own, all others are one (`otherBin`). So a catalogue of thousands of items that are
 * made now and then does not look like a shift, which the index of as many nearly empty bins would.
 */
export function itemBins(items: readonly PsiBin[]): PsiBin[] {
  const allBefore = items.reduce((sum, { before }) => sum + before, 0);
  const allNow = items.reduce((sum, { now }) => sum + now, 0);
  const other: PsiBin = { key: otherBin, before: 0, now: 0 };
  const own: PsiBin[] = [];
  for (const item of items) {
    if (item.before >= ownBinShare * allBefore || item.now >= ownBinShare * allNow) own.push(item);
    else {
      other.before += item.before;
      other.now += item.now;
    }
  }
  return other.before > 0 || other.now > 0 ? [...own, other] : own;
}

/**
 * The index that chance alone is expected to give: (bins − 1) · (1/n₁ + 1/n₂), because it is then distributed like χ² times that last factor
 * (Yurdakul, "Statistical Properties of Population Stability Index", 2018). `before` and `now` are the numbers of independent observations.
 */
export function psiByChance(bins: number, before: number, now: number): number {
  return (bins - 1) * (1 / before + 1 / now);
}
