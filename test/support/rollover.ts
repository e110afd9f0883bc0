import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../src/config.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { Oracle, type RecordAnswer } from "../oracle.ts";
import { archivePath, type Factory, livePath, openBeside, type Row } from "./files.ts";

/** What an operation on the files of `home` is given; what it says is added to `said`. */
export function contextFor(home: string, said: string[] = [], env: Record<string, string> = {}): OperationContext {
  const say = (message: string) => void said.push(message);
  return {
    settings: loadSettings({ home, env }),
    log: { info: say, warn: say, error: say },
    progress: () => {},
  };
}

/** All rows of all files of a home, as they stand there. */
export function readFactory(home: string): Factory {
  const years = readdirSync(join(home, "database")).flatMap((name) => /^archive_(\d{4})\.db$/.exec(name)?.[1] ?? []);
  return {
    live: existsSync(livePath(home)) ? readRows(livePath(home)) : null,
    archives: new Map(years.map((year) => [Number(year), readRows(archivePath(home, Number(year)))])),
  };
}

function readRows(path: string): Row[] {
  const db = openBeside(path);
  const rows = db.query<Row, []>("SELECT * FROM production_records ORDER BY id").all();
  db.close();
  return rows;
}

/** Every row that counts, without the name of the file it stands in, in an order that does not depend on the files. */
export function truthOf(factory: Factory): string[] {
  const rows = new Oracle(factory).exported({ raw_dates: "true" });
  return rows.map(({ source: _, ...values }: RecordAnswer) => JSON.stringify(values)).sort();
}
