import type { CallPlan, Grain, ToolRun } from "../types.ts";
import { table } from "./markdown.ts";
import type { Part } from "./parts.ts";
import { partsOf } from "./parts.ts";
import { type Body, figure, name, signed, who } from "./said.ts";
import type { Words } from "./words/ko.ts";

/** Day by day, week by week and so on. */
export function trend(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "month";
  if (grain === "weekday") return weekdays(plan, run, text);
  const parts = partsOf(run, grain);
  if (parts.length === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const most = parts.reduce((best, part) => (part.total > best.total ? part : best));
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const { headings } = text;
  return {
    sentence: text.trend(who(plan, run, text), figure(total), name(most, grain, text), figure(most.total)),
    figures: table(
      [text.grain[grain], headings.total, headings.batches, headings.change],
      parts.map((part, at) => [
        name(part, grain, text),
        figure(part.total),
        figure(part.batches),
        at === 0 ? "" : signed(part.total - parts[at - 1]!.total),
      ]),
      [1, 2, 3],
    ),
  };
}

/** The weekdays side by side. What tells them apart is the average day: a period may have fewer of one, or holidays among them. */
function weekdays(plan: CallPlan, run: ToolRun, text: Words): Body {
  const parts = partsOf(run, "weekday");
  if (parts.length === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const [most, least] = [-1, 1].map((sign) => parts.toSorted((a, b) => sign * (perDay(a) - perDay(b)))[0]!);
  const said = (part: Part) => [name(part, "weekday", text), figure(perDay(part))] as const;
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  return {
    sentence:
      parts.length === 1
        ? text.total(who(plan, run, text), figure(total), figure(parts[0]!.batches))
        : text.weekdaysOf(who(plan, run, text), figure(total), said(most!), said(least!)),
    figures: partTable("weekday", parts, text),
  };
}

const perDay = ({ total, days }: Part): number => total / (days ?? 1);

/** Parts with their figures; of weekdays also how many days they are and what is made on one of them. */
function partTable(grain: Grain, parts: readonly Part[], text: Words): string {
  const { headings } = text;
  const more = grain === "weekday";
  return table(
    [text.grain[grain], headings.total, headings.batches, ...(more ? [headings.days, headings.perDay] : [])],
    parts.map((part) => [
      name(part, grain, text),
      figure(part.total),
      figure(part.batches),
      ...(more ? [figure(part.days ?? 0), figure(perDay(part))] : []),
    ]),
    more ? [1, 2, 3, 4] : [1, 2],
  );
}

/** The best or the worst days, weeks and so on. */
export function extremes(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "day";
  const sign = plan.intent === "best" ? -1 : 1;
  const parts = partsOf(run, grain)
    .sort((a, b) => sign * (a.total - b.total))
    .slice(0, plan.focus.limit ?? 1);
  const first = parts[0];
  if (!first) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const say = plan.intent === "best" ? text.best : text.worst;
  return {
    sentence: say(who(plan, run, text), name(first, grain, text), figure(first.total)),
    figures: partTable(grain, parts, text),
  };
}

/** How much on average a day, a week and so on. */
export function averageBy(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "day";
  if (grain === "weekday") return weekdays(plan, run, text);
  const row = run.name === "execute_custom_query" && grain === "day" ? run.result.data[0] : undefined;
  const parts = row ? [] : partsOf(run, grain);
  const total = row ? Number(row.total_production ?? 0) : parts.reduce((sum, part) => sum + part.total, 0);
  const count = row ? Number(row.day_count ?? 0) : parts.length;
  if (count === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  return {
    sentence: text.averageBy(
      who(plan, run, text),
      text.perGrain[grain],
      figure(total / count),
      `${figure(count)}${text.parts[grain]}`,
    ),
    figures: table([text.headings.item, text.headings.total], [[who(plan, run, text), figure(total)]], [1]),
  };
}
