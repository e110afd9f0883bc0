import type { OperationContext } from "../operations/operation.ts";
import { OperationError } from "../operations/operation.ts";
import type { RenderOrder } from "./files.ts";

/** What is done about reports in a process of its own, because a workbook takes longer than the event loop may be held, and a folder may be on a slow share. */
export const reportTasks = {
  /** Writes the files of a report into the folder of the settings. */
  "write-report": async ({ settings }: OperationContext, order: RenderOrder) => {
    const { writeReport } = await import("./files.ts");
    try {
      return await writeReport(order, settings.reportsDir, settings.reportRetention);
    } catch (error) {
      const { code, syscall, message } = error as NodeJS.ErrnoException;
      if (!syscall) throw error;
      throw new OperationError(
        `The report could not be written into ${settings.reportsDir} (${code ?? message}). See that the folder is there, that the hub may write into it and that nobody has the file open, and make the report again.`,
      );
    }
  },
  /** A report as a workbook, in Base64. */
  "render-workbook": async (_: OperationContext, order: RenderOrder) => {
    const { renderWorkbook } = await import("./files.ts");
    return Buffer.from(await renderWorkbook(order)).toString("base64");
  },
};
