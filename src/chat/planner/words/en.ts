import type { Words } from "./ko.ts";

/** The planner's words in English. */
export const en: Words = {
  notFound: (words) => `No item fits '${words}'. Please check the code or the name.`,
  which: (count) => `${count} items fit. Which one do you mean? Answer with its number or code.`,
  noSuchDay: (words) => `'${words}' is not a day of the calendar. Please check the date.`,
  tooLong: (days) => `Figures by day can be given for at most ${days} days. Please choose a shorter period.`,
};
