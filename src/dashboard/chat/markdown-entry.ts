export { micromark } from "micromark";
export { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";
