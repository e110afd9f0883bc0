import type { Planner, Renderer } from "../types.ts";

/** The offline planner with its grammar and its words. */
export async function loadPlanner(): Promise<{ plan: Planner; render: Renderer }> {
  const [{ plan }, { render }] = await Promise.all([import("./plan.ts"), import("./answer.ts")]);
  return { plan, render };
}
