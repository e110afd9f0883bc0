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

/** The traffic lights, and below them what those mean that are yellow or red and what to do about it. */
export function Lights({ view, lights }: { view: View; lights: readonly Light[] }) {
  const words = view.texts.monitoring;
  const bad = lights.filter(({ state }) => state === "critical" || state === "warning");
  return (
    <>
      <section class="lights" id="lights" aria-label={words.now}>
        {lights.map((light) => (
          <LightCard view={view} light={light} />
        ))}
      </section>
      {bad.length === 0 ? null : (
        <section class="panel" id="advice" aria-label={words.explain}>
          <ul class="alerts">
            {bad.map((light) => (
              <li class={tones[light.state].pill}>
                <strong>{words.lights[light.name].title}</strong> <StateName view={view} light={light} />
                <Advice view={view} light={light} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function LightCard({ view, light }: { view: View; light: Light }) {
  const { texts, format } = view;
  const words = texts.monitoring;
  const { title, measure } = words.lights[light.name];
  const unit = (value: number): string => words.units[light.unit](format.exact(value));
  const needsRequests = light.name === "response" || light.name === "errors";
  return (
    <article class={`panel light ${tones[light.state].pill}`} id={`light-${light.name}`} data-state={light.state}>
      <div class="head">
        <h2>{title}</h2>
        <StateName view={view} light={light} />
      </div>
      <p class="value">
        {light.value === null ? (
          <span class="hint">{needsRequests ? words.few(format.exact(fewestRequests)) : words.unknown}</span>
        ) : (
          <data value={String(light.value)}>{unit(light.value)}</data>
        )}
      </p>
      <p class="hint">{words.from(unit(light.warning), unit(light.critical))}</p>
      <details id={`about-${light.name}`}>
        <summary>{words.explain}</summary>
        <p>{measure}</p>
        <Advice view={view} light={light} />
        <p>{words.setting(light.setting)}</p>
      </details>
    </article>
  );
}

function StateName({ view, light }: { view: View; light: Light }) {
  const { pill, mark } = tones[light.state];
  return (
    <span class={`pill ${pill}`}>
      <span aria-hidden="true">{mark}</span> {view.texts.monitoring.states[light.state]}
    </span>
  );
}

/** What yellow or red means, and what to do. */
function Advice({ view, light }: { view: View; light: Light }) {
  const words = view.texts.monitoring;
  const { meaning, action } = words.lights[light.name];
  return (
    <dl class="advice">
      <dt>{words.meaningTitle}</dt>
      <dd>{meaning}</dd>
      <dt>{words.actionTitle}</dt>
      <dd>{action}</dd>
    </dl>
  );
}
