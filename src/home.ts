import type { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import type { Settings } from "./config.ts";
import { lockHome } from "./segments/home-lock.ts";
import { HomeInUseError, StartError } from "./start-error.ts";
import { NewerSchemaError, openHubDb } from "./store/hub-db.ts";

/** Makes the folders of a home and takes it for this hub alone. Throws StartError, and HomeInUseError where another hub has it. */
export function takeHome(settings: Settings): { release: () => void } {
  makeFolders(settings);
  const lock = lockHome(settings.mirrorDir);
  if (lock) return lock;
  throw new HomeInUseError(
    `Another hub is running with the home folder ${settings.home}. Nothing was started. Use that one, stop it first (hub --stop), or choose another folder with --home.`,
  );
}

function makeFolders({ databaseDir, logsDir, mirrorDir }: Settings): void {
  for (const folder of [databaseDir, logsDir, mirrorDir]) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartError(`The folder ${folder} cannot be made (${code}). ${adviceFor(code)}`);
    }
  }
}

function adviceFor(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "Its drive or network share is not there: connect it, and start again.";
    case "ENOTDIR":
    case "EEXIST":
      return "A file has the name of the folder: give that file another name, or choose another folder with --home.";
    default:
      return "Give the account that runs the hub the right to write there, or put the hub into another folder.";
  }
}

/** Opens hub.db. Throws StartError with what to do where that cannot be. */
export function openState(databaseDir: string): Database {
  try {
    return openHubDb(databaseDir);
  } catch (error) {
    if (error instanceof NewerSchemaError) throw new StartError(error.message);
    const { message } = error as Error;
    throw new StartError(
      `The hub's own database, hub.db, cannot be opened (${message}). See that the hub may write into ${databaseDir}.`,
    );
  }
}
