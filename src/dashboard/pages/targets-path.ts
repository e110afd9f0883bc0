/** Where the page of targets is; what changes them is below it. */
export const targetsPath = "/dashboard/targets";
