/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { type Alert, severities } from "../../alerts/alert.ts";
import { Headings, Scroll } from "../elements.tsx";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import { type Params, valuesOf } from "../params.ts";
import type { View } from "../view.ts";
import { SeverityPill } from "./alerts-active.tsx";
import { span, toTheMinute } from "./operations-time.ts";

/** Days back that can be chosen. */
const periods = ["7", "30", "90", "400"] as const;
/** Rows on the page; the API has the rest. */
const mostRows = 100;
const dayMs = 86_400_000;

/** What is asked for in the history. */
export const historyParams = {
  severity: { schema: z.enum(severities).optional(), fault: (texts) => texts.alerts.history.wrong },
  rule: { schema: z.string().max(60).optional(), fault: (texts) => texts.alerts.history.wrong },
  days: { schema: z.enum(periods).default("30"), fault: (texts) => texts.alerts.history.wrong },
} satisfies Params;

/** Alerts of the past, with a filter. */
export function History({ view, hub }: { view: View; hub: HubView }) {
  const words = view.texts.alerts.history;
  const { severity, rule, days } = valuesOf(historyParams, view);
  const from = Date.now() - Number(days) * dayMs;
  const found = hub.operations.alerts.history({ from, severity, rule, limit: mostRows + 1 });
  const shown = found.slice(0, mostRows);
  return (
    <article class="panel" id="history">
      <h2>{words.title}</h2>
      <Choices view={view} hub={hub} chosen={{ severity, rule, days }} />
      {shown.length === 0 ? <p class="hint">{words.none}</p> : <Table view={view} hub={hub} alerts={shown} />}
      {found.length > mostRows ? <p class="hint">{words.cut(view.format.exact(mostRows))}</p> : null}
    </article>
  );
}

interface ChoicesProps {
  view: View;
  hub: HubView;
  chosen: { severity?: string | undefined; rule?: string | undefined; days: string };
}

function Choices({ view, hub, chosen }: ChoicesProps) {
  const { history: words, severity: names } = view.texts.alerts;
  return (
    <form class="history-filter" method="get" action={view.path}>
      {[...new URL(addressOf(view.path, view.filter), "http://hub").searchParams].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <label>
        {words.days}
        <select name="days">
          {periods.map((days) => (
            <option value={days} selected={days === chosen.days}>
              {words.daysOf(days)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.severity}
        <select name="severity">
          <option value="">{words.anySeverity}</option>
          {severities.toReversed().map((severity) => (
            <option value={severity} selected={severity === chosen.severity}>
              {names[severity]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.rule}
        <select name="rule">
          <option value="">{words.anyRule}</option>
          {hub.operations.alerts.rulesInHistory().map((rule) => (
            <option value={rule} selected={rule === chosen.rule}>
              {rule}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{words.show}</button>
    </form>
  );
}

function Table({ view, hub, alerts }: { view: View; hub: HubView; alerts: readonly Alert[] }) {
  const words = view.texts.alerts.history;
  return (
    <Scroll label={words.title}>
      <table>
        <Headings of={[words.began, words.severity, words.what, words.lasted, words.state]} />
        <tbody>
          {alerts.map((alert) => (
            <tr>
              <td class="time">{toTheMinute(hub.operations.time(alert.startedAt))}</td>
              <td>
                <SeverityPill view={view} severity={alert.severity} />
              </td>
              <td class="text">
                {alert.words[view.language].what} <code class="hint">{alert.rule}</code>
              </td>
              <td class="time">{span(view, ((alert.resolvedAt ?? Date.now()) - alert.startedAt) / 1000)}</td>
              <td class="time">{alert.resolvedAt === null ? words.firing : words.resolved}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
