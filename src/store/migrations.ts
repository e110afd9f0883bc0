/** The schema of hub.db: each entry brings it one version further (PRAGMA user_version); entries are never changed, only added. */
export const migrations: readonly string[] = [
  `CREATE TABLE job (
     name TEXT PRIMARY KEY,
     paused INTEGER NOT NULL DEFAULT 0,
     started_at INTEGER,
     finished_at INTEGER,
     succeeded_at INTEGER,
     result TEXT,
     message TEXT
   ) WITHOUT ROWID`,
  // Derived from the ERP's files, made anew whenever it is missing: one row per segment with its totals as columns (src/rollup).
  `CREATE TABLE rollup (
     segment TEXT PRIMARY KEY,
     version TEXT NOT NULL,
     placement TEXT NOT NULL,
     format INTEGER NOT NULL,
     built_at INTEGER NOT NULL,
     build_ms INTEGER NOT NULL,
     cells INTEGER NOT NULL,
     checksum TEXT NOT NULL,
     data BLOB NOT NULL
   )`,
  // Search indexes (src/search), derived as well: which one is in use for a segment, and the bytes of all of them in pages.
  `CREATE TABLE search_index (
     segment TEXT PRIMARY KEY,
     version TEXT NOT NULL,
     format INTEGER NOT NULL,
     build INTEGER NOT NULL,
     first_page INTEGER NOT NULL,
     pages INTEGER NOT NULL,
     contents_at INTEGER NOT NULL,
     contents_length INTEGER NOT NULL,
     refused TEXT
   ) WITHOUT ROWID`,
  `CREATE TABLE search_page (
     page INTEGER PRIMARY KEY,
     checksum INTEGER NOT NULL,
     bytes BLOB NOT NULL
   )`,
  // When a hub had the job in its schedule first; what is due since then and never ran was missed.
  `ALTER TABLE job ADD COLUMN seen_at INTEGER`,
  // Views that people saved on the dashboard (saved-views.ts): nothing else could give them back, so every backup holds them.
  `CREATE TABLE saved_view (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     name_key TEXT NOT NULL UNIQUE,
     address TEXT NOT NULL,
     on_wall INTEGER NOT NULL,
     saved_at INTEGER NOT NULL
   )`,
  // Conversations with the chat (src/chat/sessions.ts): the turns as JSON, and whose they are.
  `CREATE TABLE chat_session (
     address TEXT NOT NULL,
     id TEXT NOT NULL,
     used_at INTEGER NOT NULL,
     turns TEXT NOT NULL,
     PRIMARY KEY (address, id)
   ) WITHOUT ROWID`,
  // Monthly targets (src/targets/store.ts): an entry holds from version `since` on, up to but not including `until`. Nothing else could give them back.
  `CREATE TABLE target_version (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     made_at INTEGER NOT NULL,
     made_by TEXT NOT NULL,
     note TEXT NOT NULL,
     origin TEXT NOT NULL
   )`,
  `CREATE TABLE target_entry (
     month TEXT NOT NULL,
     item_code TEXT NOT NULL,
     quantity REAL NOT NULL,
     since INTEGER NOT NULL,
     until INTEGER,
     PRIMARY KEY (month, item_code, since)
   ) WITHOUT ROWID`,
  // Messages to people and what became of each on each channel (src/notify): `content` is the rest of the message as JSON, until nobody needs it any more.
  `CREATE TABLE notification (
     id TEXT PRIMARY KEY,
     created_at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     severity TEXT NOT NULL,
     subject TEXT NOT NULL,
     text TEXT NOT NULL,
     content TEXT
   ) WITHOUT ROWID;
   CREATE TABLE delivery (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     notification TEXT NOT NULL,
     channel TEXT NOT NULL,
     state TEXT NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     created_at INTEGER NOT NULL,
     first_attempt_at INTEGER,
     last_attempt_at INTEGER,
     due_at INTEGER,
     finished_at INTEGER,
     reason TEXT,
     accepted TEXT,
     merged_into TEXT
   );
   CREATE INDEX delivery_open ON delivery (channel, seq) WHERE finished_at IS NULL;
   CREATE INDEX delivery_notification ON delivery (notification)`,
  // Alerts (src/alerts/store.ts), one row an episode: open until `resolved_at`, with something still to be told until `closed_at`; and what rules remember.
  `CREATE TABLE alert (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     source TEXT NOT NULL,
     rule TEXT NOT NULL,
     subject TEXT NOT NULL,
     severity TEXT NOT NULL,
     words TEXT NOT NULL,
     page TEXT,
     started_at INTEGER NOT NULL,
     fired_at INTEGER NOT NULL,
     told_at INTEGER,
     told_severity TEXT,
     acknowledged_at INTEGER,
     acknowledged_by TEXT,
     snoozed_until INTEGER,
     resolved_at INTEGER,
     closed_at INTEGER
   );
   CREATE UNIQUE INDEX alert_open ON alert (rule, subject) WHERE resolved_at IS NULL;
   CREATE INDEX alert_fired ON alert (fired_at);
   CREATE TABLE alert_memory (
     name TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) WITHOUT ROWID`,
  // Data quality (src/quality): what was found and until when, what people said is fine (in every backup), and, derived, what the rows of each day are like.
  `CREATE TABLE quality_finding (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     severity TEXT NOT NULL,
     day TEXT,
     item TEXT,
     extent REAL NOT NULL,
     content TEXT NOT NULL,
     first_seen_at INTEGER NOT NULL,
     gone_at INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE quality_acceptance (
     finding TEXT PRIMARY KEY,
     accepted_at INTEGER NOT NULL,
     accepted_by TEXT NOT NULL,
     note TEXT NOT NULL,
     extent REAL NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE quality_day (
     segment TEXT NOT NULL,
     day TEXT NOT NULL,
     signature TEXT NOT NULL,
     facts TEXT NOT NULL,
     PRIMARY KEY (segment, day)
   ) WITHOUT ROWID`,
  // How the hub has been doing (src/monitoring): the sums of each minute, ten minutes and hour (`grain`, seconds), with response times and loop
  // delays as counts in the buckets of src/observe/latency.ts.
  `CREATE TABLE monitoring_sample (
     grain INTEGER NOT NULL,
     at INTEGER NOT NULL,
     figures TEXT NOT NULL,
     response_times BLOB NOT NULL,
     loop_delays BLOB NOT NULL,
     PRIMARY KEY (grain, at)
   ) WITHOUT ROWID`,
  // Reports that were made (src/reports/history.ts), the newest of each period, and the message that told people of it: never twice by the clock.
  `CREATE TABLE report (
     kind TEXT NOT NULL,
     first_day TEXT NOT NULL,
     made_at INTEGER NOT NULL,
     headline TEXT NOT NULL,
     sent_at INTEGER,
     message TEXT,
     PRIMARY KEY (kind, first_day)
   ) WITHOUT ROWID`,
];
