/** The words of this part of the dashboard in Korean; `en/batches.ts` holds the same keys. */
export const batches = {};
