import type { Language } from "../language.ts";
import type { Asking, PageDesk } from "./ask.ts";
import { addressOf, type Fault, type Filter } from "./filter.ts";
import type { HubView } from "./hub-operations.ts";
import type { Format } from "./i18n/format.ts";
import type { Texts } from "./i18n/ko.ts";
import type { Theme } from "./preferences.ts";
import type { TargetsView } from "./targets-view.ts";

/** Texts of a page's own parameters as they stand in an address, without those that say the default. */
export type ParamTexts = Readonly<Record<string, string>>;

/** How a page is shown on a screen on the wall: nothing to operate, and after a while the next page. */
export interface Wall {
  seconds: number;
  /** The address of the page after this one, and that of this one without the wall. */
  next: string;
  leave: string;
  /** The saved view that this page is; null for one that is none. */
  name: string | null;
}

/** The days there are: all of them, and the newest up to today. */
export interface Coverage {
  first: string | null;
  last: string | null;
  newest: string | null;
}

/** What a page is made for: who asks for it, with which filter, on which data. */
export interface View {
  /** The page's path as it stands in its address, such as `/` or `/dashboard/items/A%2F1`. */
  path: string;
  language: Language;
  theme: Theme;
  texts: Texts;
  format: Format;
  /** The factory's date. */
  today: string;
  filter: Filter;
  faults: readonly Fault[];
  /** The page's own parameters, names of those that say where on the page one is, and what is to be told of those that could not be used. */
  params: ParamTexts;
  passing: readonly string[];
  paramFaults: readonly string[];
  /** Codes that the filter's items and keyword leave; absent where it names neither. */
  codes: readonly string[] | undefined;
  /** Names of the items that the filter names. */
  names: ReadonlyMap<string, string | null>;
  coverage: Coverage;
  /** Version of the data, and when their newest file was written (ISO 8601). */
  version: string;
  asOf: string | null;
  /** True while an earlier version of some file answers. */
  lagging: boolean;
  requestId: string;
  desk: PageDesk;
  /** The monthly targets; absent where the data cannot be asked. */
  targets?: TargetsView;
  /** Absent where the page is not on a wall screen. */
  wall?: Wall;
  /** The hub's own state, on a page about it. */
  hub?: HubView;
}

/** Asks several questions for a page, from one version of the data. */
export async function ask<const Asked extends Record<string, Asking>>(view: View, asked: Asked) {
  return (await view.desk.ask(asked, view.requestId)).answers;
}

/** Whether nothing is known yet of any day of the filter's period: figures of 0 would look as if nothing had been made. */
export function isAheadOfData({ coverage, filter }: Pick<View, "coverage" | "filter">): boolean {
  return coverage.newest !== null && filter.from > coverage.newest;
}

/** What a link has different from the page it stands on; a parameter that is null is taken out. */
export interface LinkChanges extends Partial<Filter> {
  params?: Readonly<Record<string, string | null>>;
}

/** The link to the same page with another filter or other parameters, or to another page with the same filter. */
export function link(view: View, { params, ...changes }: LinkChanges = {}, path: string = view.path): string {
  const isPassing = (name: string): boolean => view.passing.includes(name);
  const stays = Object.keys(changes).length === 0 && Object.keys(params ?? {}).every(isPassing);
  const here = path === view.path ? Object.entries(view.params).filter(([name]) => stays || !isPassing(name)) : [];
  const own = Object.entries({ ...Object.fromEntries(here), ...params });
  const kept = own.filter((entry): entry is [string, string] => entry[1] !== null);
  return addressOf(path, { ...view.filter, ...changes }, Object.fromEntries(kept));
}
