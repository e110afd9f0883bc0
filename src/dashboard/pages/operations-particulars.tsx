/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";

/** What something is called, and how it is. */
export type Particular = readonly [name: string, value: Child];

/** How a thing is, point by point; `narrow` where several such lists stand side by side. */
export function Particulars({ of, narrow }: { of: readonly Particular[]; narrow?: boolean }) {
  return (
    <dl class={narrow ? "particulars narrow" : "particulars"}>
      {of.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
