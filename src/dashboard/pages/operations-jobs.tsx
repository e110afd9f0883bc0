/** @jsxImportSource hono/jsx */

import { rolloverPlanJob } from "../../operations/duties.ts";
import type { JobAction } from "../../operations/job-actions.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import type { OperationsState } from "./operations-state.ts";
import { ago, cadence, toTheMinute } from "./operations-time.ts";

interface JobsProps {
  view: View;
  hub: HubView;
  state: OperationsState;
}

/** What the hub does by itself, with its last and next runs. The plan of a rollover is shown where the rollover is. */
export function Jobs({ view, hub, state }: JobsProps) {
  const words = view.texts.operations.jobs;
  const running = state.jobs.filter((job) => job.running).map((job) => titleOf(view, job));
  return (
    <section class="panel" id="jobs">
      <h2>{words.title}</h2>
      <p class="unseen" role="status">
        {running.length === 0 ? "" : words.running(running.join(", "))}
      </p>
      <div class="blocks">
        {state.jobs
          .filter(({ name }) => name !== rolloverPlanJob)
          .map((job) => (
            <JobBlock view={view} hub={hub} job={job} />
          ))}
      </div>
    </section>
  );
}

/** What a job is called; one that the catalogue does not know, as it calls itself. */
const titleOf = ({ texts }: View, { name, title }: JobStatus): string => texts.operations.jobs.names[name] ?? title;

function JobBlock({ view, hub, job }: { view: View; hub: HubView; job: JobStatus }) {
  const words = view.texts.operations.jobs;
  const time = (ms: number): string => toTheMinute(hub.operations.time(ms));
  const title = titleOf(view, job);
  const state = job.running ? "running" : job.paused ? "paused" : "waiting";
  const facts: Particular[] = [
    [words.when, cadence(view, job.when)],
    [
      words.lastRun,
      <>
        {job.started_at === null ? words.never : `${time(job.started_at)} (${ago(view, job.started_at)})`}{" "}
        {job.result === null || job.running ? null : (
          <span class={`pill ${job.result === "ok" ? "good" : "bad"}`} data-result={job.result}>
            {words.state[job.result]}
          </span>
        )}
      </>,
    ],
    [words.nextRun, job.next_at === null ? words.noNext : time(job.next_at)],
  ];
  return (
    <article class="block" id={`job-${job.name}`}>
      <div class="head">
        <h3>{title}</h3>
        <span class={`pill ${{ running: "busy", paused: "wait", waiting: "" }[state]}`}>{words.state[state]}</span>
      </div>
      <p class="hint">{words.about[job.name] ?? ""}</p>
      {job.running ? <JobProgress view={view} job={job} /> : null}
      <Particulars of={facts} narrow />
      {job.message === null ? null : (
        <p class="message" lang="en">
          {job.message}
        </p>
      )}
      <SaidLines view={view} job={job} />
      {hub.lacks === null ? (
        <div class="actions">
          {/* Its own button stands where its plan is. */}
          {job.name === "rollover" ? null : <Act view={view} job={job} action="run" disabled={job.running} />}
          {job.when === "on demand" ? null : <Act view={view} job={job} action={job.paused ? "resume" : "pause"} />}
        </div>
      ) : null}
    </article>
  );
}

/** How far a run is; without a figure as long as it says none. */
export function JobProgress({ view, job }: { view: View; job: JobStatus }) {
  const label = view.texts.operations.jobs.progress(titleOf(view, job));
  const { progress } = job;
  if (progress === null || progress.total === 0) return <progress aria-label={label} />;
  return (
    <p class="running">
      <progress max={String(progress.total)} value={String(progress.done)} aria-label={label} />{" "}
      <span class="hint" lang="en">
        {progress.phase}
      </span>
    </p>
  );
}

/** What a run has said, to open. */
function SaidLines({ view, job }: { view: View; job: JobStatus }) {
  if (job.said.length === 0) return null;
  const { texts, format } = view;
  return (
    <details id={`said-${job.name}`}>
      <summary>{texts.operations.jobs.said(format.exact(job.said.length))}</summary>
      <ol class="said" lang="en">
        {job.said.map(({ level, message }) => (
          <li data-level={level}>{message}</li>
        ))}
      </ol>
    </details>
  );
}

interface ActProps {
  view: View;
  job: JobStatus;
  action: JobAction;
  disabled?: boolean;
  /** In the place of the action's name. */
  label?: string;
}

/** A button that has something done with a job. */
export function Act({ view, job, action, disabled = false, label }: ActProps) {
  const words = view.texts.operations.jobs;
  return (
    <form method="post" action={actionOf(view, job.name, action)} hx-push-url="false">
      <button type="submit" disabled={disabled} aria-label={label ?? words.act(words[action], titleOf(view, job))}>
        {label ?? words[action]}
      </button>
    </form>
  );
}

/** Where a form has something done with a job. */
export const actionOf = ({ path, filter }: View, name: string, action: JobAction): string =>
  addressOf(`${path}/jobs/${encodeURIComponent(name)}/${action}`, filter);
