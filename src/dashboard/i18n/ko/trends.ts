/** The words of this part of the dashboard in Korean; `en/trends.ts` holds the same keys. */
export const trends = {};
