/** The words of this part of the dashboard in Korean; `en/operations.ts` holds the same keys. */
export const operations = {};
