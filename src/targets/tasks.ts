import type { ItemDays } from "../production/item-days.ts";
import type { Cell } from "./file/values.ts";
import type { MonthForecast } from "./month-forecast.ts";
import type { FileContent, KnownItem, Month } from "./types.ts";

/** A file of targets as it was sent, or rows of cells. */
export type Upload = { base64: string } | { rows: Cell[][] };

/** The worker's side of targets: what takes long, and what must not take the hub along when a file is malicious. */
export const targetTasks = {
  "targets.read": async ({
    upload,
    items,
    today,
  }: {
    upload: Upload;
    items: KnownItem[];
    today: string;
  }): Promise<FileContent> => {
    if ("rows" in upload) return (await import("./file/read-rows.ts")).readRows(upload.rows, { items, today });
    const { readFile } = await import("./file/read-file.ts");
    return readFile(Buffer.from(upload.base64, "base64"), { items, today });
  },
  /** `history` is the answer to `item_days` as it came from the desk: a text, so that the hub itself need not read some MB. */
  "targets.forecast": async (order: { history: string; month: Month; last: string }): Promise<MonthForecast> =>
    (await import("./month-forecast.ts")).monthForecast(JSON.parse(order.history) as ItemDays, order),
};
