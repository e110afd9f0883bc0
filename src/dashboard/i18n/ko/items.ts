/** The words of this part of the dashboard in Korean; `en/items.ts` holds the same keys. */
export const items = {};
