import type { Page } from "../page.ts";
import { alerts } from "./alerts.tsx";
import { batches } from "./batches.tsx";
import { chat } from "./chat.tsx";
import { compare } from "./compare.tsx";
import { item } from "./item.tsx";
import { items } from "./items.tsx";
import { monitoring } from "./monitoring.tsx";
import { operations } from "./operations.tsx";
import { overview } from "./overview.tsx";
import { quality } from "./quality.tsx";
import { reports } from "./reports.tsx";
import { targets } from "./targets.tsx";
import { trends } from "./trends.tsx";

/** The pages there are, in the order of the menu, those of each group together: one that stands here is served, linked and has its key. */
export const pages: readonly Page[] = [
  overview,
  trends,
  batches,
  items,
  compare,
  chat,
  targets,
  reports,
  monitoring,
  quality,
  alerts,
  operations,
];

/** Pages that others lead to: served, and no entries of the menu. */
export const innerPages: readonly Page[] = [item];
