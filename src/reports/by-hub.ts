import type { OperationContext } from "../operations/operation.ts";
import { tellRunningHub } from "../operations/running-hub.ts";
import type { ReportOrder } from "./alone.ts";
import { tellMade } from "./outcome.ts";
import type { MakingResult } from "./reports.ts";

/** Has the running hub make a report. Throws OperationError when it refuses or cannot be reached. */
export async function reportByHub(
  context: OperationContext,
  { kind, date, send }: ReportOrder,
): Promise<{ summary: string }> {
  const made = await tellRunningHub(context, `/reports/${kind}/run`, { send, ...(date === undefined ? {} : { date }) });
  const { from, through, headline, files, sent } = made as Pick<MakingResult, "headline" | "files" | "sent"> & {
    from: string;
    through: string;
  };
  return {
    summary: tellMade(
      { report: { from, through }, headline, files, sent },
      { folder: context.settings.reportsDir, send, deliveries: null },
    ),
  };
}
