/**
 * Precision and recall of the findings (docs/quality.md): `bun test/bench/quality.ts [seeds] [rows]` plants faults of every kind into clean demo data, one by one, and
 * prints how many were found, and how many findings two years of the clean data gave.
 */

import {
  checkHome,
  falseRowFindings,
  plantRows,
  recallOfRows,
  recentRows,
  writeRows,
} from "../quality/planted-rows.ts";
import { backtestDays, cleanHistory, falseFindings, type Recall, recallOfTotals } from "../quality/planted-totals.ts";
import { temporaryHome } from "../support/files.ts";

const today = "2026-11-21";
const seeds = Number(process.argv[2] ?? 3);
const rows = Number(process.argv[3] ?? 150_000);
const weeks = (seeds * backtestDays) / 7;

const recalls: Recall[] = [];
const falseByKind = new Map<string, number>();
for (let seed = 1; seed <= seeds; seed++) {
  const history = cleanHistory(seed, rows, today);
  recalls.push(...recallOfTotals(history, 60, seed));
  const clean = recentRows(seed, rows, today);
  const unharmed = temporaryHome();
  writeRows(unharmed, clean, Number(today.slice(0, 4)));
  for (const { kind } of [...falseFindings(history), ...falseRowFindings(await checkHome(unharmed, today))]) {
    falseByKind.set(kind, (falseByKind.get(kind) ?? 0) + 1);
  }
  const planted = plantRows(clean, 7, seed, today);
  const home = temporaryHome();
  writeRows(home, planted.rows, Number(today.slice(0, 4)), planted.strays);
  recalls.push(...recallOfRows(planted, (await checkHome(home, today)).findings));
}

console.log("| kind | planted fault | planted | found | recall | false a year | precision at one fault a month |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const own of Map.groupBy(recalls, ({ kind, fault }) => `${kind} ${fault}`).values()) {
  const { kind, fault } = own[0]!;
  const planted = own.reduce((sum, one) => sum + one.planted, 0);
  // A small factory has no item with so many batches a day.
  if (planted === 0) continue;
  const found = own.reduce((sum, one) => sum + one.found, 0);
  const falseAYear = ((falseByKind.get(kind) ?? 0) / weeks) * 52;
  const recall = found / planted;
  const precision = (12 * recall) / (12 * recall + falseAYear);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  console.log(
    `| ${[kind, fault, planted, found, percent(recall), falseAYear.toFixed(1), percent(precision)].join(" | ")} |`,
  );
}
const all = [...falseByKind.values()].reduce((sum, count) => sum + count, 0);
console.log(`\nFalse findings: ${all} in ${weeks} weeks of clean data, ${(all / weeks).toFixed(2)} a week.`);
