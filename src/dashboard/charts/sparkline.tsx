/** @jsxImportSource hono/jsx */

const width = 120;
const height = 32;

/** A line without axes that shows how a figure went; nothing for fewer than two values. For the eye alone: the figures stand elsewhere. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  const least = Math.min(0, ...values);
  const span = Math.max(...values) - least || 1;
  const points = values.map((value, at) => {
    const x = (at / (values.length - 1)) * (width - 4) + 2;
    const y = height - 3 - ((value - least) / span) * (height - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const [x, y] = points.at(-1)!.split(",");
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`2,${height} ${points.join(" ")} ${width - 2},${height}`} />
      <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
      <line x1={x} y1={y} x2={x} y2={y} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
