import type { Child } from "hono/jsx";
import type { Table } from "../exports/table.ts";
import type { RecordFilter } from "../production/records.ts";
import type { Params } from "./params.ts";
import type { View } from "./view.ts";

/** A table of a page; the name of its file and its sheet are the page's and its days. */
export type PageTable = Omit<Table, "name">;

/** One page of the dashboard. It asks `production` and nothing else; the layout, the filter and the live refresh are the same for all. */
export interface Page {
  id:
    | "overview"
    | "trends"
    | "batches"
    | "items"
    | "compare"
    | "chat"
    | "targets"
    | "reports"
    | "monitoring"
    | "alerts"
    | "quality"
    | "operations";
  /** As hono writes it: with a pattern, such as `:code{.+}`, it is a page for each of many things, which the menu has not. */
  path: string;
  /** The key that leads here after `g`: any letter but `g` itself. */
  key: string;
  /** The group of the menu in which it stands; absent for that of the production. */
  group?: "hub";
  /** Parameters that its address has beyond the filter. */
  params?: Params;
  /** Its title, where that is not its name in the menu, and the status where what its address names is not there. */
  heading?: (view: View) => Promise<{ title: string; status: 200 | 404 }>;
  content: (view: View) => Promise<Child>;
  /** Parts that are fetched one by one, from `/dashboard/parts/<id>/<name>` with the page's own query. */
  parts?: Readonly<Record<string, (view: View) => Promise<Child>>>;
  /** The rows that can be had as files, at the page's path and `.csv` or `.xlsx`. */
  exported?: (view: View) => RecordFilter;
  /** What the page shows as a table, with all of its lines, to be had as a file at the page's path and `.csv` or `.xlsx`. */
  table?: (view: View) => Promise<PageTable>;
  /** True for a page that shows no production of its own: it has no filter, and is on no wall screen. */
  unfiltered?: true;
  /** True for a page that looks otherwise for whoever may act on the hub. */
  asksAdmin?: true;
  /** True for a page about the hub itself: it is made anew for whoever asks, is there when no data are, and hears of the hub's jobs. */
  aboutHub?: true;
}
