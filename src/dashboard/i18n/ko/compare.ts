/** The words of this part of the dashboard in Korean; `en/compare.ts` holds the same keys. */
export const compare = {};
