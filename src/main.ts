import path from "node:path";
import { exportFlag, isCompiled, operationFlag, serviceFlag, workerFlag } from "./workers/process.ts";

// The hidden commands come first and load nothing but what they need: a worker is ready in a fraction of the server's start.
const [first] = process.argv.slice(2);
if (first === workerFlag) {
  const { serveTasks } = await import("./workers/serve.ts");
  const { keeperTasks } = await import("./segments/keeper-tasks.ts");
  const { healTasks } = await import("./operations/heal-tasks.ts");
  const { rolloverTasks } = await import("./operations/rollover-tasks.ts");
  const { rollupTasks } = await import("./rollup/tasks.ts");
  const { searchTasks } = await import("./search/tasks.ts");
  const { qualityTasks } = await import("./quality/tasks.ts");
  const { questionTasks } = await import("./production/worker-tasks.ts");
  const { customQueryTasks } = await import("./chat/sql/tasks.ts");
  const { targetTasks } = await import("./targets/tasks.ts");
  const { selfCheckTasks } = await import("./self-check/tasks.ts");
  await serveTasks({
    ...keeperTasks,
    ...healTasks,
    ...rolloverTasks,
    ...rollupTasks,
    ...searchTasks,
    ...qualityTasks,
    ...questionTasks(),
    ...customQueryTasks,
    ...targetTasks,
    ...selfCheckTasks,
  });
} else if (first === exportFlag) {
  const { runExport } = await import("./exports/process.ts");
  await runExport();
} else if (first === operationFlag) {
  const { carryOutOrder } = await import("./operations/child.ts");
  const { operations } = await import("./operations/registry.ts");
  const { reportTasks } = await import("./reports/tasks.ts");
  await carryOutOrder({ ...operations, ...reportTasks });
  process.exit(0);
} else if (first === serviceFlag) {
  // Nothing else of the hub either: it stays in memory beside it for years.
  const { supervise } = await import("./service/supervisor.ts");
  const { stopSignal } = await import("./stop-signal.ts");
  const [, flag, home = ""] = process.argv.slice(2);
  if (flag !== "--home") console.error("--service goes with --home DIR.");
  process.exit(flag === "--home" ? await supervise({ home: path.resolve(home), stopSignal: stopSignal() }) : 2);
} else {
  const { runCommand } = await import("./command.ts");
  const beside = isCompiled ? path.dirname(process.execPath) : path.resolve(import.meta.dir, "..");
  process.exit(await runCommand(process.argv.slice(2), beside));
}
