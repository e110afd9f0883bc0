/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { type ReportKind, reportKinds } from "../../config/reports.ts";
import { reasonText } from "../../notify/reasons.ts";
import { periodName, periodOf } from "../../reports/period.ts";
import { reportPath } from "../../reports/report.ts";
import type { ListedReport } from "../../reports/reports.ts";
import { isDay } from "../../segments/day.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { HubView } from "../hub-operations.ts";
import type { Page } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import type { View } from "../view.ts";
import { cadence, toTheMinute } from "./operations-time.ts";
import { reportsPath } from "./reports-path.ts";

/** What is told of a report after it was made, or was not. */
export const reportsTold = ["made", "sent", "unsent", "refused", "badDay", "failed"] as const;
export type ReportsTold = (typeof reportsTold)[number];

/** Reports that are listed. */
const mostListed = 60;

const fault: Params[string]["fault"] =
  ({ reports }) =>
  () =>
    reports.unknown;
const params = {
  told: { schema: z.enum(reportsTold).optional(), fault, passing: true },
  kind: { schema: z.enum(reportKinds).optional(), fault, passing: true },
  day: { schema: z.string().refine(isDay).optional(), fault, passing: true },
} satisfies Params;

/** 보고서: the newest report of each kind, those that were made, and where they are made and sent. */
export const reports: Page = {
  id: "reports",
  path: reportsPath,
  key: "r",
  params,
  unfiltered: true,
  aboutHub: true,
  content,
};

async function content(view: View) {
  const hub = view.hub!;
  const { told, kind, day } = valuesOf(params, view);
  const listed = await hub.operations.reports.list(mostListed + 1);
  const newest = await Promise.all(
    // Without data that can be read there is none, and the rest of the page is of use all the same.
    reportKinds.map((one) => hub.operations.reports.newestPeriod(one).catch(() => null)),
  );
  return (
    <>
      <Told view={view} told={told} kind={kind} day={day} />
      <p class="hint">{view.texts.reports.about}</p>
      <section class="panel" id="newest">
        <h2>{view.texts.reports.newest}</h2>
        <div class="blocks">
          {reportKinds.map((one, at) => (
            <Newest view={view} hub={hub} kind={one} from={newest[at]?.from ?? null} />
          ))}
        </div>
      </section>
      <Make view={view} hub={hub} />
      <History view={view} hub={hub} listed={listed} />
    </>
  );
}

/** A report as people call it in a list: its kind and its period. */
const titleOf = (view: View, kind: ReportKind, name: string): string => view.texts.reports.named[kind](name);

interface TellProps {
  view: View;
  told: ReportsTold | undefined;
  kind: ReportKind | undefined;
  day: string | undefined;
}

/** Says what became of what was asked for. */
function Told({ view, told, kind, day }: TellProps) {
  const words = view.texts.reports;
  if (told === undefined) return null;
  const isGood = told === "made" || told === "sent";
  return (
    <p class={isGood ? "banner mild" : "banner failed"} role={isGood ? "status" : "alert"} id="told">
      {words.told[told]}{" "}
      {kind && day && (isGood || told === "unsent") ? (
        <a href={reportPath(kind, periodOf(kind, day))} hx-boost="false">
          {words.openOf(titleOf(view, kind, periodName(kind, periodOf(kind, day))))}
        </a>
      ) : null}
    </p>
  );
}

/** The newest report of a kind, and when the next one is made. */
function Newest({ view, hub, kind, from }: { view: View; hub: HubView; kind: ReportKind; from: string | null }) {
  const words = view.texts.reports;
  const job = hub.operations.jobs().find(({ name }) => name === `report-${kind}`);
  const { sent } = hub.operations.reports;
  const name = from === null ? null : periodName(kind, periodOf(kind, from));
  const title = name === null ? words.kinds[kind] : titleOf(view, kind, name);
  const path = from === null ? null : reportPath(kind, { from, to: from });
  const isOff = job === undefined || job.when === "on demand";
  return (
    <article class="block" id={`report-${kind}`}>
      <h3>{title}</h3>
      {path === null ? null : (
        <p class="actions">
          <a class="button" href={path} hx-boost="false">
            {words.open}
            <span class="unseen"> {title}</span>
          </a>{" "}
          <a href={`${path}.xlsx`} hx-boost="false" download aria-label={words.excelOf(title)}>
            {words.excel}
          </a>
        </p>
      )}
      <p class="hint">
        {isOff ? words.never : `${words.when}: ${cadence(view, job.when)}. `}
        {isOff || job.next_at === null ? null : `${words.next(toTheMinute(hub.operations.time(job.next_at)))}. `}
        {isOff ? null : sent.includes(kind) ? words.sends : words.keeps}
      </p>
      {job?.result === "failed" ? (
        <p class="hint" role="note">
          <span class="pill bad">!</span> {words.failed}
        </p>
      ) : null}
    </article>
  );
}

/** The form that makes a report, for those who may. */
function Make({ view, hub }: { view: View; hub: HubView }) {
  const words = view.texts.reports.make;
  const { reports } = hub.operations;
  const channels = reports.channels();
  return (
    <section class="panel" id="make">
      <h2>{words.title}</h2>
      {hub.lacks === null ? (
        <form method="post" action={`${reportsPath}/make`} class="upload" hx-boost="false">
          <label>
            {words.kind}
            <select name="kind">
              {reportKinds.map((kind) => (
                <option value={kind}>{view.texts.reports.kinds[kind]}</option>
              ))}
            </select>
          </label>
          <label>
            {words.day}
            <input type="date" name="day" max={view.today} aria-describedby="make-hint" />
          </label>
          {channels.length === 0 ? null : (
            <label class="tick">
              <input type="checkbox" name="send" value="true" />{" "}
              {words.send(channels.map((name) => view.texts.channels.names[name]).join(", "))}
            </label>
          )}
          <button type="submit" class="main">
            {words.submit}
          </button>
          <p class="hint" id="make-hint">
            {words.dayHint} {channels.length === 0 ? words.noChannel : null}
          </p>
          <p class="hint">{words.folder(reports.folder)}</p>
        </form>
      ) : (
        <p class="hint">
          {view.texts.operations.access[hub.lacks]} <a href="/dashboard/operations">{words.operations}</a>
        </p>
      )}
    </section>
  );
}

/** Reports that were made, the newest period first, with their files as they were made. */
function History({ view, hub, listed }: { view: View; hub: HubView; listed: readonly ListedReport[] }) {
  const words = view.texts.reports.history;
  const time = (ms: number): string => toTheMinute(hub.operations.time(ms));
  const canSend = hub.lacks === null && hub.operations.reports.channels().length > 0;
  return (
    <section class="panel" id="made-reports">
      <h2>{words.title}</h2>
      {listed.length === 0 ? (
        <p class="hint">{words.none}</p>
      ) : (
        <Scroll label={words.title}>
          <table>
            <Headings of={[words.report, [words.headline, "wide"], words.made, words.sent, words.files]} />
            <tbody>
              {listed.slice(0, mostListed).map((made) => (
                <Line view={view} made={made} time={time} canSend={canSend} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {listed.length > mostListed ? <p class="hint">{words.more(view.format.exact(mostListed))}</p> : null}
    </section>
  );
}

/** How a report that was sent fares on each channel: a message that waits or failed has not been sent to anybody. */
function Sent({ view, made, time }: Omit<LineProps, "canSend">) {
  const { history } = view.texts.reports;
  const { names, recent } = view.texts.channels;
  const { handed_at, deliveries } = made;
  if (handed_at === null) return <p>{history.unsent}</p>;
  if (deliveries.length === 0) return <p>{history.forgotten(time(handed_at))}</p>;
  return (
    <>
      {deliveries.map(({ channel, state, finished_at, reason }) => (
        <p>
          {names[channel]}: {recent.states[state]}
          {state === "delivered" ? ` ${time(finished_at!)}` : null}
          {reason === null || state === "delivered" ? null : (
            <span class="hint"> {reasonText(reason, view.language)}</span>
          )}
        </p>
      ))}
    </>
  );
}

interface LineProps {
  view: View;
  made: ListedReport;
  time: (ms: number) => string;
  canSend: boolean;
}

function Line({ view, made, time, canSend }: LineProps) {
  const { history, excelOf, htmlOf, files: formats } = view.texts.reports;
  const { kind, name, first_day, made_at, headline, files } = made;
  const title = titleOf(view, kind, name);
  const file = (file: string | null, label: string, text: string) =>
    file === null ? null : (
      <a href={`${reportsPath}/files/${file}`} hx-boost="false" download aria-label={label}>
        {text}
      </a>
    );
  return (
    <tr>
      <th scope="row">
        <a href={reportPath(kind, { from: first_day, to: first_day })} hx-boost="false">
          {title}
        </a>
      </th>
      <td class="wide">{headline}</td>
      <td>{time(made_at)}</td>
      <td>
        <Sent view={view} made={made} time={time} />
        {canSend ? (
          <form method="post" action={`${reportsPath}/make`} hx-boost="false">
            <input type="hidden" name="kind" value={kind} />
            <input type="hidden" name="day" value={first_day} />
            <input type="hidden" name="send" value="true" />
            <button type="submit" class="quiet" aria-label={history.actOf(title)}>
              {history.act}
            </button>
          </form>
        ) : null}
      </td>
      <td>
        {files.xlsx === null && files.html === null ? history.gone : null}
        {file(files.xlsx, excelOf(title), formats.xlsx)}
        {files.xlsx !== null && files.html !== null ? " · " : null}
        {file(files.html, htmlOf(title), formats.html)}
      </td>
    </tr>
  );
}
