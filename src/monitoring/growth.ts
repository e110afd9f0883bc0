import { median } from "../statistics/robust.ts";

const hour = 3_600_000;

/** The hub's memory at a time. */
export interface MemoryAt {
  /** Ms since 1970. */
  at: number;
  bytes: number;
}

/** A growth of the hub's memory that does not look like the work of the moment. */
export interface Growth {
  /** What it had at first and what it has now, on the line through all points, bytes. */
  from: number;
  to: number;
  bytesPerHour: number;
  hours: number;
  /** In how many hours the machine's memory is used up at this rate; null where that is days away. */
  hoursLeft: number | null;
}

/** Memory is looked at for a day, and judged from half a day on: what a hub does repeats itself daily. */
export const growthWindowMs = 24 * hour;
const shortestMs = 12 * hour;
/** Caches fill within the first hour of a run. */
export const warmUpMs = hour;
/** Growth below both is no matter: half of what there was, and 100 MB. */
const worthTelling = { share: 0.5, bytes: 100 * 1024 * 1024 };
/** What is heading for the machine's limit within three days is told whatever its share. */
const soonHours = 72;
/** Share of the pairs of points that must rise: of a level that stepped up once, three quarters do at the most. */
const steadyShare = 0.8;

/**
 * Whether memory grew all the time, judged by the median of the slopes between all pairs of points (Theil 1950, Sen 1968), which up to 29 % of
 * points that are anywhere do not move, and by the share of the pairs that rise (Kendall). `room`: bytes until the machine has too little, null where that is not
 * known. Null where nothing is to be told. `points` ascend in time and are at most some hundred.
 */
export function growthOf(points: readonly MemoryAt[], room: number | null): Growth | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.at - first.at < shortestMs) return null;
  const slopes: number[] = [];
  for (const [index, later] of points.entries()) {
    for (const earlier of points.slice(0, index)) slopes.push((later.bytes - earlier.bytes) / (later.at - earlier.at));
  }
  const rising = slopes.filter((slope) => slope > 0).length / slopes.length;
  const slope = median(slopes);
  if (rising < steadyShare || slope <= 0) return null;
  const start = median(points.map(({ at, bytes }) => bytes - slope * (at - first.at)));
  const grown = slope * (last.at - first.at);
  const hoursLeft = room === null ? null : Math.max(0, room / slope / hour);
  const soon = hoursLeft !== null && hoursLeft < soonHours;
  if (grown < worthTelling.bytes || (grown < worthTelling.share * start && !soon)) return null;
  return {
    from: start,
    to: start + grown,
    bytesPerHour: slope * hour,
    hours: (last.at - first.at) / hour,
    hoursLeft: soon ? hoursLeft : null,
  };
}
