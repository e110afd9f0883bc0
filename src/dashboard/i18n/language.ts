import type { Language } from "../../language.ts";
import { en } from "./en.ts";
import { ko, type Texts } from "./ko.ts";

/** The words in each language. */
export const texts: Readonly<Record<Language, Texts>> = { ko, en };
