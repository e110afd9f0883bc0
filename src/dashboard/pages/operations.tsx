/** @jsxImportSource hono/jsx */

import type { Condition } from "../../alerts/condition.ts";
import { splitSentence } from "../../alerts/messages.ts";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import type { Page } from "../page.ts";
import { swapFromTop } from "../swap.ts";
import { link, type View } from "../view.ts";
import { clearingText, toneOf } from "./alerts-active.tsx";
import { Backups } from "./operations-backups.tsx";
import { Files } from "./operations-files.tsx";
import { Jobs } from "./operations-jobs.tsx";
import { LogViewer } from "./operations-log.tsx";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import { Rollover } from "./operations-rollover.tsx";
import { Settings } from "./operations-settings.tsx";
import { type OperationsState, stateOf } from "./operations-state.ts";
import { span } from "./operations-time.ts";

/** 운영: how the hub and its files are, what it does by itself, and what somebody who may can have it do. */
export const operations: Page = {
  id: "operations",
  path: "/dashboard/operations",
  key: "p",
  group: "hub",
  unfiltered: true,
  aboutHub: true,
  content,
};

async function content(view: View) {
  const hub = view.hub!;
  const state = await stateOf(hub.operations);
  return (
    <>
      <Access view={view} hub={hub} />
      <Alerts view={view} hub={hub} state={state} />
      <Facts view={view} hub={hub} state={state} />
      <Files view={view} state={state} />
      <Jobs view={view} hub={hub} state={state} />
      <div class="columns">
        <div class="column">
          <Backups view={view} hub={hub} state={state} />
        </div>
        <div class="column">
          <Rollover view={view} hub={hub} state={state} />
        </div>
      </div>
      {hub.lacks === null ? (
        <>
          <LogViewer view={view} names={state.logs} />
          <Settings view={view} settings={hub.operations.settings} />
        </>
      ) : null}
    </>
  );
}

/** What was not done and why, and who may act. */
function Access({ view, hub }: { view: View; hub: HubView }) {
  const { told, access } = view.texts.operations;
  const action = (name: string): string => addressOf(`${operations.path}/${name}`, view.filter);
  return (
    <>
      {hub.told === null ? null : (
        <p class="banner failed" role="alert" id="told">
          {told[hub.told]}
        </p>
      )}
      {hub.lacks === null && !hub.asksKey ? null : (
        <section class="panel access" id="access">
          {hub.lacks === null ? (
            <form method="post" action={action("sign-out")} hx-push-url="false">
              <p>{access.entered}</p>
              <button type="submit" class="quiet">
                {access.leave}
              </button>
            </form>
          ) : (
            <p>{access[hub.lacks]}</p>
          )}
          {hub.lacks === "key" ? (
            <form method="post" action={action("sign-in")} hx-push-url="false">
              <label>
                {access.field}
                <input type="password" name="key" required autocomplete="current-password" />
              </label>
              <button type="submit">{access.enter}</button>
            </form>
          ) : null}
        </section>
      )}
    </>
  );
}

/** The alerts that fire, and what was found at this moment and is no alert yet. */
function Alerts({ view, hub, state }: { view: View; hub: HubView; state: OperationsState }) {
  const words = view.texts.operations.alerts;
  const { active, watched } = state;
  const { watched: watchedWords } = view.texts.alerts;
  return (
    <article class="panel" id="alerts">
      <h2>{words.title(view.format.exact(active.length))}</h2>
      {active.length + watched.length === 0 ? <p class="hint">{words.none}</p> : null}
      {active.length === 0 ? null : (
        <ul class="alerts">
          {active.map((alert) => (
            <Found view={view} of={alert} clearing={clearingText(view, hub, alert)} />
          ))}
        </ul>
      )}
      {watched.length === 0 ? null : (
        <>
          <p>{watchedWords.title(view.format.exact(watched.length))}</p>
          <p class="hint">{watchedWords.about}</p>
          <ul class="alerts">
            {watched.map((condition) => (
              <Found view={view} of={condition} clearing={null} />
            ))}
          </ul>
        </>
      )}
      <p class="hint">
        <a href={link(view, {}, "/dashboard/alerts")} hx-boost={swapFromTop}>
          {words.more}
        </a>
      </p>
    </article>
  );
}

/** One thing that is the matter, with what to do, or with when it will be over. */
function Found({
  view,
  of,
  clearing,
}: {
  view: View;
  of: Pick<Condition, "severity" | "words">;
  clearing: string | null;
}) {
  const own = of.words[view.language];
  const [first, rest] = splitSentence(own.what);
  return (
    <li class={toneOf[of.severity]}>
      <strong>{first}</strong> {rest} {clearing === null ? own.action : <span class="pill good">{clearing}</span>}
    </li>
  );
}

/** Figures of the hub itself. */
function Facts({ view, hub, state }: { view: View; hub: HubView; state: OperationsState }) {
  const { texts, format } = view;
  const words = texts.operations.hub;
  const { health } = state;
  const { api, pages } = hub.operations.limits;
  const limit = (count: number): string => (count === 0 ? words.off : format.exact(count));
  const { size, maxsize, ttl } = health.cache;
  const facts: Particular[] = [
    [words.version, health.version],
    [words.uptime, span(view, health.uptime_seconds)],
    [words.disk, health.disk_free_gb === null ? words.unknown : words.gb(format.exact(health.disk_free_gb))],
    [words.cache, `${words.cached(format.exact(size), format.exact(maxsize))}, ${words.ttl(format.exact(ttl))}`],
    [words.limit, words.limits(limit(api), limit(pages))],
    [words.watcher, health.watcher.last_run?.slice(0, 19).replace("T", " ") ?? words.unknown],
    [words.dataVersion, health.cache.db_version ?? words.unknown],
  ];
  return (
    <article class="panel" id="hub">
      <div class="head">
        <h2>{words.title}</h2>
        <span class={`pill ${health.status === "ok" ? "good" : "bad"}`}>{words.status[health.status]}</span>
      </div>
      <Particulars of={facts} />
    </article>
  );
}
