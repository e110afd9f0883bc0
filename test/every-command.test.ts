import { describe, setDefaultTimeout } from "bun:test";
import { testEveryCommand } from "./support/every-command.ts";
import { SourceFolder } from "./support/hub-folder.ts";

setDefaultTimeout(60_000);

describe("every command, in a folder with Korean letters and blanks", () => {
  testEveryCommand(() => new SourceFolder(30_000));
});
