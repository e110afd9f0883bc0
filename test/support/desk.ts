import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { PageDesk } from "../../src/dashboard/ask.ts";
import { Desk } from "../../src/production/desk.ts";
import type { Answers, Questions } from "../../src/production/questions.ts";
import type { Catalog } from "../../src/segments/catalog.ts";
import { openCatalog } from "./catalog.ts";
import { type Row, temporaryHome, writeUpToYear } from "./files.ts";

/** A desk over the files of a home, in the test's own process. */
export interface OpenDesk {
  readonly desk: Desk;
  readonly catalog: Catalog;
  close(): void;
}

/** Opens a desk that answers from the rows themselves, without daily totals; with `mirrorMaxMb` 0 from the ERP's own files. */
export function openDesk(home: string, { mirrorMaxMb = 100 } = {}): OpenDesk {
  const databaseDir = join(home, "database");
  const catalog = openCatalog(home, { mirrorMaxMb });
  const desk = new Desk({
    catalog,
    rollups: null,
    isSearchIndexed: () => false,
    databaseDir,
    workers: 1,
    inlineMaxRows: 20_000,
    queryTimeoutSec: 10,
    onAnswer: () => {},
  });
  return {
    desk,
    catalog,
    close() {
      desk.close();
      catalog.close();
    },
  };
}

/** Asks what pages ask. The desks are there in tests and hooks only. */
export interface Asking {
  readonly opened: OpenDesk;
  readonly pages: PageDesk;
  ask<Name extends keyof Answers>(name: Name, parameters: Questions[Name]): Promise<Answers[Name]>;
}

/** Opens a desk over rows in Live and the archive of `year` for the tests of the file or `describe` that calls this. */
export function askingAbout(rows: readonly Row[], year: number): Asking {
  let opened: OpenDesk;
  let pages: PageDesk;
  beforeAll(() => {
    const home = temporaryHome();
    writeUpToYear(home, year, rows);
    opened = openDesk(home);
    pages = new PageDesk(opened.desk);
  });
  afterAll(() => opened?.close());
  return {
    get opened() {
      return opened;
    },
    get pages() {
      return pages;
    },
    async ask(name, parameters) {
      const { answers } = await pages.ask({ one: [name, parameters] as never }, "00000000");
      return answers.one;
    },
  };
}
