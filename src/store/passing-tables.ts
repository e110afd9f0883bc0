import { Database } from "bun:sqlite";

/**
 * Tables that no backup needs: what is derived from the ERP's files is made anew wherever it is missing, and conversations, which are forgotten
 * within the hour, are not to outlast that in a backup. Messages would be sent once more by a hub whose database was put back,
 * and alerts of that time told as if they were of now. How the hub was doing is looked back at for days, while the hub is the same.
 */
export const passingTables: readonly string[] = [
  "rollup",
  "search_index",
  "search_page",
  "chat_session",
  "notification",
  "delivery",
  "alert",
  "alert_memory",
  "monitoring_sample",
];

/** Empties a copy of hub.db of all that a backup need not hold, so that a backup holds the hub's state alone: some kilobytes instead of 150 MB. */
export function forgetDerived(file: string): void {
  const db = new Database(file, { readwrite: true });
  try {
    const present = db.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of present) if (passingTables.includes(name)) db.run(`DELETE FROM ${name}`);
    db.run("VACUUM");
  } finally {
    db.close();
  }
}
