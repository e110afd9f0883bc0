/** What people may do with a job. */
export const jobActions = ["run", "pause", "resume"] as const;
export type JobAction = (typeof jobActions)[number];
