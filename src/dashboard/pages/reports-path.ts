/** Where the page of reports is; what is done there is below it. */
export const reportsPath = "/dashboard/reports";
