/** @jsxImportSource hono/jsx */
import { fewestRequests, type Light, type LightState } from "../../monitoring/lights.ts";
import type { View } from "../view.ts";

/** How a state is coloured. Its word stands beside it, and each has a mark of its own shape, because colour alone says nothing to many. */
const tones: Readonly<Record<LightState, { pill: string; mark: string }>> = {
  good: { pill: "good", mark: "●" },
  warning: { pill: "wait", mark: "▲" },
  critical: { pill: "bad", mark: "■" },
  none: { pill: "", mark: "○" },
};

/** The traffic lights: what is yellow or red says what it means and what to do, the others say so when asked. */
export function Lights({ view, lights }: { view: View; lights: readonly Light[] }) {
  const { texts } = view;
  return (
    <section class="lights" id="lights" aria-label={texts.monitoring.now}>
      {lights.map((light) => (
        <LightCard view={view} light={light} />
      ))}
    </section>
  );
}

function LightCard({ view, light }: { view: View; light: Light }) {
  const { texts, format } = view;
  const words = texts.monitoring;
  const { title, measure, meaning, action } = words.lights[light.name];
  const { pill, mark } = tones[light.state];
  const unit = (value: number): string => words.units[light.unit](format.exact(value));
  const needsRequests = light.name === "response" || light.name === "errors";
  const advice = (
    <dl>
      <dt>{words.meaningTitle}</dt>
      <dd>{meaning}</dd>
      <dt>{words.actionTitle}</dt>
      <dd>{action}</dd>
    </dl>
  );
  return (
    <article class={`panel light ${pill}`} id={`light-${light.name}`} data-state={light.state}>
      <div class="head">
        <h2>{title}</h2>
        <span class={`pill ${pill}`}>
          <span aria-hidden="true">{mark}</span> {words.states[light.state]}
        </span>
      </div>
      <p class="value">
        {light.value === null ? (
          <span class="hint">{needsRequests ? words.few(format.exact(fewestRequests)) : words.unknown}</span>
        ) : (
          <data value={String(light.value)}>{unit(light.value)}</data>
        )}
      </p>
      <p class="hint">{words.from(unit(light.warning), unit(light.critical))}</p>
      {light.state === "warning" || light.state === "critical" ? advice : null}
      <details>
        <summary>{words.explain}</summary>
        <p>{measure}</p>
        {light.state === "warning" || light.state === "critical" ? null : advice}
        <p>{words.setting(light.setting)}</p>
      </details>
    </article>
  );
}
