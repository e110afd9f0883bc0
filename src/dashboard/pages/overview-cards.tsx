/** @jsxImportSource hono/jsx */
import type { Ranking } from "../../production/ranking.ts";
import type { Series } from "../../production/series.ts";
import { Sparkline } from "../charts/sparkline.tsx";
import { Short } from "../elements.tsx";
import type { View } from "../view.ts";

interface CardsProps {
  view: View;
  series: Series;
  ranking: Ranking;
  counts: { counts: number[] };
  rankingBefore: Ranking | null;
  before: { from: string; to: string } | null;
}

/** The four figures of a period, how they changed and how they went. */
export function Cards({ view, series, ranking, counts, rankingBefore, before }: CardsProps) {
  const { overview } = view.texts;
  const line = (of: (part: Series["parts"][number]) => number) => series.parts.map(of);
  const cards: Omit<CardProps, "view" | "before">[] = [
    {
      id: "total",
      label: overview.total,
      value: ranking.total_production,
      past: rankingBefore?.total_production,
      words: overview.pieces,
      line: line(({ total_production }) => total_production),
    },
    {
      id: "batches",
      label: overview.batches,
      value: ranking.batch_count,
      past: rankingBefore?.batch_count,
      words: overview.batchCount,
      line: line(({ batch_count }) => batch_count),
    },
    {
      id: "items",
      label: overview.items,
      value: ranking.item_count,
      past: rankingBefore?.item_count,
      words: overview.itemCount,
      line: counts.counts,
    },
    {
      id: "average",
      label: overview.average,
      value: ranking.avg_batch_size,
      past: rankingBefore?.avg_batch_size,
      words: overview.pieces,
      line: line(({ total_production, batch_count }) => (batch_count === 0 ? 0 : total_production / batch_count)),
    },
  ];
  return (
    <section class="cards" aria-label={overview.cards}>
      {cards.map((card) => (
        <Card view={view} before={before} {...card} />
      ))}
    </section>
  );
}

interface CardProps {
  view: View;
  id: string;
  label: string;
  value: number;
  past: number | undefined;
  before: { from: string; to: string } | null;
  words: (text: string) => string;
  line: readonly number[];
}

/** One figure of a period, how it changed and how it went. */
export function Card({ view, id, label, value, past, before, words, line }: CardProps) {
  return (
    <article class="panel card" id={`card-${id}`}>
      <h2>{label}</h2>
      <p class="value">
        <Short value={value} format={view.format} words={words} />
      </p>
      {past === undefined || before === null ? null : (
        <Change view={view} value={value} past={past} words={words} before={before} />
      )}
      <Sparkline values={line} />
    </article>
  );
}

type ChangeProps = Pick<CardProps, "view" | "value" | "words"> & { past: number; before: { from: string; to: string } };

/** How far a figure is from the one compared, by sign, word and colour. */
function Change({ view, value, past, words, before }: ChangeProps) {
  const { texts, format, filter } = view;
  const days = before.from === before.to ? before.from : `${before.from} ~ ${before.to}`;
  const title = texts.overview.before(words(format.exact(past)), days);
  const direction = value > past ? "up" : value < past ? "down" : "same";
  const sign = { up: "▲", down: "▼", same: "" }[direction];
  const said =
    value === past
      ? texts.overview.same
      : past > 0
        ? format.change((value - past) / past)
        : past === 0
          ? texts.overview.fresh
          : format.signed(value - past);
  return (
    <p class="change" title={title}>
      <span class={direction}>
        <span aria-hidden="true">{sign}</span> {said}
      </span>{" "}
      <span class="hint">{texts.overview.against[filter.compare]}</span>
      <span class="unseen">{title}</span>
    </p>
  );
}
