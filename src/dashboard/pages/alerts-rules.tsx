/** @jsxImportSource hono/jsx */
import type { Present } from "../../alerts/engine.ts";
import type { Rule } from "../../alerts/rule.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { HubView } from "../hub-operations.ts";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import { cadence, span } from "./operations-time.ts";

interface RulesProps {
  view: View;
  hub: HubView;
  present: readonly Present[];
}

/** The rules with what they watch, how long they wait and how they are, and when people are told. */
export function Rules({ view, hub, present }: RulesProps) {
  const words = view.texts.alerts.rules;
  const { rules, quietHours, summaries } = hub.operations.alerts;
  const when = (pattern: string): string => (pattern === "off" ? words.off : cadence(view, pattern));
  const facts: Particular[] = [
    [words.quiet, quietHours === null ? words.noQuiet : words.quietHelp(quietHours)],
    [words.daily, when(summaries.daily)],
    [words.weekly, when(summaries.weekly)],
  ];
  return (
    <details class="panel" id="rules">
      <summary>{words.title}</summary>
      <Particulars of={facts} />
      <p class="hint">{words.about}</p>
      <Scroll label={words.title}>
        <table>
          <Headings of={[words.name, words.severity, words.state, words.waits, words.keeps]} />
          <tbody>
            {rules.map((rule) => (
              <RuleRow view={view} hub={hub} rule={rule} present={present} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function RuleRow({ view, hub, rule, present }: RulesProps & { rule: Rule }) {
  const { rules: words, severity: names } = view.texts.alerts;
  const { id, severities, forMs, keepForMs, about } = rule;
  const { alerts } = hub.operations;
  const stateOf = (): [word: string, tone: string] => {
    if (alerts.off.includes(id)) return [words.off, ""];
    const active = alerts.active().filter((alert) => alert.rule === id);
    if (active.some((alert) => alerts.clearing(alert) === null)) return [words.firing, "bad"];
    if (active.length > 0) return [words.clearing, "wait"];
    return present.some(({ condition }) => condition.rule === id) ? [words.watched, "wait"] : [words.well, "good"];
  };
  const [state, tone] = stateOf();
  const time = (ms: number): string => (ms === 0 ? words.atOnce : span(view, ms / 1000));
  return (
    <tr>
      <td class="text">
        <code>{id}</code>
        <p class="hint">{about[view.language]}</p>
      </td>
      <td>{severities.map((severity) => names[severity]).join(" · ")}</td>
      <td>
        <span class={`pill ${tone}`}>{state}</span>
      </td>
      <td>{time(forMs)}</td>
      <td>{time(keepForMs)}</td>
    </tr>
  );
}
