/** @jsxImportSource hono/jsx */
import { addDays, daysBetween, startOf, startsWithin, weekday } from "../../production/calendar.ts";
import type { Answers } from "../../production/questions.ts";
import { Scroll } from "../elements.tsx";
import { link, type View } from "../view.ts";

/** Up to so many days each has a square with its figure; beyond, a small one of colour alone. */
const mostLarge = 62;
/** Weeks that fit side by side. */
const mostWeeks = 53;
const shades = 5;

/** The days of the period by weekday, the darker the greater their good quantity; each leads to its day. */
export function CalendarMap({ view, days }: { view: View; days: Answers["daily_total"] }) {
  const { filter, texts } = view;
  const large = daysBetween(filter.from, filter.to) < mostLarge;
  const earliest = addDays(startOf(filter.to, "week"), -7 * (mostWeeks - 1));
  const cut = !large && filter.from < earliest;
  const from = cut ? earliest : filter.from;
  const totals = new Map(days.map(({ day, total_production }) => [day, total_production]));
  const greatest = days.reduce((most, { total_production }) => Math.max(most, total_production), 0);
  const shade = (value: number): number => (value <= 0 ? 0 : Math.min(shades, Math.ceil((value / greatest) * shades)));
  const weeks = startsWithin(from, filter.to, "week");
  const cell = (day: string) =>
    day < from || day > filter.to ? (
      <td class="outside" />
    ) : (
      <Day view={view} day={day} value={totals.get(day) ?? null} shade={shade(totals.get(day) ?? 0)} large={large} />
    );
  return (
    <article class="panel calendar" id="calendar">
      <div class="head">
        <h2>{texts.overview.calendar}</h2>
        <div class="legend" aria-hidden="true">
          {texts.overview.less}
          {Array.from({ length: shades + 1 }, (_, at) => (
            <i class={`shade-${at}`} />
          ))}
          {texts.overview.more}
        </div>
      </div>
      {cut ? <p class="hint">{texts.overview.calendarCut(view.format.exact(mostWeeks))}</p> : null}
      <Scroll label={texts.overview.calendar}>
        {large ? (
          <table class="days large">
            <caption class="unseen">{texts.overview.calendarHelp}</caption>
            <thead>
              <tr>
                {texts.columns.weekdays.map((name) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week) => (
                <tr>{texts.columns.weekdays.map((_, at) => cell(addDays(week, at)))}</tr>
              ))}
            </tbody>
          </table>
        ) : (
          <table class="days small">
            <caption class="unseen">{texts.overview.calendarHelp}</caption>
            <thead>
              <tr>
                <td />
                {weeks.map((_, at) => {
                  const month = monthOver(weeks, at);
                  return month === null ? <td /> : <th scope="col">{month}</th>;
                })}
              </tr>
            </thead>
            <tbody>
              {texts.columns.weekdays.map((name, at) => (
                <tr>
                  <th scope="row">{name}</th>
                  {weeks.map((week) => cell(addDays(week, at)))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Scroll>
    </article>
  );
}

interface DayProps {
  view: View;
  day: string;
  value: number | null;
  shade: number;
  large: boolean;
}

function Day({ view, day, value, shade, large }: DayProps) {
  const { format, texts } = view;
  const said = value === null ? `${day} –` : `${day} ${texts.overview.pieces(format.exact(value))}`;
  const weekend = weekday(day) > 4 ? " weekend" : "";
  if (!large) return <td class={`shade-${shade}`} title={said} />;
  return (
    <td class={`shade-${shade}${weekend}`}>
      <a href={link(view, { period: "custom", from: day, to: day })} title={said}>
        <span class="date">{day.slice(8).replace(/^0/, "")}</span>
        <span class="figure">{value === null ? "" : format.short(value)}</span>
      </a>
    </td>
  );
}

/** The number of the month that begins with a week; at the first week only where there is room for it before the next one. */
function monthOver(weeks: readonly string[], at: number): string | null {
  const month = (week: string | undefined): string | undefined => week?.slice(5, 7);
  const here = month(weeks[at]);
  if (at === 0 ? month(weeks[1]) !== here : month(weeks[at - 1]) === here) return null;
  return String(Number(here));
}
