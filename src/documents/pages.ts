import { renderDocument } from "./markdown.ts" with { type: "macro" };

/** The hub's documents as HTML. A module of its own, so that the hub starts without them. */
export const documents = {
  manual: { ko: renderDocument("operations_manual.ko.md"), en: renderDocument("operations_manual.md") },
  guide: renderDocument("api.md"),
};
