import type { Database } from "bun:sqlite";
import { table } from "../segments/schema.ts";
import { OperationError } from "./operation.ts";
import { type PlannedMove, type SurveyedFile, withPlaces } from "./rollover-plan.ts";
import type { Place } from "./rollover-rows.ts";

/**
 * Throws OperationError where a trigger of the ERP's would act on the rows that are moved: it was made for what happens on the shop floor, and
 * would book a year's production out again. A table that is a view in truth is refused too.
 */
export async function requireNoTriggers(
  files: readonly SurveyedFile[],
  moves: readonly Pick<PlannedMove, "from" | "to">[],
): Promise<void> {
  for (const file of files) {
    const statements = [
      ...(moves.some(({ from }) => from === file.fileName)
        ? [(rows: string) => `DELETE FROM ${rows} WHERE id = 0`]
        : []),
      ...(moves.some(({ to }) => to === file.fileName)
        ? [(rows: string) => `INSERT INTO ${rows} (id) VALUES (0)`]
        : []),
    ];
    await withPlaces([file], async ([place]) => {
      const { db, schema } = place as Place;
      for (const statement of statements) {
        const what = obstacleTo(db, schema, statement(`${schema}.${table}`));
        if (what === null) continue;
        throw new OperationError(
          `In ${file.fileName} ${what} would act on every row that is moved. Nothing was changed. Drop it for as long as the rollover takes, and try again.`,
        );
      }
    });
  }
}

/** What else would happen when the statement runs, or null: the program that SQLite makes of it calls each trigger that fires. */
function obstacleTo(db: Database, schema: string, statement: string): string | null {
  const found = db.query<{ type: string; name: string }, [string]>(
    `SELECT type, name FROM ${schema}.sqlite_schema
     WHERE type = 'trigger' AND lower(tbl_name) = ?1 OR type = 'view' AND lower(name) = ?1 ORDER BY type DESC, name`,
  );
  const named = found.all(table);
  const view = named.find(({ type }) => type === "view");
  if (view) return `the view ${view.name}`;
  const program = db.query<{ opcode: string }, []>(`EXPLAIN ${statement}`).all();
  if (!program.some(({ opcode }) => opcode === "Program")) return null;
  return `one of the triggers ${named.map(({ name }) => name).join(", ")}`;
}
