import type { OperationContext } from "./operation.ts";
import { runRollover } from "./rollover.ts";
import { countMonths, type RolloverPlan, renderCounted, surveyFiles } from "./rollover-plan.ts";
import { askRunningHub } from "./running-hub.ts";

/**
 * Has the running hub carry the rollover out, so that there is never a second writer, and says what it would say if it were done here: the plan
 * before, and what the months count afterwards, also when the hub could not finish. Throws OperationError.
 */
export async function rolloverByHub(context: OperationContext): Promise<{ summary: string }> {
  const { plan } = await runRollover(context, { dryRun: true });
  try {
    return { summary: await askRunningHub(context.settings, "rollover", context.progress) };
  } finally {
    await sayCounted(context, plan);
  }
}

async function sayCounted({ settings, log }: OperationContext, plan: RolloverPlan): Promise<void> {
  if (plan.counted.length === 0) return;
  const months = new Set(plan.counted.map(({ month }) => month));
  log.info(renderCounted(await countMonths(await surveyFiles(settings), months)));
}
