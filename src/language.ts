/** The languages in which the hub speaks to people, the first one for whoever asks for neither. */
export const languages = ["ko", "en"] as const;
export type Language = (typeof languages)[number];
