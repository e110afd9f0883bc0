/** One finding. `fail`: something does not work or data are in danger. `warn`: somebody should look at it. */
export interface Finding {
  area: string;
  /** What it is about: the name of a file, say. */
  file: string;
  status: "ok" | "warn" | "fail";
  message: string;
}

/** In the place of a file's name for what concerns none. */
export const noFile = "-";

/** What it means that a file of the ERP is not there, for whoever looks from outside of the hub. */
export const whenAbsent =
  "A hub that has read it goes on answering from its last good version; without one its days cannot be answered. Put it back, or restore it (--restore).";

/** How many findings there are of each kind, in a sentence. */
export function countFindings(title: string, rows: readonly Finding[]): string {
  const failures = rows.filter(({ status }) => status === "fail").length;
  const warnings = rows.filter(({ status }) => status === "warn").length;
  return `${title}: ${failures} failed, ${warnings} to look at, ${rows.length - failures - warnings} in order.`;
}

/** The findings as a table for people, failures included where they stand, and their numbers below. */
export function renderFindings(title: string, rows: readonly Finding[], subject = "file"): string {
  const heads = { area: "area", file: subject, status: "state", message: "finding" };
  const width = (field: "area" | "file" | "status") => Math.max(...[heads, ...rows].map((row) => row[field].length));
  const [areas, names, states] = [width("area"), width("file"), width("status")];
  const line = (row: typeof heads | Finding) =>
    `${row.status.padEnd(states)}  ${row.area.padEnd(areas)}  ${row.file.padEnd(names)}  ${row.message}`;
  return [line(heads), ...rows.map(line), "", countFindings(title, rows)].join("\n");
}
