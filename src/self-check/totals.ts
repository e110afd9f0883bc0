import { z } from "zod";
import type { Finding } from "../operations/findings.ts";
import type { Health, HubUnderCheck } from "./hub-under-check.ts";

/** Rows of a day that are added up one by one, in pages. */
const page = 5_000;
const mostPages = 10;
const attempts = 3;

const days = z.array(z.object({ total_production: z.number(), batch_count: z.number() }));
const records = z.object({
  data: z.array(z.object({ good_quantity: z.number().nullable() })),
  next_cursor: z.string().nullable(),
});

/** Compares, for the first and the last day of each file, what the daily totals say with the rows themselves. */
export async function checkTotalsOnSample(hub: HubUnderCheck, { files, rollup }: Health): Promise<Finding[]> {
  const finding = (status: Finding["status"], message: string): Finding[] => [
    { area: "totals", file: "hub.db", status, message },
  ];
  if (rollup.state !== "ready")
    return finding(
      "ok",
      `The daily totals are ${rollup.state === "off" ? "off" : "being made"}; rows are added up meanwhile.`,
    );
  const sample = [...new Set(files.flatMap(({ first_day, last_day }) => [first_day, last_day]))].filter(
    (day) => day !== null,
  );
  if (sample.length === 0) return finding("ok", "There are no rows yet to compare daily totals with.");
  const different: string[] = [];
  for (const day of sample) if (!(await agrees(hub, day))) different.push(day);
  if (different.length === 0)
    return finding("ok", `Totals and rows agree on ${sample.length} days: ${sample.join(", ")}.`);
  const message = `Totals and rows differ on ${different.join(", ")}. --check compares all of them, and says what to do.`;
  return finding("fail", message);
}

/** The ERP may write between the two answers, so a difference counts only when it stays. */
async function agrees(hub: HubUnderCheck, day: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const [total] = await hub.json(days, `/api/v1/summary/daily?date_from=${day}&date_to=${day}`);
    const rows = await addUp(hub, day);
    if (rows === null) return true;
    const { total_production: sum, batch_count: count } = total ?? { total_production: 0, batch_count: 0 };
    if (count === rows.count && Math.abs(sum - rows.sum) <= 1e-9 * Math.max(1, Math.abs(sum))) return true;
  }
  return false;
}

/** Number and quantity of a day's rows; null where there are too many to walk through. */
async function addUp(hub: HubUnderCheck, day: string): Promise<{ count: number; sum: number } | null> {
  const path = `/api/v1/records?date_from=${day}&date_to=${day}&limit=${page}`;
  let [count, sum, cursor]: [number, number, string | null] = [0, 0, null];
  for (let at = 0; at < mostPages; at++) {
    const answer: z.output<typeof records> = await hub.json(
      records,
      cursor === null ? path : `${path}&cursor=${cursor}`,
    );
    count += answer.data.length;
    for (const { good_quantity } of answer.data) sum += good_quantity ?? 0;
    cursor = answer.next_cursor;
    if (cursor === null) return { count, sum };
  }
  return null;
}
