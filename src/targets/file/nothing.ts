import type { FileContent, Problem } from "../types.ts";

/** The content of a file that cannot be read at all. */
export function nothing(kind: Problem["kind"], value = ""): FileContent {
  const problem = { kind, row: 0, column: "", value, hint: "" };
  return { targets: [], months: [], problems: [problem], problemCount: 1, severeCount: 1, unknown: [], ignored: [] };
}
