import type { CustomQueryOrder, CustomQueryRows } from "./answer.ts";

/** The worker's side of custom queries; loaded with the first of them, for most workers are never asked any and shall be ready at once. */
export const customQueryTasks = {
  "custom-query": async (order: CustomQueryOrder): Promise<CustomQueryRows> =>
    (await import("./answer.ts")).answerCustomQuery(order),
};
