import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { lockHome } from "../../src/segments/home-lock.ts";
import { announceHub } from "../../src/service/announcement.ts";
import { stop } from "../../src/service/commands.ts";
import { openControl } from "../../src/service/control.ts";
import { mirrorDirOf } from "../../src/service/state.ts";
import { temporaryHome } from "../support/files.ts";

test("--stop ends a hub that is just starting, and has not left word yet of where it can be asked", async () => {
  const home = temporaryHome();
  const mirrorDir = mirrorDirOf(home);
  mkdirSync(mirrorDir, { recursive: true });
  const lock = lockHome(mirrorDir)!;
  const stopping = stop({ home, isBeside: false });
  await Bun.sleep(500);
  const control = openControl();
  const word = announceHub({ mirrorDir }, "http://127.0.0.1:8000", control);
  await control.stopRequested;
  word.withdraw();
  lock.release();
  expect(await stopping).toBe("The hub has ended.");
  control.close();
}, 60_000);
