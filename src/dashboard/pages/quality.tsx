/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { kinds } from "../../quality/finding.ts";
import { findingStates, type KeptFinding } from "../../quality/findings-store.ts";
import type { QualityStatus } from "../../quality/keeper.ts";
import { Banners } from "../elements.tsx";
import type { HubView } from "../hub-operations.ts";
import type { Page } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import { swapFromTop } from "../swap.ts";
import { link, type View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import { ago, toTheMinute } from "./operations-time.ts";
import { DriftPanel } from "./quality-drift.tsx";
import { FindingGroups } from "./quality-findings.tsx";

const params = {
  state: { schema: z.enum(findingStates).default("open"), fault: (texts) => texts.quality.wrongState },
} satisfies Params;

/** 데이터 품질: what was found in the production data, what to do about it, and what was said to be fine. */
export const quality: Page = {
  id: "quality",
  path: "/dashboard/quality",
  key: "d",
  group: "hub",
  params,
  unfiltered: true,
  aboutHub: true,
  content,
};

async function content(view: View) {
  const hub = view.hub!;
  const words = view.texts.quality;
  const { state } = valuesOf(params, view);
  const all = hub.operations.quality.findings();
  const status = hub.operations.quality.status();
  const shown = all.filter((one) => one.state === state);
  const told = { refused: words.toldRefused, unknown: words.toldUnknown } as Partial<Record<string, string>>;
  const sentences = [
    ...view.paramFaults,
    ...(hub.told === null ? [] : [told[hub.told] ?? view.texts.operations.told[hub.told]]),
    ...(status.waitsFor === null ? [] : [words.waitsFor(status.waitsFor)]),
    ...(status.waitsFor === null && status.trouble !== null ? [words.trouble] : []),
  ];
  return (
    <>
      <Banners sentences={sentences} />
      <Head view={view} hub={hub} status={status} all={all} />
      <div class="choose-range">
        <nav class="choices" aria-label={words.states.label}>
          {findingStates.map((one) => {
            const count = view.format.exact(all.filter((finding) => finding.state === one).length);
            return (
              <a href={link(view, { params: { state: one } })} aria-current={one === state ? "true" : undefined}>
                {words.counted(words.states[one], count)}
              </a>
            );
          })}
        </nav>
      </div>
      {shown.length === 0 ? (
        <Nothing view={view} status={status} sentence={words.empty[state]} />
      ) : (
        <FindingGroups view={view} hub={hub} findings={shown} />
      )}
      {status.checked === null ? null : <DriftPanel view={view} drift={status.checked.drift} />}
    </>
  );
}

interface HeadProps {
  view: View;
  hub: HubView;
  status: QualityStatus;
  all: readonly KeptFinding[];
}

/** How far the looking is, and how much there is to look at. */
function Head({ view, hub, status, all }: HeadProps) {
  const { texts, format } = view;
  const words = texts.quality;
  const { state, checked, checkedAt } = status;
  const open = all.filter((one) => one.state === "open");
  const ofSeverity = (severity: string): string => format.exact(open.filter((one) => one.severity === severity).length);
  const time = (ms: number): string => `${toTheMinute(hub.operations.time(ms))} (${ago(view, ms)})`;
  const facts: Particular[] = [
    [words.open, words.openCount(ofSeverity("warning"), ofSeverity("info"))],
    [words.checkedAt, checkedAt === null ? words.never : time(checkedAt)],
    [words.complete, checked?.days?.complete ?? "–"],
    [words.read, checked === null ? "–" : words.daysRead(format.exact(checked.read), format.exact(checked.pending))],
  ];
  const tone = { off: "", waiting: "wait", checking: "busy", ready: "good" }[state];
  return (
    <article class="panel" id="quality-state">
      <div class="head">
        <h2>{words.head}</h2>
        <span class={`pill ${tone}`}>{words.state[state]}</span>
      </div>
      <Particulars of={facts} />
      {state === "off" ? <p class="hint">{words.off}</p> : null}
      {checked !== null && checked.unindexed.length > 0 ? (
        <p class="attention">{words.unindexed(checked.unindexed.join(", "))}</p>
      ) : null}
      {hub.lacks === null ? null : (
        <p class="hint" id="quality-lacks">
          {texts.operations.access[hub.lacks]}{" "}
          <a href={link(view, {}, "/dashboard/operations")} hx-boost={swapFromTop}>
            {texts.nav.operations}
          </a>
        </p>
      )}
    </article>
  );
}

/** Nothing was found: what was looked for. */
function Nothing({ view, status, sentence }: { view: View; status: QualityStatus; sentence: string }) {
  const words = view.texts.quality;
  const isFirst = status.checked === null && status.state !== "off";
  return (
    <article class="panel" id="quality-empty">
      <p>{isFirst ? words.waiting : sentence}</p>
      <p class="hint">{words.checks}</p>
      <ul class="hint">
        {kinds.map((kind) => (
          <li>{words.findings[kind].title}</li>
        ))}
      </ul>
    </article>
  );
}
