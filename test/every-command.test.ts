import { describe } from "bun:test";
import { testEveryCommand } from "./support/every-command.ts";
import { SourceFolder } from "./support/hub-folder.ts";

describe("every command, in a folder with Korean letters and blanks", () => {
  testEveryCommand(() => new SourceFolder(60_000), 600_000);
});
