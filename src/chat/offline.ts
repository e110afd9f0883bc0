import type { FactoryClock } from "../observe/clock.ts";
import { type Desk, readAnswer } from "../production/desk.ts";
import type { Item } from "../production/items.ts";
import type { coverage } from "../production/series.ts";
import { UnavailableError } from "../segments/errors.ts";
import type { Toolbox } from "./tools/toolbox.ts";
import { FailedCallError } from "./troubles.ts";
import type { Focus, OnCall, Plan, PlanContext, Planner, Renderer, ToolRun } from "./types.ts";

/** Items that a part of a name may stand for: a rarely made one must not be missed behind fifty others that share a syllable with it. */
const mostMatches = 2_000;

export interface OfflineServices {
  desk: Desk;
  toolbox: Pick<Toolbox, "call">;
  /** Loads the planner at the first question, because the hub has to start at once. */
  loadPlanner: () => Promise<{ plan: Planner; render: Renderer }>;
  clock: FactoryClock;
}

export interface OfflineQuestion {
  query: string;
  /** Of the question before in the same conversation. */
  previous: Focus | null;
  requestId: string;
  signal: AbortSignal;
}

/** Answers by the hub's own planner, which asks nobody else. `runs` is filled with what the tools found. Throws FailedCallError. */
export async function answerOffline(
  { desk, toolbox, loadPlanner, clock }: OfflineServices,
  { query, previous, requestId, signal }: OfflineQuestion,
  runs: ToolRun[],
  onCall: OnCall,
): Promise<{ plan: Plan; answer: string }> {
  const { plan: planFor, render } = await loadPlanner();
  let unreadable: UnavailableError | null = null;
  const plan = await planFor(query, await contextOf());
  // The item may be one of the files that cannot be read.
  if (unreadable && plan.kind === "ask" && plan.candidates.length === 0) throw unreadable;
  for (const call of plan.kind === "calls" ? plan.calls : []) {
    await onCall(call);
    const outcome = await toolbox.call(call, requestId, signal);
    if ("status" in outcome) throw new FailedCallError(outcome);
    runs.push(outcome);
  }
  return { plan, answer: render(plan, runs) };

  async function contextOf(): Promise<PlanContext> {
    const today = clock.today();
    const covered = readAnswer(await desk.ask("coverage", { today }, requestId, signal)) as ReturnType<typeof coverage>;
    return { today, newestDay: covered.newest, findItems, previous };
  }

  /** Of all files, or of those that can be read: a broken archive keeps nobody from asking about this month. */
  async function findItems(q: string): Promise<Item[]> {
    const look = async (readable: boolean): Promise<Item[]> =>
      readAnswer(await desk.ask("items", { q, limit: mostMatches, readable }, requestId, signal)) as Item[];
    if (unreadable) return look(true);
    try {
      return await look(false);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      unreadable = error;
      return look(true);
    }
  }
}
