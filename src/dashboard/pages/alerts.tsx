/** @jsxImportSource hono/jsx */
import { Banners } from "../elements.tsx";
import type { Page } from "../page.ts";
import type { View } from "../view.ts";
import { Active, Watched } from "./alerts-active.tsx";
import { Channels } from "./alerts-channels.tsx";
import { History, historyParams } from "./alerts-history.tsx";
import { Rules } from "./alerts-rules.tsx";

/** 알림: what is the matter now and what to do about it, what was, by which rules, and on which ways people are told. */
export const alerts: Page = {
  id: "alerts",
  path: "/dashboard/alerts",
  key: "l",
  group: "hub",
  params: historyParams,
  unfiltered: true,
  aboutHub: true,
  content,
};

async function content(view: View) {
  const hub = view.hub!;
  const { told } = view.texts.operations;
  const present = hub.operations.alerts.present();
  return (
    <>
      {hub.told === null ? null : (
        <p class="banner failed" role="alert" id="told">
          {told[hub.told]}
        </p>
      )}
      <Banners sentences={view.paramFaults} />
      <Active view={view} hub={hub} />
      <Watched view={view} hub={hub} present={present} />
      <History view={view} hub={hub} />
      <Rules view={view} hub={hub} present={present} />
      <Channels view={view} hub={hub} />
    </>
  );
}
