import type { PageAddress } from "../reports/report.ts";
import { addressOf } from "./filter.ts";

/** The address of a page that shows the days of a report, as the pages' own links write it. */
export const reportAddress: PageAddress = (path, days, other) =>
  addressOf(path, {
    period: "custom",
    ...days,
    items: [],
    q: "",
    unit: "auto",
    ...(other ? { compare: "custom", other } : { compare: "previous" }),
  });
