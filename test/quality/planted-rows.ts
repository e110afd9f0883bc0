import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Random, seededRandom } from "../../src/demo/random.ts";
import { addDays } from "../../src/production/calendar.ts";
import type { Checked } from "../../src/quality/check.ts";
import type { Finding, Kind } from "../../src/quality/finding.ts";
import { qualityTasks } from "../../src/quality/tasks.ts";
import { median } from "../../src/statistics/robust.ts";
import { openCatalog } from "../support/catalog.ts";
import { eventually } from "../support/hub.ts";
import { type CleanRow, cleanRows } from "./clean-data.ts";
import type { Recall } from "./planted-totals.ts";

/** Writes rows of `liveYear` and later into Live and those before into an archive, in the order given; those of `strays` stand in Live whatever their day. */
export function writeRows(
  home: string,
  rows: Iterable<CleanRow>,
  liveYear: number,
  strays: readonly CleanRow[] = [],
): void {
  const folder = join(home, "database");
  mkdirSync(folder, { recursive: true });
  const open = (name: string): { db: Database; insert: (row: CleanRow) => void } => {
    const db = new Database(join(folder, name), { create: true });
    db.run("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    db.run(`CREATE TABLE production_records (id INTEGER PRIMARY KEY AUTOINCREMENT, production_date TEXT NOT NULL, lot_number TEXT,
      item_code TEXT NOT NULL, item_name TEXT, good_quantity REAL DEFAULT 0)`);
    db.run("BEGIN");
    const statement = db.prepare(
      "INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity) VALUES (?, ?, ?, ?, ?)",
    );
    return { db, insert: ({ text, lot, code, name, quantity }) => statement.run(text, lot, code, name, quantity) };
  };
  const archive = open(`archive_${liveYear - 1}.db`);
  const live = open("production_analysis.db");
  for (const row of rows) (Number(row.day.slice(0, 4)) < liveYear ? archive : live).insert(row);
  for (const row of strays) live.insert(row);
  for (const { db } of [archive, live]) {
    db.run("COMMIT");
    for (const column of ["production_date", "item_code", "item_code, production_date", "lot_number"]) {
      db.run(`CREATE INDEX "by ${column}" ON production_records (${column})`);
    }
    db.close();
  }
}

/** Looks through the files of a home as the hub does, until all days were read. */
export async function checkHome(home: string, today: string, days = 740): Promise<Checked> {
  const catalog = openCatalog(home);
  try {
    // A busy machine may not have read every file by the time that a question waits.
    const snapshot = await eventually("every file", async () => {
      const published = await catalog.current();
      return published.missing.length === 0 ? published : undefined;
    });
    const order = { snapshot, today, days, holidays: true, databaseDir: join(home, "database"), hasRollups: false };
    for (;;) {
      const { checked } = await qualityTasks["quality.check"](order);
      if (checked?.pending === 0) return checked;
    }
  } finally {
    catalog.close();
  }
}

/** Clean rows of the last two and a half years. */
export function recentRows(seed: number, rows: number, today: string): CleanRow[] {
  const first = `${Number(today.slice(0, 4)) - 2}-05-01`;
  return [...cleanRows(seed, rows, today)].filter(({ day }) => day >= first);
}

/** Kinds that only the rows themselves show. */
const rowKinds: readonly Kind[] = [
  "duplicate-rows",
  "missing-values",
  "text-quantity",
  "undated-rows",
  "future-days",
  "misplaced-rows",
  "similar-code",
];

/** What is found in two years of clean rows although nothing is wrong. */
export function falseRowFindings({ findings }: Checked): Finding[] {
  return findings.filter(({ kind }) => rowKinds.includes(kind));
}

/** Rows with faults, and how to tell whether each was found. */
export interface Planted {
  rows: CleanRow[];
  strays: CleanRow[];
  faults: { kind: Kind; fault: string; isFound: (findings: readonly Finding[]) => boolean }[];
}

/** Plants `times` faults of each kind that rows show, on days of their own. */
export function plantRows(clean: readonly CleanRow[], times: number, seed: number, today: string): Planted {
  const random = seededRandom(seed);
  const byDay = Map.groupBy(clean, ({ day }) => day);
  const usual = median([...byDay.values()].map(({ length }) => length));
  const days = [...byDay.keys()].sort().filter((day) => byDay.get(day)!.length > usual / 2);
  // Half a year is learned from, and what lies before the days that are looked at is not found.
  const free = days.filter((day) => day > addDays(today, -480));
  const aDay = (): string => free.splice(random.below(free.length), 1)[0]!;
  const recent = days.slice(-15);
  const planted: Planted = { rows: [], strays: [], faults: [] };
  const add = (kind: Kind, fault: string, test: (finding: Finding) => boolean): void => {
    planted.faults.push({ kind, fault, isFound: (all) => all.some((one) => one.kind === kind && test(one)) });
  };
  const extra: CleanRow[] = [];
  const changes = new Map<CleanRow, Partial<CleanRow>>();
  for (let at = 0; at < times; at++) {
    const [one, many, lots, names, quantities] = [aDay(), aDay(), aDay(), aDay(), aDay()];
    const single = drawn(random, byDay.get(one)!.filter(isWhole));
    extra.push(single);
    add("duplicate-rows", "one record twice", ({ day }) => day === one);
    extra.push(...byDay.get(many)!.filter(isWhole).slice(0, 20));
    add("duplicate-rows", "20 records of a day twice", ({ day, extent }) => day === many && extent >= 19);
    blank(changes, random, byDay.get(lots)!, 0.3, { lot: null });
    add("missing-values", "30 % of a day without lot", ({ day, figures }) => day === lots && figures.field === "lot");
    blank(changes, random, byDay.get(names)!, 0.1, { name: null });
    add(
      "missing-values",
      "10 % of a day without name",
      ({ day, figures }) => day === names && figures.field === "name",
    );
    blank(changes, random, byDay.get(quantities)!, 0.1, { quantity: null });
    add(
      "missing-values",
      "10 % of a day without quantity",
      ({ day, figures }) => day === quantities && figures.field === "quantity",
    );
  }
  const future = [
    today.slice(0, 8) + String(Number(today.slice(8)) + 2).padStart(2, "0"),
    `${Number(today.slice(0, 4)) + 1}-03-05`,
    "2062-11-20",
  ];
  for (const day of future) {
    extra.push({ ...clean.at(-1)!, day, text: `${day} 오전 12:00:00` });
    add("future-days", "a record of a future day", (finding) => finding.day === day);
  }
  for (const text of ["2026/11/03", "미정", "2026-13-01", "2026-02-30 오전 12:00:00"]) {
    extra.push({ ...clean.at(-1)!, text });
    add(
      "undated-rows",
      "a text that is no date",
      ({ extent, rows }) => extent >= 4 && rows.some((row) => row.production_date === text),
    );
  }
  const stray = clean.find(({ day }) => day.startsWith(`${Number(today.slice(0, 4)) - 1}-06`))!;
  planted.strays.push({ ...stray, lot: "STRAY" });
  add(
    "misplaced-rows",
    "a record of last year in Live",
    ({ figures }) => figures.file === "live" && figures.alone === 1,
  );

  const last = clean.filter(({ day }) => recent.includes(day) && day > "2026-11-02");
  const codes = [...new Set(last.filter(isWhole).map(({ code }) => code))].filter((code) => /^[A-Z]+\d{4}$/.test(code));
  const changesOfCode: [fault: string, change: (code: string) => string][] = [
    ["a code in lower case", (code) => code.toLowerCase()],
    [
      "a code in full width",
      (code) => [...code].map((one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)).join(""),
    ],
    ["a code with a blank", (code) => ` ${code}`],
    ["a code with a hyphen", (code) => `${code.slice(0, -4)}-${code.slice(-4)}`],
    ["two characters of a code exchanged", exchanged],
    ["a character of a code left out", (code) => code.slice(0, -2) + code.slice(-1)],
    ["a letter O for a zero", (code) => code.replace("0", "O")],
  ];
  for (const [fault, change] of changesOfCode) {
    for (const code of codes.splice(0, 3)) {
      const wrong = change(code);
      if (wrong === code || clean.some((row) => row.code === wrong)) continue;
      extra.push({ ...last.find((row) => row.code === code && isWhole(row))!, code: wrong });
      add("similar-code", fault, ({ item, figures }) => item === wrong && figures.like === code);
    }
  }
  // The record of a future day bears the old name of its item, and is its newest one.
  const renamed = codes.filter((code) => code !== clean.at(-1)!.code).splice(0, 5);
  for (const [index, code] of renamed.entries()) {
    const from = recent[5 + index]!;
    for (const row of clean)
      if (row.code === code && row.day >= from) changes.set(row, { ...changes.get(row), name: `이름 ${index}` });
    add(
      "name-changed",
      "a new name for an item",
      ({ item, day, figures }) => item === code && day! >= from && figures.name === `이름 ${index}`,
    );
  }
  for (const code of ["Q9901", "Q9950"]) {
    extra.push({ ...last[0]!, code, name: `신제품 ${code}` });
    add("new-item", "an item that was never made", ({ item }) => item === code);
  }
  planted.rows = [...clean.map((row) => ({ ...row, ...changes.get(row) })), ...extra];
  return planted;
}

/** How many of the planted faults were found, by kind and fault. */
export function recallOfRows({ faults }: Planted, findings: readonly Finding[]): Recall[] {
  const groups = Map.groupBy(faults, ({ kind, fault }) => `${kind} ${fault}`);
  return [...groups.values()].map((own) => ({
    kind: own[0]!.kind,
    fault: own[0]!.fault,
    planted: own.length,
    found: own.filter(({ isFound }) => isFound(findings)).length,
  }));
}

const isWhole = ({ lot, name, quantity }: CleanRow): boolean => lot !== null && name !== null && (quantity ?? 0) > 0;

function drawn<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)]!;
}

/** Takes a value from some of a day's rows. */
function blank(
  changes: Map<CleanRow, Partial<CleanRow>>,
  random: Random,
  rows: readonly CleanRow[],
  share: number,
  change: Partial<CleanRow>,
): void {
  const wanted = Math.ceil(share * rows.length);
  const start = random.below(rows.length - wanted);
  for (const row of rows.slice(start, start + wanted)) changes.set(row, change);
}

/** The last two different neighbours of a code exchanged. */
function exchanged(code: string): string {
  for (let at = code.length - 1; at > 0; at--) {
    if (code[at] !== code[at - 1]) return code.slice(0, at - 1) + code[at]! + code[at - 1]! + code.slice(at + 1);
  }
  return code;
}
