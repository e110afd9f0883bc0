/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Achievement, Standing } from "../../targets/achievement.ts";
import { Bar } from "../charts/pareto.tsx";
import { Short } from "../elements.tsx";
import type { View } from "../view.ts";

/** How likely a target is reached, as a word and a colour. */
export type Likelihood = "reached" | "missed" | "likely" | "uncertain" | "unlikely" | "unknown";

const likelyFrom = 0.8;
const unlikelyBelow = 0.2;

/** What is to be said of a target: reached or missed where that is certain, else by its probability. */
function likelihoodOf({ remaining, probability }: Standing, daysLeft: number | null): Likelihood {
  if (remaining === 0) return "reached";
  if (daysLeft === 0) return "missed";
  if (probability === null) return "unknown";
  return probability >= likelyFrom ? "likely" : probability < unlikelyBelow ? "unlikely" : "uncertain";
}

const pills: Record<Likelihood, string> = {
  reached: "good",
  likely: "good",
  uncertain: "wait",
  unlikely: "bad",
  missed: "bad",
  unknown: "",
};

/** How likely a target is reached, with the figure where there is one. */
export function Chance({ view, standing, daysLeft }: { view: View; standing: Standing; daysLeft: number | null }) {
  const words = view.texts.targets;
  const likelihood = likelihoodOf(standing, daysLeft);
  if (likelihood === "unknown") return <span class="hint">–</span>;
  const isCertain = likelihood === "reached" || likelihood === "missed";
  return (
    <span class={`pill ${pills[likelihood]}`} data-likelihood={likelihood}>
      {words[likelihood]}
      {isCertain || standing.probability === null ? "" : ` ${chance(view, standing.probability)}`}
    </span>
  );
}

/** Out of some hundred tests nobody knows that something is impossible or certain. */
function chance({ format }: View, probability: number): string {
  if (probability < 0.01) return "<1%";
  return probability > 0.99 ? ">99%" : format.percent(Math.round(probability * 100) / 100);
}

interface CardsProps {
  view: View;
  achievement: Achievement;
  total: Standing;
}

/** All targets of the month together: what is achieved, what is forecast, what it still takes. */
export function TargetCards({ view, achievement, total }: CardsProps) {
  const { format, texts } = view;
  const { targets: words, overview } = texts;
  const days = achievement.working_days;
  const daysLeft = days?.left ?? null;
  const gap = total.made - total.expected_by_now;
  const whole = (value: number): string => format.exact(Math.round(value));
  const through = achievement.last_full_day === null ? null : words.through(achievement.last_full_day);
  return (
    <section class="cards target-cards" aria-label={words.figures}>
      <TargetCard id="achievement" label={words.achievement}>
        <p class="value">
          <data value={String(total.achievement)}>{format.percent(total.achievement)}</data>
        </p>
        <TargetBar total={total} />
        <p class="change">{words.madeOf(whole(total.made), whole(total.target))}</p>
      </TargetCard>
      <TargetCard id="expected" label={words.expected}>
        <p class="value">
          {days === null ? "–" : <Short value={total.expected_by_now} format={format} words={overview.pieces} />}
        </p>
        {days === null ? null : (
          <>
            <p class="change">
              <span class={gap > 0 ? "up" : gap < 0 ? "down" : ""}>
                {gap > 0 ? words.ahead(whole(gap)) : gap < 0 ? words.behind(whole(-gap)) : words.onPlan}
              </span>
            </p>
            <p class="hint">
              {words.workingDays(format.exact(oneDecimal(days.passed)), format.exact(oneDecimal(days.all)))}
            </p>
          </>
        )}
      </TargetCard>
      <TargetCard id="forecast" label={words.forecast}>
        <p class="value">
          {total.forecast === null ? (
            words.noForecast
          ) : (
            <Short value={total.forecast} format={format} words={overview.pieces} />
          )}
        </p>
        {total.forecast === null ? null : (
          <p class="change">
            {words.forecastOf(format.percent(total.forecast / total.target))}{" "}
            <Chance view={view} standing={total} daysLeft={daysLeft} />
          </p>
        )}
        {daysLeft === 0 || total.forecast === null ? null : (
          <p class="hint">
            {total.forecast_low === null || total.forecast_high === null
              ? words.noInterval
              : words.interval(format.short(total.forecast_low), format.short(total.forecast_high))}
          </p>
        )}
      </TargetCard>
      <TargetCard id="needed" label={words.needed}>
        <p class="value">
          {total.needed_per_day === null ? (
            "–"
          ) : (
            <Short value={total.needed_per_day} format={format} words={overview.pieces} />
          )}
        </p>
        <p class="change">
          {daysLeft === null || daysLeft === 0
            ? words.nothingLeft
            : words.neededHelp(format.exact(oneDecimal(daysLeft)))}
        </p>
        {through === null ? null : <p class="hint">{through}</p>}
      </TargetCard>
    </section>
  );
}

function TargetCard({ id, label, children }: { id: string; label: string; children: Child }) {
  return (
    <article class="panel card" id={`card-${id}`}>
      <h2>{label}</h2>
      {children}
    </article>
  );
}

/** What is achieved as a bar, with a mark at what is planned for the days that are over. */
export function TargetBar({ total }: { total: Standing }) {
  return <Bar colour="quantity" length={total.achievement} mark={total.expected_by_now / total.target} />;
}

const oneDecimal = (value: number): number => Math.round(value * 10) / 10;
