/** @jsxImportSource hono/jsx */
import type { ReportDay } from "../../reports/report.ts";
import type { ReportContent } from "../../reports/sections.ts";

/** Units of the drawing; its width is that of the page whatever that is. */
const width = 720;
const height = 180;
const [right, top, bottom] = [6, 8, 20];
/** A sign of the axis at most, and the room beside its labels. */
const signWidth = 6.2;
const labelGap = 12;
const steps = 4;
/** Days whose labels fit side by side. */
const mostLabels = 16;

/** The days of a report as columns, with what they are compared with as a stepped line. Drawn by the server, so that it prints as sharp as text. */
export function DaysChart({
  content,
  days,
  label,
}: {
  content: ReportContent;
  days: readonly ReportDay[];
  label: string;
}) {
  const { figures } = content;
  const greatest = Math.max(0, ...days.flatMap(({ total_production, compared }) => [total_production, compared ?? 0]));
  const end = roundUp(greatest);
  // A thousand million has thirteen signs.
  const longest = Math.max(...Array.from({ length: steps + 1 }, (_, at) => figures.exact((end * at) / steps).length));
  const left = labelGap + signWidth * longest;
  const inner = { width: width - left - right, height: height - top - bottom };
  const step = inner.width / Math.max(1, days.length);
  const y = (value: number): number => top + inner.height * (1 - Math.max(0, value) / end);
  const every = Math.ceil(days.length / mostLabels);
  const line = days
    .map(({ compared }, at) => {
      if (compared === null) return "";
      const from = left + at * step;
      return `M${from.toFixed(1)} ${y(compared).toFixed(1)}h${step.toFixed(1)}`;
    })
    .join("");
  return (
    <svg class="days" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {Array.from({ length: steps + 1 }, (_, at) => {
        const value = (end * at) / steps;
        return (
          <>
            <line class="grid" x1={left} x2={width - right} y1={y(value)} y2={y(value)} />
            <text class="axis" x={left - 6} y={y(value) + 3} text-anchor="end">
              {figures.exact(value)}
            </text>
          </>
        );
      })}
      {days.map(({ day, total_production }, at) => (
        <>
          <rect
            class="bar"
            x={(left + at * step + step * 0.15).toFixed(1)}
            width={(step * 0.7).toFixed(1)}
            y={y(total_production).toFixed(1)}
            height={(y(0) - y(total_production)).toFixed(1)}
          />
          {at % every === 0 ? (
            <text class="axis" x={(left + (at + 0.5) * step).toFixed(1)} y={height - 6} text-anchor="middle">
              {day.slice(5)}
            </text>
          ) : null}
        </>
      ))}
      <path class="compared" d={line} />
    </svg>
  );
}

/** The next number of 1, 2, 2.5 or 5 times a power of ten, so that the axis has round steps. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
