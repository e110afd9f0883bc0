/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { addMonths } from "../../production/calendar.ts";
import { isDay } from "../../segments/day.ts";
import type { Month } from "../../targets/types.ts";
import type { Page } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import { type TargetsTold, type TargetsView, targetsTold } from "../targets-view.ts";
import { link, type View } from "../view.ts";
import { TargetCards } from "./targets-cards.tsx";
import { TargetCourse } from "./targets-course.tsx";
import { targetsPath } from "./targets-path.ts";
import { TargetPreview } from "./targets-preview.tsx";
import { TargetTable, targetLines } from "./targets-table.tsx";
import { TargetUpload } from "./targets-upload.tsx";
import { TargetVersions } from "./targets-versions.tsx";

/** Months with targets that are linked: two years. */
const mostMonths = 24;

const params = {
  month: {
    schema: z
      .string()
      .refine((text) => /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`))
      .optional(),
    fault: ({ targets }) => targets.monthFault,
  },
  version: {
    schema: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .optional(),
    fault: ({ targets }) => targets.versionFault,
    passing: true,
  },
  draft: {
    schema: z.string().max(50).optional(),
    fault:
      ({ targets }) =>
      () =>
        targets.told.expired,
    passing: true,
  },
  told: { schema: z.enum(targetsTold).optional(), fault: () => () => "", passing: true },
} satisfies Params;

/** 목표 관리: how the monthly targets stand, what is forecast, and where they are uploaded. */
export const targets: Page = {
  id: "targets",
  path: targetsPath,
  key: "e",
  params,
  content,
  unfiltered: true,
  asksAdmin: true,
};

async function content(view: View) {
  const known = view.targets;
  if (!known) return null;
  const { month: chosen, version, draft, told } = valuesOf(params, view);
  const month = chosen ?? (await known.targets.presentMonth());
  const achievement = await known.targets.achievement(month);
  const lines = await targetLines(view, achievement);
  return (
    <>
      <Told view={view} known={known} told={told} />
      {view.paramFaults.map((sentence) =>
        sentence === "" ? null : (
          <p class="banner mild" role="alert">
            {sentence}
          </p>
        ),
      )}
      {draft === undefined ? null : <TargetPreview view={view} known={known} name={draft} />}
      <Months view={view} known={known} month={month} />
      {achievement.total === null ? (
        <NoTargets view={view} known={known} month={month} />
      ) : (
        <>
          <TargetCards view={view} achievement={achievement} total={achievement.total} />
          <TargetCourse view={view} achievement={achievement} />
          <TargetTable view={view} achievement={achievement} total={achievement.total} lines={lines} />
        </>
      )}
      <TargetUpload view={view} known={known} />
      <TargetVersions view={view} known={known} chosen={version} />
    </>
  );
}

interface Known {
  view: View;
  known: TargetsView;
}

/** Says what became of what was sent. */
function Told({ view, known, told }: Known & { told: TargetsTold | undefined }) {
  if (told === undefined) return null;
  const words = view.texts.targets.told;
  if (told === "saved") {
    return (
      <p class="banner mild" role="status" id="told">
        {words.saved(String(known.targets.store.present().version?.id ?? ""))}
      </p>
    );
  }
  return (
    <p class="banner failed" role="alert" id="told">
      {words[told]}
    </p>
  );
}

/** Links to the months beside the one shown, and to those with targets. */
function Months({ view, known, month }: Known & { month: Month }) {
  const words = view.texts.targets;
  const all = known.targets.store.present().targets.map((target) => target.month);
  const months = [...new Set([...all, month])].sort().slice(-mostMonths);
  const beside = (by: number): Month => addMonths(`${month}-01`, by).slice(0, 7);
  const to = (wanted: Month): string => link(view, { params: { month: wanted } });
  return (
    <div class="tools" id="months">
      <nav class="choices" aria-label={words.month}>
        <a href={to(beside(-1))} aria-label={words.earlier} title={words.earlier}>
          ‹
        </a>
        {months.map((one) => (
          <a href={to(one)} aria-current={one === month ? "true" : undefined}>
            {one}
          </a>
        ))}
        <a href={to(beside(1))} aria-label={words.later} title={words.later}>
          ›
        </a>
      </nav>
    </div>
  );
}

function NoTargets({ view, known, month }: Known & { month: Month }) {
  const words = view.texts.targets;
  const none = known.targets.store.present().targets.length === 0;
  return (
    <section class="panel empty" id="no-targets">
      <h2>{none ? words.noneAtAll : words.noneForMonth(month)}</h2>
      <p>{words.noneHelp}</p>
    </section>
  );
}
