import { afterAll } from "bun:test";
import { removeHomes } from "./files.ts";
import { endTied } from "./processes.ts";

/** Loaded before every file of tests (bunfig.toml), because Bun ends a run of tests without the "exit" hooks of its process; runs after their own hooks. */
afterAll(() => {
  endTied();
  removeHomes();
});
