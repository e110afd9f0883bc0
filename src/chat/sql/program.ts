import type { DatabaseSync } from "node:sqlite";
import { table } from "../../segments/schema.ts";
import { Refusal } from "./refusal.ts";

/** B-trees that a query may open, as `schema number:root page`. */
export type Roots = ReadonlySet<string>;

interface Instruction {
  opcode: string;
  p2: number;
  p3: number;
  p5: number;
}

const rootInRegister = 0x10;

/** The table of production records and its indexes in each file, and the connection's own temporary tables. */
export function readableRoots(db: DatabaseSync): Roots {
  const schemas = db.prepare("PRAGMA database_list").all() as { seq: number; name: string }[];
  return new Set(
    schemas.flatMap(({ seq, name }) => {
      const rows = db.prepare(
        `SELECT rootpage FROM ${name}.sqlite_schema WHERE rootpage > 0 AND (? = 'temp' OR tbl_name = ? COLLATE NOCASE)`,
      );
      return (rows.all(name, table) as { rootpage: number }[]).map(({ rootpage }) => `${seq}:${rootpage}`);
    }),
  );
}

/**
 * Looks at the program that SQLite made of a query: it opens nothing but the rows, and no transaction to write. So the list of what may be read
 * holds whatever names and tricks the text has; the authorizer is not told the schema of a table whose rows are only counted.
 * Throws Refusal, and what SQLite says of the text. See https://www.sqlite.org/opcode.html.
 */
export function verifyProgram(db: DatabaseSync, sql: string, roots: Roots): void {
  for (const row of db.prepare(`EXPLAIN ${sql}`).iterate()) {
    const { opcode, p2, p3, p5 } = row as unknown as Instruction;
    const opens = opcode === "OpenRead" || opcode === "ReopenIdx";
    const isRows = opens && (p5 & rootInRegister) === 0 && roots.has(`${p3}:${p2}`);
    const isForbidden = opcode === "OpenWrite" || (opcode.startsWith("V") && opcode !== "Variable");
    if ((opens && !isRows) || isForbidden || (opcode === "Transaction" && p2 !== 0)) {
      throw new Refusal("NOT_ALLOWED", `Only ${table} can be read.`);
    }
  }
}
