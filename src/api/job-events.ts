import type { Events, HubEvents } from "../observe/events.ts";
import type { JobStatus } from "../operations/schedule.ts";

/** How often listeners hear of a job that goes on, ms. */
const tellEveryMs = 500;

/** What listeners are told of the jobs. */
export function describeJobs(jobs: readonly JobStatus[]): HubEvents["jobs"] {
  return jobs.map(({ name, running, paused, progress }) => ({ name, running, paused, progress }));
}

/** A function to call whenever something about the jobs changed: it emits `jobs` at once or, where that was done just now, a moment later. */
export function announceJobs(jobs: () => JobStatus[], events: Events): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let toldAt = 0;
  const tell = (): void => {
    timer = null;
    toldAt = Date.now();
    if (!events.ended.aborted) events.emit("jobs", describeJobs(jobs()));
  };
  return () => {
    if (timer !== null) return;
    timer = setTimeout(tell, Math.max(0, toldAt + tellEveryMs - Date.now()));
    timer.unref();
  };
}
