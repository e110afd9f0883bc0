/** @jsxImportSource hono/jsx */
import type { Alert } from "../../alerts/alert.ts";
import type { Severity } from "../../alerts/condition.ts";
import type { Present } from "../../alerts/engine.ts";
import { splitSentence } from "../../alerts/messages.ts";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import { swapFromTop } from "../swap.ts";
import { link, type View } from "../view.ts";
import { ago, toTheMinute } from "./operations-time.ts";

/** The look of a severity. */
export const toneOf: Readonly<Record<Severity, string>> = { critical: "bad", warning: "wait", info: "busy" };

/** A severity as a mark with its name. */
export function SeverityPill({ view, severity }: { view: View; severity: Severity }) {
  return <span class={`pill ${toneOf[severity]}`}>{view.texts.alerts.severity[severity]}</span>;
}

/** The alerts that fire, each with what happened, what it means, what to do, and buttons for who may. */
export function Active({ view, hub }: { view: View; hub: HubView }) {
  const { active } = view.texts.alerts;
  const alerts = hub.operations.alerts.active();
  return (
    <section class="panel" id="active" aria-labelledby="active-title">
      <h2 id="active-title">{active.title}</h2>
      {alerts.length === 0 ? (
        <p class="hint">
          {active.none} {active.noneHelp}
        </p>
      ) : (
        <>
          <ul class="alerts">
            {alerts.map((alert) => (
              <ActiveAlert view={view} hub={hub} alert={alert} />
            ))}
          </ul>
          {hub.lacks === null ? <p class="hint">{active.acknowledgeHelp}</p> : <Lacks view={view} hub={hub} />}
        </>
      )}
    </section>
  );
}

/** Why there are no buttons. */
function Lacks({ view, hub }: { view: View; hub: HubView }) {
  const { access } = view.texts.operations;
  return (
    <p class="hint">
      {hub.lacks === null ? null : access[hub.lacks]}{" "}
      <a href={link(view, {}, "/dashboard/operations")} hx-boost={swapFromTop}>
        {view.texts.nav.operations}
      </a>
    </p>
  );
}

function ActiveAlert({ view, hub, alert }: { view: View; hub: HubView; alert: Alert }) {
  const { active } = view.texts.alerts;
  const { what, meaning, action } = alert.words[view.language];
  const [first, rest] = splitSentence(what);
  const { id, severity, page } = alert;
  const clearing = clearingText(view, hub, alert);
  return (
    <li class={`alert ${toneOf[severity]}`} id={`alert-${id}`}>
      <p class="what">
        <SeverityPill view={view} severity={severity} /> <strong>{first}</strong> {rest}
      </p>
      {clearing === null ? null : (
        <p>
          <span class="pill good">{clearing}</span>
        </p>
      )}
      <dl>
        <dt>{active.meaning}</dt>
        <dd>{meaning}</dd>
        <dt>{active.action}</dt>
        <dd>{action}</dd>
      </dl>
      <p class="hint">
        {[...factsOf(view, hub, alert)].join(" · ")}
        {page === null || page === view.path ? null : (
          <>
            {" · "}
            <a href={link(view, {}, page.split("?")[0]!)} hx-boost={swapFromTop}>
              {active.more}
            </a>
          </>
        )}
      </p>
      {hub.lacks === null ? <Actions view={view} hub={hub} alert={alert} what={first} /> : null}
    </li>
  );
}

/** That what an alert tells of is no longer found and when the alert ends, `hh:mm` in the factory's time; null while it is found. */
export function clearingText(view: View, hub: HubView, alert: Alert): string | null {
  const clearing = hub.operations.alerts.clearing(alert);
  return clearing && view.texts.alerts.active.clearing(toTheMinute(hub.operations.time(clearing.closesAt)).slice(-5));
}

function factsOf(view: View, hub: HubView, alert: Alert): string[] {
  const { active } = view.texts.alerts;
  const time = (ms: number): string => toTheMinute(hub.operations.time(ms));
  const { startedAt, acknowledgedAt, acknowledgedBy, snoozedUntil, toldAt } = alert;
  return [
    active.since(time(startedAt), ago(view, startedAt)),
    ...(acknowledgedAt === null ? [] : [active.acknowledged(acknowledgedBy ?? "–", time(acknowledgedAt))]),
    ...(snoozedUntil === null || snoozedUntil < Date.now() ? [] : [active.snoozed(time(snoozedUntil))]),
    ...(toldAt === null && hub.operations.alerts.quietHours !== null ? [active.notTold] : []),
  ];
}

function Actions({ view, hub, alert, what }: { view: View; hub: HubView; alert: Alert; what: string }) {
  const { active } = view.texts.alerts;
  const path = (action: string): string =>
    addressOf(`/dashboard/alerts/${alert.id}/${action}`, view.filter, view.params);
  const spanOf = (hours: number): string =>
    hours % 24 === 0 ? active.days(view.format.exact(hours / 24)) : active.hours(view.format.exact(hours));
  return (
    <div class="actions">
      {alert.acknowledgedAt === null ? (
        <form method="post" action={path("acknowledge")} hx-push-url="false">
          <button type="submit" aria-label={active.of(active.acknowledge, what)}>
            {active.acknowledge}
          </button>
        </form>
      ) : null}
      <form method="post" action={path("snooze")} hx-push-url="false" class="snooze">
        <select name="hours" aria-label={active.of(active.snoozeFor, what)}>
          {hub.operations.alerts.snoozeHours.map((hours) => (
            <option value={String(hours)}>{spanOf(hours)}</option>
          ))}
        </select>
        <button type="submit" class="quiet" aria-label={active.of(active.snooze, what)}>
          {active.snooze}
        </button>
      </form>
    </div>
  );
}

/** What was found and has not lasted long enough to be an alert. */
export function Watched({ view, hub, present }: { view: View; hub: HubView; present: readonly Present[] }) {
  const { watched, active } = view.texts.alerts;
  const found = present.filter(({ alert }) => alert === null);
  if (found.length === 0) return null;
  return (
    <details class="panel" id="watched">
      <summary>{watched.title(view.format.exact(found.length))}</summary>
      <p class="hint">{watched.about}</p>
      <ul class="alerts">
        {found.map(({ condition: { severity, words }, since }) => (
          <li class={toneOf[severity]}>
            <SeverityPill view={view} severity={severity} /> {words[view.language].what}{" "}
            <span class="hint">{active.since(toTheMinute(hub.operations.time(since)), ago(view, since))}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
