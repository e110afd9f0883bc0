/** The words of this part of the dashboard in Korean; `en/views.ts` holds the same keys. */
export const views = {};
