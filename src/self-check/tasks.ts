import { readSteadily } from "../operations/steady.ts";
import { readFacts } from "../segments/facts.ts";
import { look } from "../segments/look.ts";
import type { Facts } from "../segments/types.ts";

/** Up to here rows are counted; above, that takes too long for a look. */
const countedBytes = 2 * 1024 ** 3;

/** What the process does that opens the ERP's files for the self-check: of its own, because only its end stops SQLite (src/workers). */
export const selfCheckTasks = {
  "self-check.facts": ({ file }: { file: string }): Promise<Facts> =>
    readSteadily([file], (db, [schema]) => readFacts(db, schema!, look(file).bytes <= countedBytes)),

  "self-check.damage": ({ file }: { file: string }): Promise<string> =>
    readSteadily([file], (db, [schema]) => db.query(`PRAGMA ${schema}.quick_check(1)`).values().flat().join("; ")),
};
