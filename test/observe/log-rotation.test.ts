import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { bySize, type LogOptions, openLog } from "../../src/observe/log.ts";
import { putAsideOf } from "../../src/observe/log-names.ts";
import type { Rotation } from "../../src/observe/log-rotation.ts";
import { openCommandLog, openHubLog } from "../../src/observe/logs.ts";
import { eventually } from "../support/hub.ts";
import { tied } from "../support/processes.ts";

const root = mkdtempSync(join(tmpdir(), "hub-rotation-"));
afterAll(() => rmSync(root, { recursive: true }));

let directory = "";
let folders = 0;
beforeEach(() => {
  directory = join(root, String(folders++));
  mkdirSync(directory);
});

const byDay: Rotation = { ...bySize, by: "day" };
/** A log whose clock stands where `moment` (UTC) puts it; the factory is nine hours ahead. */
function openAt(moment: string, options: Partial<LogOptions> = {}) {
  let time = Date.parse(moment);
  const now = () => time;
  const log = openLog({ directory, file: "app.log", timezone: "Asia/Seoul", rotation: byDay, now, ...options });
  return {
    ...log,
    at: (next: string) => {
      time = Date.parse(next);
    },
  };
}

const textOf = (name: string): string => {
  const bytes = readFileSync(join(directory, name));
  return String(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
};
/** Every file of the folder, and the messages in it. */
const messages = (): Record<string, string> =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, textOf(name).replaceAll(/^.* \| |\n$/gm, "")]));

test("at the factory's midnight the lines of the day before are put aside under its date, all but the newest compressed", async () => {
  const log = openAt("2026-01-11T14:59:59Z");
  log.info("test", "last of the 11th");
  log.at("2026-01-11T15:00:00Z");
  // Within the same tenth of a second, in which lines are gathered.
  log.info("test", "first of the 12th");
  await log.flush();
  log.at("2026-01-12T23:00:00Z");
  log.info("test", "the 13th");
  await log.flush();
  log.at("2026-01-14T23:00:00Z");
  log.info("test", "the 15th");
  await log.close();
  expect(messages()).toEqual({
    "app.log": "the 15th",
    "app.log.2026-01-11.gz": "last of the 11th",
    "app.log.2026-01-12.gz": "first of the 12th",
    "app.log.2026-01-13": "the 13th",
  });
});

test("a day that fills a file goes on in parts, and a hub that starts on another day begins anew", async () => {
  const log = openAt("2026-01-12T01:00:00Z", { rotation: { ...byDay, maxBytes: 100, gzip: false } });
  for (const message of ["one".padEnd(60, "."), "two", "three".padEnd(60, "."), "four"]) {
    log.info("test", message);
    await log.flush();
  }
  await log.close();
  const noon = Date.parse("2026-01-12T03:00:00Z") / 1000;
  utimesSync(join(directory, "app.log"), noon, noon);
  const next = openAt("2026-01-13T01:00:00Z", { rotation: { ...byDay, gzip: false } });
  next.info("test", "five");
  await next.close();
  const found = messages();
  expect(Object.entries(found).map(([name, text]) => [name, text.replaceAll(".", "")])).toEqual(
    expect.arrayContaining([
      ["app.log", "five"],
      ["app.log.2026-01-12", "one"],
      ["app.log.2026-01-12.2", "two\nthree"],
      ["app.log.2026-01-12.3", "four"],
    ]),
  );
  expect(Object.keys(found)).toHaveLength(4);
});

test("a clock that is set back writes on in the same file, and one that jumps ahead deletes nothing", async () => {
  const log = openAt("2026-01-12T01:00:00Z", { rotation: { ...byDay, gzip: false, keepDays: 2 } });
  for (const day of ["2026-01-12", "2026-01-11", "2099-01-01", "2026-01-12"]) {
    log.at(`${day}T01:00:00Z`);
    log.info("test", day);
    await log.flush();
  }
  await log.close();
  expect(messages()).toEqual({
    "app.log": "2099-01-01\n2026-01-12",
    "app.log.2026-01-11": "2026-01-12\n2026-01-11",
  });
});

test("the newest days that have lines are kept, and what an interrupted compression left is put in order", async () => {
  for (const day of ["03", "05", "09"]) writeFileSync(join(directory, `app.log.2026-01-${day}`), `${day}\n`);
  writeFileSync(join(directory, "app.log.2026-01-09.2"), "09 again\n");
  // Killed before the plain one was deleted; killed while the compressed one was made; and another log's files.
  writeFileSync(join(directory, "app.log.2026-01-05.gz"), Bun.gzipSync(Buffer.from("05\n")));
  writeFileSync(join(directory, "app.log.2026-01-03.gz.part"), "half");
  writeFileSync(join(directory, "watcher.log.2026-01-01"), "other\n");
  writeFileSync(join(directory, "app.log.1"), "by size\n");
  const log = openAt("2026-01-12T01:00:00Z", { rotation: { ...byDay, keepDays: 2 } });
  log.info("test", "now");
  await log.close();
  expect(messages()).toEqual({
    "app.log": "now",
    "app.log.2026-01-05.gz": "05",
    "app.log.2026-01-09.gz": "09",
    "app.log.2026-01-09.2": "09 again",
    "watcher.log.2026-01-01": "other",
  });
});

test("by size, a number that an interrupted rotation left free is filled before a file goes", async () => {
  for (const number of [1, 3, 4]) writeFileSync(join(directory, `app.log.${number}`), `${number}\n`);
  writeFileSync(join(directory, "app.log"), "full\n");
  const log = openAt("2026-01-12T01:00:00Z", { rotation: { ...bySize, maxBytes: 1 } });
  log.info("test", "new");
  await log.close();
  expect(messages()).toEqual({
    "app.log": "new",
    "app.log.1": "full",
    "app.log.2": "1",
    "app.log.3": "3",
    "app.log.4": "4",
  });
});

const settings = (accessLog: "app" | "separate" | "both") => ({
  logsDir: directory,
  timezone: "Asia/Seoul",
  logRotation: "size" as const,
  logKeepDays: 30,
  logGzip: true,
  accessLog,
});

test.each([
  ["app", { "app.log": "begun\nGET /items\nfailed", "error.log": "failed" }],
  ["separate", { "app.log": "begun\nfailed", "error.log": "failed", "access.log": "GET /items" }],
  ["both", { "app.log": "begun\nGET /items\nfailed", "error.log": "failed", "access.log": "GET /items" }],
] as const)(
  "errors stand in error.log as well, and requests where ACCESS_LOG=%s wants them",
  async (accessLog, files) => {
    const log = openHubLog(settings(accessLog), []);
    log.info("hub", "begun");
    log.access(log.plain("GET /items"), "ab12cd34");
    log.error("hub", "failed");
    await log.close();
    expect(messages()).toEqual(files);
  },
);

test("a command writes beside the hub without holding its files, so that none of its lines goes into one that was put aside", async () => {
  const log = openCommandLog(settings("app"));
  log.error("backup", "one");
  await log.flush();
  renameSync(join(directory, "app.log"), join(directory, "app.log.2026-01-12"));
  log.info("backup", "two");
  await log.close();
  expect(messages()).toEqual({ "app.log": "two", "app.log.2026-01-12": "one", "error.log": "one" });
});

test("a line that a killed process left unfinished is ended before the next one", async () => {
  writeFileSync(join(directory, "app.log"), "2026-01-12 10:00:00 | INFO     | - | test | half a li");
  const log = openAt("2026-01-12T01:00:00Z", { rotation: bySize });
  log.info("test", "whole");
  await log.close();
  expect(textOf("app.log").split("\n")).toEqual([
    expect.stringMatching(/half a li$/),
    expect.stringMatching(/ whole$/),
    "",
  ]);
});

/** Numbers of all lines there are, from the oldest file to the newest, each file once. */
function numbers(): number[] {
  const there = readdirSync(directory);
  const { dated, numbered } = putAsideOf(there, "app.log");
  // There is no current one where the writer was killed between putting one aside and beginning the next.
  const current = there.filter((name) => name === "app.log");
  const names = [...[...dated, ...numbered].map(({ name }) => name).reverse(), ...current];
  return names.flatMap((name) => [...textOf(name).matchAll(/ \| (\d{9})$/gm)].map(([, number]) => Number(number)));
}

const rotations: Rotation[] = [
  { ...byDay, maxBytes: 300_000, keepDays: 3650 },
  { ...bySize, maxBytes: 300_000, files: 900 },
];

/** Starts the writer with the number after the last one there is; `prefix` is a program that runs it. */
function startWriter(rotation: Rotation, prefix: readonly string[] = []) {
  const script = join(import.meta.dir, "../faults/log-writer.ts");
  const writer = [process.execPath, script, directory, JSON.stringify(rotation), String(numbers().length)];
  return tied(Bun.spawn([...prefix, ...writer], { stdout: "ignore" }));
}

/** Every number once and in its place, from 0 on. */
function expectWhole(): void {
  const found = numbers();
  const wrong = found.findIndex((number, position) => number !== position);
  expect(wrong < 0 ? "whole" : found.slice(Math.max(0, wrong - 2), wrong + 3)).toEqual("whole");
}

/** What is put in order at the next start loses nothing either, and leaves nothing over. */
async function expectWholeAfterStart(rotation: Rotation): Promise<void> {
  expectWhole();
  const next = numbers().length;
  const log = openLog({ directory, file: "app.log", timezone: "Asia/Seoul", rotation, now: () => Date.UTC(2030, 0) });
  log.info("test", String(next).padStart(9, "0"));
  await log.close();
  expectWhole();
  expect(numbers()).toHaveLength(next + 1);
  const names = readdirSync(directory);
  expect(names.filter((name) => name.endsWith(".part") || names.includes(`${name}.gz`))).toEqual([]);
}

/** More for a longer run by hand. */
const kills = Number(process.env.LOG_KILLS ?? 5);
setDefaultTimeout(180_000 + kills * 2_000);
test.each(rotations)(
  "no line is lost or doubled when the writer is killed at any moment while files are put aside by $by",
  async (rotation) => {
    for (let kill = 0; kill < kills; kill += 1) {
      const before = readdirSync(directory).length;
      const writer = startWriter(rotation);
      await eventually("files are put aside", () => readdirSync(directory).length > before + 2 || undefined);
      await Bun.sleep(Math.random() * 60);
      writer.kill("SIGKILL");
      await writer.exited;
      expectWhole();
    }
    await expectWholeAfterStart(rotation);
  },
);

/** Containers may have it and forbid it. */
const canTrace = Bun.which("strace") !== null && Bun.spawnSync(["strace", "-o", "/dev/null", "true"]).exitCode === 0;
// Few moments matter, and a kill at random seldom meets one of them.
test.skipIf(!canTrace).each([
  ["rename,renameat,renameat2", rotations[0]!, [1, 2, 3, 4, 5]],
  ["unlink,unlinkat", rotations[0]!, [1, 2]],
  ["fsync", rotations[0]!, [1]],
  ["rename,renameat,renameat2", rotations[1]!, [1, 3, 6]],
])("nor when it is killed at a call of %s", async (calls, rotation, times) => {
  for (const time of times) {
    const inject = [`trace=${calls}`, `inject=${calls}:signal=KILL:when=${time}`].flatMap((what) => ["-e", what]);
    const writer = startWriter(rotation, ["strace", "-f", "-qq", "-o", "/dev/null", ...inject]);
    await writer.exited;
    expect(writer.signalCode).toBe("SIGKILL");
    expectWhole();
  }
  await expectWholeAfterStart(rotation);
});
