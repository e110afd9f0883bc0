/** @jsxImportSource hono/jsx */
import type { Delivery, DeliveryState } from "../../notify/deliveries.ts";
import type { ChannelStatus } from "../../notify/outbox.ts";
import { reasonText } from "../../notify/reasons.ts";
import { Headings, Scroll } from "../elements.tsx";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import { ago, toTheMinute } from "./operations-time.ts";

interface ChannelsProps {
  view: View;
  hub: HubView;
}

/** Deliveries that the page lists; the API has the rest. */
const mostDeliveries = 20;

/** The channels with their state and a button that tests them, and what became of the latest messages. */
export function Channels({ view, hub }: ChannelsProps) {
  const words = view.texts.channels;
  return (
    <section class="panel" id="channels">
      <h2>{words.title}</h2>
      <p class="hint">{words.lead}</p>
      <div class="blocks">
        {hub.operations.messages.status().map((status) => (
          <ChannelBlock view={view} hub={hub} status={status} />
        ))}
      </div>
      <h3>{words.recent.title}</h3>
      <Deliveries view={view} hub={hub} deliveries={hub.operations.messages.recent({ limit: mostDeliveries })} />
    </section>
  );
}

/** What a look at a channel should tell: whether messages arrive. */
function stateOf({ configured, failing, last_success: success, last_failure: failure }: ChannelStatus) {
  if (!configured) return { state: "off", tone: "" } as const;
  if (failing) return { state: "failing", tone: "bad" } as const;
  if (failure && failure.at >= (success ?? 0)) {
    return failure.state === "dead"
      ? ({ state: "failed", tone: "bad" } as const)
      : ({ state: "uncertain", tone: "wait" } as const);
  }
  return success === null ? ({ state: "untried", tone: "wait" } as const) : ({ state: "well", tone: "good" } as const);
}

function ChannelBlock({ view, hub, status }: ChannelsProps & { status: ChannelStatus }) {
  const { texts, format, language } = view;
  const words = texts.channels;
  const { name, configured, failing, last_success: success, last_failure: failure, waiting } = status;
  const { state, tone } = stateOf(status);
  const time = (ms: number): string => `${toTheMinute(hub.operations.time(ms))} (${ago(view, ms)})`;
  const facts: Particular[] = [
    [words.lastSuccess, success === null ? words.never : time(success)],
    ...(failing ? [[words.failingSince, time(failing.since)] as const] : []),
    ...(failure ? [[words.lastFailure, time(failure.at)] as const] : []),
    ...(waiting > 0 ? [[words.waiting, words.messages(format.exact(waiting))] as const] : []),
  ];
  const trouble = failing?.reason ?? (state === "failed" || state === "uncertain" ? failure?.reason : null);
  return (
    <article class="block" id={`channel-${name}`}>
      <div class="head">
        <h3>{words.names[name]}</h3>
        <span class={`pill ${tone}`}>{words.state[state]}</span>
      </div>
      {configured ? <Particulars of={facts} narrow /> : <p class="hint">{words.about[name]}</p>}
      {trouble ? <p class="attention">{reasonText(trouble, language)}</p> : null}
      {configured && hub.lacks === null ? (
        <div class="actions">
          <form method="post" action={testPath(view, name)} hx-push-url="false">
            <button type="submit" aria-label={words.testOf(words.names[name])}>
              {words.test}
            </button>
          </form>
        </div>
      ) : null}
    </article>
  );
}

const testPath = (view: View, name: string): string =>
  addressOf(`/dashboard/alerts/channels/${name}/test`, view.filter, view.params);

const tones: Record<DeliveryState, string> = {
  queued: "",
  sending: "busy",
  retrying: "wait",
  delivered: "good",
  dead: "bad",
  uncertain: "wait",
  merged: "good",
};

function Deliveries({ view, hub, deliveries }: ChannelsProps & { deliveries: readonly Delivery[] }) {
  const { recent, names } = view.texts.channels;
  if (deliveries.length === 0) return <p class="hint">{recent.none}</p>;
  return (
    <Scroll label={recent.title}>
      <table>
        <Headings of={[recent.at, recent.subject, recent.state, [recent.tries, "number wide"]]} />
        <tbody>
          {deliveries.map(({ channel, kind, subject, state, reason, attempts, created_at }) => (
            <tr>
              <td class="time">{toTheMinute(hub.operations.time(created_at)).slice("YYYY-".length)}</td>
              <td class="text">
                {subject}
                <p class="hint">{recent.way(names[channel], recent.kinds[kind])}</p>
                {reason === null ? null : <p class="hint">{reasonText(reason, view.language)}</p>}
              </td>
              <td>
                <span class={`pill ${tones[state]}`}>{recent.states[state]}</span>
              </td>
              <td class="number wide">{view.format.exact(attempts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
