import { z } from "zod";
import { requireAdmin } from "../http/access.ts";
import { HttpError } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { type JobAction, jobActions } from "../operations/job-actions.ts";
import type { JobStatus, Schedule } from "../operations/schedule.ts";
import type { Endpoints } from "./endpoint.ts";

export interface OperationsServices {
  schedule: Schedule;
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

/** Does it and writes an AUDIT line with the client, or says why it is not to be done. */
export function actOnJob(
  { schedule, audit }: Pick<OperationsServices, "schedule" | "audit">,
  { name, action, client, requestId }: { name: string; action: JobAction; client: string; requestId: string },
): "done" | "unknown" | "running" {
  if (!schedule.has(name)) return "unknown";
  if (action !== "run") schedule.pause(name, action === "pause");
  else if (!schedule.run(name)) return "running";
  audit(`job ${name}: ${action} by ${client}`, requestId);
  return "done";
}

const time = z.string().nullable();

const job = z.lazy(() =>
  z
    .object({
      name: z.string(),
      title: z.string(),
      when: z.string().meta({ description: "A cron pattern in the factory's time, `every N s`, or `on demand`." }),
      paused: z.boolean(),
      running: z.boolean(),
      progress: z.object({ done: z.number(), total: z.number(), phase: z.string() }).nullable(),
      said: z.array(z.object({ level: z.enum(["info", "warn", "error"]), message: z.string() })).meta({
        description: "What the run under way has said so far, or the last one since the hub started.",
      }),
      last_started: time,
      last_finished: time,
      last_success: time,
      last_result: z.enum(["ok", "failed"]).nullable(),
      last_message: z.string().nullable(),
      next_run: time,
    })
    .meta({ id: "Job" }),
);

const jobName = z.object({ name: z.string().max(50).meta({ description: "Name of the job.", example: "backup" }) });

/** GET /operations/jobs and POST /operations/jobs/{name}/run, /pause, /resume. */
export function operationsEndpoints(endpoints: Endpoints, services: OperationsServices): void {
  const { schedule, clock } = services;
  const iso = (ms: number | null) => (ms === null ? null : clock.timestamp(new Date(ms)));
  const shown = (status: JobStatus): z.output<typeof job> => ({
    name: status.name,
    title: status.title,
    when: status.when,
    paused: status.paused,
    running: status.running,
    progress: status.progress,
    said: [...status.said],
    last_started: iso(status.started_at),
    last_finished: iso(status.finished_at),
    last_success: iso(status.succeeded_at),
    last_result: status.result,
    last_message: status.message,
    next_run: iso(status.next_at),
  });
  const one = (name: string) => shown(schedule.list().find((status) => status.name === name)!);

  endpoints.add({
    method: "get",
    path: "/operations/jobs",
    tag: "operations",
    summary: "What the hub does by itself, with last and next runs",
    answer: { "application/json": z.object({ jobs: z.array(job) }) },
    handle: (c) => sendJson(c, { jobs: schedule.list().map(shown) }),
  });

  const summaries = {
    run: "Run a job now",
    pause: "Hold a job back from its schedule",
    resume: "Let a paused job run by its schedule again",
  };
  for (const action of jobActions) {
    endpoints.add({
      method: "post",
      path: `/operations/jobs/:name/${action}`,
      tag: "operations",
      summary: summaries[action],
      params: jobName,
      answer: { "application/json": job },
      success: action === "run" ? 202 : 200,
      admin: true,
      refusals: {
        404: "There is no job with this name; the sentence lists those that there are.",
        ...(action === "run" ? { 409: "The job is running already." } : {}),
      },
      middleware: [requireAdmin(services.adminKey)],
      handle: (c, { name }) => {
        const outcome = actOnJob(services, { name, action, client: c.env.client, requestId: c.get("requestId") });
        if (outcome === "unknown") {
          const names = schedule.list().map((status) => status.name);
          throw new HttpError(404, `There is no job '${name.slice(0, 50)}'. There are: ${names.join(", ")}.`);
        }
        if (outcome === "running") throw new HttpError(409, `The job '${name}' is running already.`);
        return sendJson(c, one(name), action === "run" ? 202 : 200);
      },
    });
  }
}
