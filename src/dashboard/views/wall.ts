import type { SavedView } from "../../store/saved-views.ts";
import { pages } from "../pages/index.ts";
import { link, type View, type Wall } from "../view.ts";
import { readAddress } from "./address.ts";

/** Seconds that a page is shown where the address says no other number. */
export const wallPreset = 30;
const bounds = { least: 5, most: 600 };

/** Seconds that each page is shown, from an address: `wall=1` is 30, `wall=SECONDS` 5 to 600. Null where it is no wall screen. */
export function wallSeconds(query: URLSearchParams): number | null {
  const text = query.getAll("wall").at(-1)?.trim();
  if (!text || text === "0") return null;
  const seconds = Math.round(Number(text));
  if (!Number.isFinite(seconds) || seconds === 1) return wallPreset;
  return Math.min(Math.max(seconds, bounds.least), bounds.most);
}

/**
 * The wall of a page. Its stops are the views that are marked for wall screens, else all pages about production with the filter of this one. The
 * next one is reckoned anew on every page, so that a screen that runs for months takes up a view that is marked today.
 */
export function wallOf(view: View, seconds: number, saved: readonly SavedView[]): Wall {
  const now = { today: view.today, newest: view.coverage.newest };
  const marked = saved
    .filter(({ onWall }) => onWall)
    .flatMap(({ name, address }) => {
      const place = readAddress(address, now, view.texts);
      return place && !place.page.unfiltered ? [{ name, address: place.address }] : [];
    });
  const all = pages
    .filter(({ unfiltered }) => !unfiltered)
    .map(({ path }) => ({ name: null, address: link(view, {}, path) }));
  const stops = marked.length > 0 ? marked : all;
  const leave = link(view);
  const here = stops.findIndex(({ address }) => address === leave);
  const next = stops[(here + 1) % stops.length]!;
  return { seconds, next: onWall(next.address, seconds), leave, name: stops[here]?.name ?? null };
}

/** The address of a page on a wall screen. */
export function onWall(address: string, seconds: number): string {
  return `${address}${address.includes("?") ? "&" : "?"}wall=${seconds === wallPreset ? 1 : seconds}`;
}
