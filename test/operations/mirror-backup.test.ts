import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { livePath, temporaryHome } from "../support/files.ts";
import { eventually, type Json, startHub } from "../support/hub.ts";
import { backupNames, backupPath, integrityOf, writeManyRows } from "../support/operations.ts";

/** Above 50 MB a file is mirrored in the background, and the mirror before is what there is meanwhile. */
const ROWS = 800_000;

test("a backup asked for while a large file is copied anew is taken from the mirror before, without touching the file", async () => {
  const home = temporaryHome();
  mkdirSync(dirname(livePath(home)), { recursive: true });
  writeManyRows(livePath(home), ROWS, 1);
  expect(statSync(livePath(home)).size).toBeGreaterThan(50 * 1024 * 1024);
  const hub = await startHub({ home });
  const live = async (): Promise<Json> => (await hub.json("/healthz")).body.files[0];
  await eventually(
    "the file is mirrored",
    async () => ((await live()).read_from === "mirror" ? true : undefined),
    90_000,
  );

  const erp = new Database(livePath(home));
  // Until a moment ago the file itself was read, in slices.
  erp.run("PRAGMA busy_timeout = 5000");
  // More than rows at the end, for which a small second mirror would do.
  erp.run("DELETE FROM production_records WHERE id = 7");
  await eventually("the new content is being copied", async () =>
    (await live()).state === "copying" ? true : undefined,
  );
  await hub.fetch("/operations/jobs/backup/run", { method: "POST" });
  const job = await eventually(
    "the backup is done",
    async () => {
      const { jobs } = (await hub.json("/operations/jobs")).body;
      return jobs.find(({ name, running }: Json) => name === "backup" && !running);
    },
    90_000,
  );
  erp.close();
  await hub.stop();
  expect(job).toMatchObject({ last_result: "ok" });
  expect(hub.log()).toContain("its backup shows the state of the hub's mirror");
  const name = backupNames(home).find((candidate) => candidate.startsWith("production_")) ?? "";
  const backup = new Database(backupPath(home, name), { readonly: true });
  expect(backup.query("SELECT count(*), max(id) FROM production_records").values()).toEqual([[ROWS, ROWS]]);
  backup.close();
  expect(integrityOf(backupPath(home, name))).toBe("ok");
}, 180_000);
