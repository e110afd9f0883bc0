import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoError, generateDemo } from "../../src/demo/generate.ts";

let databaseDir: string;
beforeEach(() => {
  databaseDir = mkdtempSync(join(tmpdir(), "demo-marker-"));
});
afterEach(() => rmSync(databaseDir, { recursive: true, force: true }));

function make(options: Partial<Parameters<typeof generateDemo>[0]> = {}): boolean {
  return generateDemo({ databaseDir, rows: 2000, today: "2026-11-20", ...options }).created;
}

/** Name, content and time of writing of every file. */
function state(): string[] {
  return readdirSync(databaseDir)
    .sort()
    .map((name) => {
      const path = join(databaseDir, name);
      return `${name} ${statSync(path).mtimeMs} ${Bun.hash(readFileSync(path))}`;
    });
}

function countRows(name: string): number {
  using db = new Database(join(databaseDir, name), { readonly: true });
  return db.query<{ n: number }, []>("SELECT count(*) AS n FROM production_records").get()!.n;
}

test("Files of the same rows, seed and year are kept", () => {
  expect(make()).toBe(true);
  const before = state();
  expect(make({ today: "2026-12-24" })).toBe(false);
  expect(state()).toEqual(before);
});

test.each([{ rows: 3000 }, { seed: 1 }, { liveShare: 0.5 }])(
  "Files of another request are made anew: %o",
  (options) => {
    make();
    const before = state();
    expect(make(options)).toBe(true);
    expect(state().filter((file) => before.includes(file))).toEqual([]);
    expect(make(options)).toBe(false);
  },
);

test("A new year moves the archives on and removes the one that is too old", () => {
  make();
  expect(make({ today: "2027-01-05" })).toBe(true);
  expect(readdirSync(databaseDir).sort()).toEqual([
    "archive_2024.db",
    "archive_2025.db",
    "archive_2026.db",
    "demo.json",
    "production_analysis.db",
  ]);
});

test("A file that is missing is made again together with the others", () => {
  make();
  rmSync(join(databaseDir, "archive_2024.db"));
  expect(make()).toBe(true);
  expect(existsSync(join(databaseDir, "archive_2024.db"))).toBe(true);
});

test("A write-ahead log left beside an old demo file does not reach the new one", () => {
  make();
  const path = join(databaseDir, "production_analysis.db");
  writeFileSync(`${path}-wal`, readFileSync(path));
  make({ rows: 3000 });
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test.each(["production_analysis.db", "archive_2019.db"])("A folder without marker that holds %s is refused", (name) => {
  writeFileSync(join(databaseDir, name), "of the ERP");
  expect(() => make()).toThrow(
    new DemoError(
      `The demo data were not written, because '${name}' in '${databaseDir}' was not made by the demo generator and would be lost; choose another folder or move the file away.`,
    ),
  );
  expect(readFileSync(join(databaseDir, name), "utf8")).toBe("of the ERP");
  expect(readdirSync(databaseDir)).toEqual([name]);
});

test("A file of the ERP that was put among demo files is never overwritten", () => {
  make();
  const path = join(databaseDir, "production_analysis.db");
  rmSync(path);
  {
    using db = new Database(path);
    db.run("CREATE TABLE production_records (id INTEGER PRIMARY KEY)");
    db.run("INSERT INTO production_records VALUES (1)");
  }
  expect(() => make({ rows: 3000 })).toThrow("'production_analysis.db'");
  expect(countRows("production_analysis.db")).toBe(1);
});

test("A marker that cannot be read counts as none", () => {
  make();
  writeFileSync(join(databaseDir, "demo.json"), "{");
  expect(() => make({ rows: 3000 })).toThrow("was not made by the demo generator");
});

test("A generator that is killed leaves no half file, and the next one starts again", async () => {
  rmSync(databaseDir, { recursive: true });
  mkdirSync(databaseDir);
  const generator = Bun.spawn(
    [
      process.execPath,
      "-e",
      `import { DemoError, generateDemo } from ${JSON.stringify(join(import.meta.dir, "../../src/demo/generate.ts"))};
       generateDemo({ databaseDir: ${JSON.stringify(databaseDir)}, rows: 400_000, today: "2026-11-20",
         onProgress: ({ phase }) => { if (phase === "archive_2025.db, indexes") process.kill(process.pid, "SIGKILL"); } });`,
    ],
    { stdout: "ignore", stderr: "inherit" },
  );
  await generator.exited;
  expect(generator.signalCode).toBe("SIGKILL");
  expect(readdirSync(databaseDir).sort()).toEqual([
    "archive_2023.db",
    "archive_2024.db",
    "archive_2025.db.tmp",
    "demo.json",
  ]);
  expect(countRows("archive_2024.db")).toBeGreaterThan(50_000);

  expect(make()).toBe(true);
  expect(readdirSync(databaseDir).sort()).toEqual([
    "archive_2023.db",
    "archive_2024.db",
    "archive_2025.db",
    "demo.json",
    "production_analysis.db",
  ]);
  expect(countRows("archive_2024.db")).toBeLessThan(2000);
});
