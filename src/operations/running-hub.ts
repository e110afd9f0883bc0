import type { Settings } from "../config.ts";
import type { Progress } from "../observe/progress.ts";
import { announcedHub } from "../service/announcement.ts";
import { type OperationContext, OperationError } from "./operation.ts";
import type { Said } from "./schedule.ts";
import { fetchWhenAdmitted } from "./when-admitted.ts";

/** What takes longer is asked about less often, so that other programs of this PC keep most of their requests a minute (RATE_LIMIT_API, 60). */
const pollsMs = { soon: 500, later: 3_000, laterAfter: 5_000 };
const answerMs = 30_000;

interface Job {
  name: string;
  running: boolean;
  progress: Progress | null;
  said: Said[];
  last_result: string | null;
  last_message: string | null;
}

/**
 * Asks the running hub to carry a job out and waits for it, so that there is never a second writer, and says meanwhile what it says. Throws
 * OperationError when it failed, refused, or cannot be reached.
 */
export async function askRunningHub(
  { settings, log, progress }: OperationContext,
  name: string,
): Promise<{ summary: string }> {
  const url = requireHubUrl(settings);
  await call(settings, "POST", `${url}/api/v1/operations/jobs/${name}/run`);
  let heard = 0;
  for (const started = performance.now(); ; ) {
    await Bun.sleep(performance.now() - started < pollsMs.laterAfter ? pollsMs.soon : pollsMs.later);
    const { jobs } = (await call(settings, "GET", `${url}/api/v1/operations/jobs`)) as { jobs: Job[] };
    const job = jobs.find((candidate) => candidate.name === name)!;
    if (job.progress) progress(job.progress);
    for (const { level, message } of job.said.slice(heard)) log[level](message);
    heard = job.said.length;
    if (job.running) continue;
    if (job.last_result !== "ok") throw new OperationError(job.last_message ?? "The running hub could not do it.");
    return { summary: job.last_message ?? "Done." };
  }
}

/** Sends a question to the running hub's API, with the rights of the administrator. Throws OperationError when it refuses or cannot be reached. */
export function tellRunningHub({ settings }: Pick<OperationContext, "settings">, path: string, body: unknown) {
  return call(settings, "POST", `${requireHubUrl(settings)}/api/v1${path}`, body);
}

/** Where the running hub listens; null where none says so. */
export function hubUrl({ mirrorDir }: Settings): string | null {
  return announcedHub(mirrorDir)?.url ?? null;
}

function requireHubUrl(settings: Settings): string {
  const url = hubUrl(settings);
  if (url === null) {
    throw new OperationError(
      "A hub is running with this home folder, but it does not say where it listens. Stop it and try again.",
    );
  }
  return url;
}

async function call({ adminKey, apiKeys }: Settings, method: string, url: string, body?: unknown): Promise<unknown> {
  const key = adminKey ?? apiKeys[0];
  let response: Response;
  try {
    const request = {
      method,
      headers: {
        ...(key ? { "X-API-Key": key } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    // Under Wine a refused connection hangs for ever otherwise.
    response = await fetchWhenAdmitted(url, request, answerMs);
  } catch (error) {
    throw new OperationError(
      `The running hub at ${url} does not answer (${(error as Error).message}). Stop it and try again.`,
    );
  }
  const answer = (await response.json()) as { detail?: string };
  if (!response.ok) throw new OperationError(`The running hub refused: ${answer.detail ?? response.status}`);
  return answer;
}
