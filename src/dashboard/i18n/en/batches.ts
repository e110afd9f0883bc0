import type { Texts } from "../ko.ts";

/** The words of this part of the dashboard in English. */
export const batches: Texts["batches"] = {};
