/**
 * A program that keeps a database file open and writes what it is told, run as a process of its own: `bun test/faults/sql-writer.ts FILE`. Each
 * line of its input is a JSON list of statements that it carries out in one transaction and answers with a line when they are committed.
 */
import { Database } from "bun:sqlite";
import { createInterface } from "node:readline";

const [file = ""] = process.argv.slice(2);
const db = new Database(file);
db.run("PRAGMA busy_timeout = 10000");
db.run("PRAGMA synchronous = OFF");
for await (const line of createInterface({ input: process.stdin })) {
  const statements: string[] = JSON.parse(line);
  db.transaction(() => {
    for (const sql of statements) db.run(sql);
  }).immediate();
  console.log("committed");
}
db.close();
