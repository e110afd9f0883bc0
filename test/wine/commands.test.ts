import { describe } from "bun:test";
import { testEveryCommand } from "../support/every-command.ts";
import { WineFolder, wineLimitMs, wineRunner } from "../support/wine.ts";

describe.skipIf(!wineRunner)("every command of hub.exe under Wine, in a folder with Korean letters and blanks", () => {
  testEveryCommand(() => new WineFolder(), 20 * wineLimitMs);
});
