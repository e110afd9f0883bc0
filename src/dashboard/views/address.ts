import { daysText } from "../../segments/day.ts";
import { addressOf, type Filter, type Now, parseFilter } from "../filter.ts";
import type { Texts } from "../i18n/ko.ts";
import type { Page } from "../page.ts";
import { innerPages, pages } from "../pages/index.ts";
import { parseParams } from "../params.ts";
import { ownPath } from "../preferences.ts";

/** A page of the dashboard with what it shows. */
export interface Place {
  page: Page;
  filter: Filter;
  /** What it is the page of, such as an item's code; empty for a page of the menu. */
  thing: string;
  /** Its address as the dashboard itself writes it: what is not understood is left out, and named periods stay names. */
  address: string;
}

/** Reads an address that was sent or stored; null where it is not one of the dashboard's pages. */
export function readAddress(text: string, now: Now, texts: Texts): Place | null {
  // What leads elsewhere is made "/", which must not pass for the overview.
  const url = ownPath(text) === text ? URL.parse(text, "http://hub") : null;
  if (!url) return null;
  const path = url.pathname.replace(/(?<=.)\/$/, "");
  const page = [...pages, ...innerPages].find((one) => thingOf(one, path) !== null);
  if (!page) return null;
  const { filter } = parseFilter(url.searchParams, now);
  const { params } = parseParams(page.params ?? {}, url.searchParams, texts);
  return { page, filter, thing: thingOf(page, path)!, address: addressOf(path, filter, params) };
}

/** What a path names of the things that a page stands for, such as a code; empty where it stands for itself, null where it is another page's. */
function thingOf({ path: pattern }: Page, path: string): string | null {
  const [before, named] = pattern.split(":");
  if (named === undefined) return pattern === path ? "" : null;
  if (!path.startsWith(before!) || path === before) return null;
  try {
    return decodeURIComponent(path.slice(before!.length));
  } catch {
    return null;
  }
}

/** Items that are named one by one in a sentence. */
const mostNamed = 3;

/** What a filter shows, in words: the period, and the items and the keyword where it names some. */
export function describeFilter(filter: Filter, texts: Texts): string[] {
  const { period, items, q } = filter;
  const chosen = items.length > mostNamed ? texts.filter.chosenItems(String(items.length)) : items.join(", ");
  return [period === "custom" ? daysText(filter) : texts.filter.periods[period], chosen, q && `“${q}”`].filter(Boolean);
}
