import { constants } from "node:sqlite";
import { contractColumns } from "../../segments/duplicates.ts";
import { table } from "../../segments/schema.ts";
import { dailyTotals } from "./daily-totals.ts";

/**
 * Functions of a custom query, none of which reads or writes anything but its arguments. Left out: what tells of SQLite or its files, loads
 * code, or makes values out of nothing (randomblob, zeroblob).
 */
const functions = new Set(
  `abs ceil ceiling floor round trunc sign mod pow power sqrt exp ln log log10 log2 pi degrees radians sin cos tan asin acos atan atan2
  coalesce ifnull nullif iif if min max length octet_length lower upper trim ltrim rtrim substr substring instr replace concat concat_ws
  format printf hex quote unicode char like glob typeof likely unlikely likelihood
  date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
  count sum total avg group_concat string_agg median percentile percentile_cont percentile_disc
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  json json_array json_object json_extract json_array_length json_type json_valid json_quote json_group_array json_group_object -> ->>`.split(
    /\s+/,
  ),
);

/** What an authorizer needs to know of the connection. */
export interface Readable {
  /** Names of the views that a query may read, in lower case. */
  views: ReadonlySet<string>;
  /** Schemas with the files of segments. */
  schemas: ReadonlySet<string>;
}

type Authorizer = (
  action: number,
  first: string | null,
  second: string | null,
  schema: string | null,
  within: string | null,
) => number;

/** Tells SQLite what a query may do, word by word as it parses it; `refused` hears why not (https://www.sqlite.org/c3ref/set_authorizer.html). */
export function authorizer({ views, schemas }: Readable, refused: (sentence: string) => void): Authorizer {
  const deny = (sentence: string): number => {
    refused(sentence);
    return constants.SQLITE_DENY;
  };
  return (action, first, second, schema, within) => {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return constants.SQLITE_OK;
      case constants.SQLITE_FUNCTION:
        return functions.has(second!.toLowerCase())
          ? constants.SQLITE_OK
          : deny(`The function ${second} is not allowed.`);
      case constants.SQLITE_READ: {
        // As the query spells it.
        const isView = (name: string | null): boolean => name !== null && views.has(name.toLowerCase());
        const fromView = schema === "temp" && isView(first);
        // Without a schema or column it is a subquery, or a table that program.ts looks at.
        const nameless = schema === null && second === "";
        // Of a view whose columns nobody asks for, SQLite names the tables without the view.
        const inView = second === "" || isView(within);
        if (fromView || nameless || (inView && schema !== null && isRow(first!, second!, schema, schemas))) {
          return constants.SQLITE_OK;
        }
        return deny(`Only ${table} and ${dailyTotals} can be read, not ${first}.`);
      }
      default:
        return deny("Only reading is allowed.");
    }
  };
}

/** True for what the views themselves read: the rows of segments, and what stands in for them in temporary tables. */
function isRow(name: string, column: string, schema: string, schemas: ReadonlySet<string>): boolean {
  if (schema === "temp") return /^(excluded|copied)_/.test(name);
  const isColumn = column === "" || (contractColumns as readonly string[]).includes(column.toLowerCase());
  return schemas.has(schema) && name.toLowerCase() === table && isColumn;
}
