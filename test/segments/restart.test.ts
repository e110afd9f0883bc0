import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/segments/catalog.ts";
import { mirrorDirOf, newestOf, openCatalog } from "../support/catalog.ts";
import { closingAfterEach } from "../support/closing.ts";
import { type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";

setDefaultTimeout(180_000);

const closing = closingAfterEach();
const manifestOf = (home: string): string => join(mirrorDirOf(home), "manifest.json");

/** A run of a hub that reads Live directly. */
function run(home: string): Catalog {
  const catalog = openCatalog(home, { mirrorMaxMb: 0 });
  closing(() => catalog.close());
  return catalog;
}

/** The first and the last day of Live, as a run of its own says. */
async function daysAt(home: string): Promise<(string | null)[]> {
  const catalog = run(home);
  const [segment] = (await catalog.current()).segments;
  expect(segment).toMatchObject({ file: livePath(home), immutable: false });
  // What was written at this very moment is looked at once more, which a kept look must outlive.
  await Bun.sleep(60);
  await catalog.current();
  catalog.close();
  return [segment!.facts.firstDay, segment!.facts.lastDay];
}

/** A home with a Live of this journal mode, and a manifest in which a run's look says another last day than the file. */
async function homeWithLook(journal: JournalMode): Promise<string> {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    [row({ production_date: "2026-01-05" }), row({ production_date: "2026-02-06" })],
    journal,
  );
  await Bun.sleep(60);
  expect(await daysAt(home)).toEqual(["2026-01-05", "2026-02-06"]);
  const manifest = JSON.parse(readFileSync(manifestOf(home), "utf8"));
  expect(manifest.looks).toMatchObject([{ name: "live", facts: { lastDay: "2026-02-06" } }]);
  manifest.looks[0].facts.lastDay = "2026-03-07";
  writeFileSync(manifestOf(home), JSON.stringify(manifest));
  return home;
}

function write(path: string, sql: string): void {
  const db = new Database(path);
  db.run(sql);
  db.close();
}

for (const journal of ["delete", "wal"] as const) {
  test(`a start takes what the last run found in an unchanged file in journal mode ${journal}, and looks into one that was written`, async () => {
    const home = await homeWithLook(journal);
    expect(await daysAt(home)).toEqual(["2026-01-05", "2026-03-07"]);
    write(
      livePath(home),
      "UPDATE production_records SET production_date = '2026-02-16' WHERE production_date > '2026-02'",
    );
    expect(await daysAt(home)).toEqual(["2026-01-05", "2026-02-16"]);
    expect(await daysAt(home)).toEqual(["2026-01-05", "2026-02-16"]);
  });
}

test("a file of the same size and time that was put in place of the known one is looked into", async () => {
  const home = await homeWithLook("delete");
  const { mtime, size } = statSync(livePath(home));
  writeDatabase(livePath(home), [row({ production_date: "2026-01-05" }), row({ production_date: "2026-02-08" })]);
  expect(statSync(livePath(home)).size).toBe(size);
  utimesSync(livePath(home), mtime, mtime);
  expect(await daysAt(home)).toEqual(["2026-01-05", "2026-02-08"]);
});

test("what was found in a file that turned out to be damaged is forgotten", async () => {
  const home = await homeWithLook("delete");
  const catalog = run(home);
  const [segment] = (await catalog.current()).segments;
  catalog.suspect(segment!.name, "broken");
  catalog.close();
  expect(JSON.parse(readFileSync(manifestOf(home), "utf8")).looks).toEqual([]);
});

test("a manifest without looks, of an earlier build, is taken", async () => {
  const home = await homeWithLook("delete");
  const { format, mirrors } = JSON.parse(readFileSync(manifestOf(home), "utf8"));
  writeFileSync(manifestOf(home), JSON.stringify({ format, mirrors }));
  expect(await daysAt(home)).toEqual(["2026-01-05", "2026-02-06"]);
});

test("a start takes the mirror of a file that was written since, but lacks no row, without reading either", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ production_date: "2026-01-05" })]);
  const start = () => {
    const catalog = openCatalog(home, { promptBytes: 1 });
    closing(() => catalog.close());
    return catalog;
  };
  const live = (catalog: Catalog) => catalog.status().find(({ name }) => name === "live")!;
  const first = start();
  await eventually("the mirror answers", async () => {
    await first.current();
    return live(first).read_from === "mirror" || undefined;
  });
  // What an ERP or a healed index leaves: another file by its looks, with the same rows.
  write(livePath(home), "PRAGMA user_version = 7");
  await Bun.sleep(60);
  await newestOf(first);
  first.close();
  const { mirrors } = JSON.parse(readFileSync(manifestOf(home), "utf8"));
  expect(mirrors[0].unchangedAt.version).not.toBe(mirrors[0].version);

  const second = start();
  const { version } = await newestOf(second);
  expect(live(second)).toMatchObject({
    read_from: "mirror",
    state: "ok",
    as_of: new Date(mirrors[0].unchangedAt.lookedAt).toISOString(),
  });
  // What is derived from the mirror stays good.
  expect((await newestOf(second)).segments[0]!.version).toBe(`${mirrors[0].version}/${mirrors[0].mark}`);
  second.close();

  write(livePath(home), "UPDATE production_records SET production_date = '2026-02-06'");
  const third = start();
  const changed = await newestOf(third);
  expect([changed.version === version, changed.segments[0]!.facts.lastDay]).toEqual([false, "2026-02-06"]);
  third.close();
});
