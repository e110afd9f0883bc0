import { markdownBundle } from "./markdown-bundle.ts" with { type: "macro" };

/** What browsers load when somebody opens the chat. A module of its own, so that the hub starts without it. */
export const markdownScript: string = markdownBundle();
