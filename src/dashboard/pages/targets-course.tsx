/** @jsxImportSource hono/jsx */
import type { Achievement } from "../../targets/achievement.ts";
import { type Column, SeriesFigure } from "../charts/series-figure.tsx";
import type { View } from "../view.ts";

/** How the month has gone and will go on, against its plan: all items with a target together, added up day by day. */
export function TargetCourse({ view, achievement }: { view: View; achievement: Achievement }) {
  const words = view.texts.targets;
  const { course } = achievement;
  if (course.length === 0) return null;
  const column = (
    label: string,
    values: (number | null)[],
    form: "bars" | "line" | "dashed",
    colour: string,
  ): Column => ({
    heading: label,
    values,
    line: { label, form, scale: "quantity", colour },
  });
  return (
    <SeriesFigure
      view={view}
      id="course"
      title={words.course}
      unit="day"
      starts={course.map(({ day }) => day)}
      columns={[
        column(
          words.madeSoFar,
          course.map(({ made }) => made),
          "bars",
          "--quantity",
        ),
        column(
          words.plannedSoFar,
          course.map(({ planned }) => planned),
          "dashed",
          "--compared",
        ),
        column(
          words.forecastSoFar,
          course.map(({ forecast }) => forecast),
          "line",
          "--batches",
        ),
      ]}
    />
  );
}
