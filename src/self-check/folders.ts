import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../config.ts";
import type { Finding } from "../operations/findings.ts";
import { hubDbName, hubDbVersion, NewerSchemaError } from "../store/hub-db.ts";
import { migrations } from "../store/migrations.ts";

/** Whether the hub may write where it has to, tried by writing. */
export function checkWriteRights({ databaseDir, backupsDir, logsDir, mirrorDir }: Settings): Finding[] {
  return [databaseDir, backupsDir, logsDir, mirrorDir].map((folder): Finding => {
    const probe = path.join(folder, `.self-check-${process.pid}.tmp`);
    const row = { area: "rights", file: path.basename(folder) };
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(probe, "");
      rmSync(probe);
      return { ...row, status: "ok", message: "The hub may write there." };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return {
        ...row,
        status: "fail",
        message: `The hub may not write into ${folder} (${code}). Give the account that it runs under the right to change this folder.`,
      };
    }
  });
}

/** Whether hub.db is of the version that this program works with. */
export function checkHubDb({ databaseDir }: Settings): Finding {
  const row = { area: "hub.db", file: hubDbName };
  try {
    const version = hubDbVersion(databaseDir);
    if (version === migrations.length)
      return { ...row, status: "ok", message: `Its schema is the present one, ${version}.` };
    if (version === null)
      return { ...row, status: "ok", message: "There is none that can be read; the next start of the hub makes it." };
    const message = `Its schema is ${version}; the next start of this program brings it to ${migrations.length} and keeps a copy of it as it is.`;
    return { ...row, status: "warn", message };
  } catch (error) {
    if (!(error instanceof NewerSchemaError)) throw error;
    return { ...row, status: "fail", message: error.message };
  }
}
