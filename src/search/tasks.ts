import { buildSearchIndex, type SearchOrder } from "./build.ts";

/** Makes search indexes in a process of its own, because the pass over 7 million rows takes some nine seconds of processor time. */
export const searchTasks = {
  "search.build": (order: SearchOrder, report: (rows: number) => void): Promise<void> =>
    buildSearchIndex(order, report),
};
