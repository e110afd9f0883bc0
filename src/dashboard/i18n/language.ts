import { en } from "./en.ts";
import { ko, type Texts } from "./ko.ts";

/** The dashboard's languages, the first one for whoever asks for neither. */
export const languages = ["ko", "en"] as const;
export type Language = (typeof languages)[number];

/** The words in each language. */
export const texts: Readonly<Record<Language, Texts>> = { ko, en };
