/**
 * The least a server can do for the newest records: a bare Bun.serve with one prepared statement and JSON.stringify.
 * Arguments: path of Live, number of records.
 */
import { Database } from "bun:sqlite";

const [path, limit] = process.argv.slice(2);
const newest = new Database(path, { readonly: true }).prepare(
  `SELECT 'live' AS source, id, production_date, lot_number, item_code, item_name, good_quantity
     FROM production_records ORDER BY production_date DESC, id DESC LIMIT ?`,
);
const init = { headers: { "content-type": "application/json" } };

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response(JSON.stringify({ data: newest.all(Number(limit)) }), init),
});
console.log(`http://localhost:${server.port}`);
process.once("SIGTERM", () => process.exit(0));
