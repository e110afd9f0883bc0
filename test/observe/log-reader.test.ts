import { afterEach, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile } from "../../src/observe/log-file.ts";
import { type LogFilter, LogReader } from "../../src/observe/log-reader.ts";
import type { Rotation } from "../../src/observe/log-rotation.ts";
import { redactor } from "../../src/observe/redact.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of logs, and its reader. */
function logs(files: Record<string, string> = {}, secrets: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "hub-logs-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, file: join(folder, "app.log"), reader: new LogReader(folder, redactor(secrets)) };
}

const all = (fields: Partial<LogFilter> = {}): LogFilter => ({ level: "all", search: "", lines: 100, ...fields });
const line = (level: string, message: string) => `2026-01-13 02:00:00 | ${level.padEnd(8)} | - | test | ${message}\n`;
const texts = async (reader: LogReader, filter: LogFilter, name = "app.log") =>
  (await reader.end(name, filter)).lines.map(({ text }) => text.split(" | ").at(-1));

/** Bytes that this process has read from files so far (Linux). */
const bytesRead = async () => Number(/rchar: (\d+)/.exec(await Bun.file("/proc/self/io").text())![1]);

test.skipIf(process.platform !== "linux")("of a big file only the end is read", async () => {
  const { reader, file } = logs();
  const block = Array.from({ length: 10_000 }, (_, at) => line("INFO", `number ${at}`)).join("");
  for (let at = 0; at < 50; at++) appendFileSync(file, block);
  const before = await bytesRead();
  expect(await texts(reader, all({ lines: 3 }))).toEqual(["number 9997", "number 9998", "number 9999"]);
  expect((await bytesRead()) - before).toBeLessThan(200_000);
});

test("a search goes back through the whole of a log and its rotated files, up to a bound that is told", async () => {
  const filler = line("INFO", "x".repeat(1000)).repeat(9_000);
  const { reader, folder } = logs({ "app.log.1": line("INFO", "needle 1") + filler, "app.log": filler });
  const found = await reader.end("app.log", all({ search: "NEEDLE" }));
  expect([found.lines.length, found.cut]).toEqual([0, true]);
  writeFileSync(join(folder, "app.log"), line("INFO", "needle 2"));
  expect(await texts(reader, all({ search: "needle" }))).toEqual(["needle 1", "needle 2"]);
  expect((await reader.end("app.log", all({ search: "needle" }))).cut).toBe(false);
  // A rotated file that is asked for is read alone.
  expect(await texts(reader, all({ search: "needle" }), "app.log.1")).toEqual(["needle 1"]);
});

test("no character is cut in two, wherever a chunk begins", async () => {
  const { reader, file } = logs();
  const lines = Array.from({ length: 4000 }, (_, at) => `${"가나다🙂".repeat(at % 13)} ${at}`);
  writeFileSync(file, lines.map((text) => `${text}\n`).join(""));
  const { lines: found } = await reader.end("app.log", all({ lines: 10_000 }));
  expect(found.map(({ text }) => text)).toEqual(lines);
  // Nor at the end, where the writer is in the middle of one.
  appendFileSync(file, Buffer.from("반쪽").subarray(0, 4));
  expect((await reader.end("app.log", all({ lines: 1 }))).lines).toEqual([{ level: null, text: lines.at(-1)! }]);
});

test("levels are those of both layouts, and lines without one are shown with all", async () => {
  const app = line("INFO", "one") + line("WARNING", "two") + line("ERROR", "three");
  const watcher = "[2026-01-13 02:00:00] [WARN ] four\n[2026-01-13 02:00:00] [ERROR] five\nsix\n";
  const { reader } = logs({ "app.log": app, "watcher.log": watcher });
  expect(await texts(reader, all())).toEqual(["one", "two", "three"]);
  expect(await texts(reader, all({ level: "warning" }))).toEqual(["two", "three"]);
  expect(await texts(reader, all({ level: "error" }))).toEqual(["three"]);
  expect((await reader.end("watcher.log", all())).lines.map(({ level }) => level)).toEqual(["warning", "error", null]);
  expect((await reader.end("watcher.log", all({ level: "error" }))).lines).toHaveLength(1);
});

test("what is added is read by itself, and a line once it is whole", async () => {
  const { reader, file } = logs({ "app.log": line("INFO", "one") });
  const { place } = await reader.end("app.log", all());
  appendFileSync(file, `${line("INFO", "two")}${line("ERROR", "three")}2026-01-13 02:00`);
  const more = await reader.since("app.log", place!, all());
  expect(more!.lines.map(({ level }) => level)).toEqual(["info", "error"]);
  expect((await reader.since("app.log", more!.place, all()))!.lines).toEqual([]);
  appendFileSync(file, ":00 | INFO     | - | test | four\n");
  expect((await reader.since("app.log", more!.place, all()))!.lines[0]!.text).toEndWith("| four");
  renameSync(file, `${file}.1`);
  expect(await reader.since("app.log", more!.place, all())).toBeNull();
  writeFileSync(file, line("INFO", "five"));
  expect(await reader.since("app.log", more!.place, all())).toBeNull();
});

test.each(["size", "day"] as const)(
  "no line is lost or shown twice while the log is rotated by %s under the reader",
  async (by) => {
    const { reader, folder } = logs();
    const rotation: Rotation = { by, maxBytes: 20_000, files: 9, keepDays: 99, gzip: true };
    const dayOf = () => "2026-01-13";
    const writer = new LogFile({ directory: folder, file: "app.log", rotation, dayOf, onLost: () => {} });
    let written = 0;
    let done = false;
    const writing = (async () => {
      while (written < 12_000) {
        const lines = Array.from({ length: 40 }, (_, at) => line("INFO", `number ${written + at}`));
        // A new day now and then, so that both reasons to rotate come.
        writer.append(lines.join(""), `2026-01-${String(13 + Math.floor(written / 4000)).padStart(2, "0")}`);
        written += 40;
        await writer.drained();
      }
      done = true;
    })();
    let looks = 0;
    while (!done) {
      const numbers = (await texts(reader, all({ lines: 300 }))).map((text) => Number(text!.slice(7)));
      const first = numbers[0] ?? 0;
      expect(numbers).toEqual(numbers.map((_, at) => first + at));
      looks += 1;
    }
    await writing;
    await writer.close();
    expect(looks).toBeGreaterThan(5);
    expect((await texts(reader, all({ lines: 1 })))[0]).toBe("number 11999");
  },
);

test("only logs of the folder are named and read, and secrets are masked in old lines as well", async () => {
  const secret = "s3cret-admin-key";
  const { reader, folder } = logs(
    { "app.log": line("INFO", `began with ${secret} and api_key=abcdef`), "notes.txt": "no log" },
    [secret],
  );
  mkdirSync(join(folder, "folder.log"));
  writeFileSync(join(folder, "watcher.log.1"), "");
  symlinkSync("/etc/hostname", join(folder, "link.log"));
  expect(await reader.names()).toEqual(["app.log", "watcher.log.1"]);
  for (const name of ["../app.log", "/etc/hostname", "notes.txt", "", "nothing.log", "link.log", "folder.log"])
    expect(await reader.end(name, all())).toEqual({ lines: [], place: null, cut: false });
  expect(await texts(reader, all())).toEqual(["began with *** and api_key=***"]);
  expect(await texts(reader, all({ search: secret }))).toEqual([]);
  expect(await texts(reader, all({ search: "abcdef" }))).toEqual([]);
});

test("dated and compressed files are named and read like others: the newest first, each once, searched as one log", async () => {
  const { reader, folder } = logs({
    "error.log": line("ERROR", "six"),
    "app.log": line("INFO", "six"),
    "app.log.2026-01-12.2": line("INFO", "five"),
    "app.log.2026-01-12": line("INFO", "four"),
    "app.log.2026-01-10": line("ERROR", "one 나사"),
    "app.log.2026-01-10.gz.part": "half of it",
  });
  const compressed = (name: string, text: string) => writeFileSync(join(folder, name), Bun.gzipSync(Buffer.from(text)));
  compressed("app.log.2026-01-11.10.gz", line("ERROR", "three"));
  compressed("app.log.2026-01-11.9.gz", line("WARNING", "two"));
  // The hub was killed before the plain one was deleted.
  compressed("app.log.2026-01-10.gz", line("ERROR", "one 나사"));
  expect(await reader.names()).toEqual([
    "app.log",
    "app.log.2026-01-12.2",
    "app.log.2026-01-12",
    "app.log.2026-01-11.10.gz",
    "app.log.2026-01-11.9.gz",
    "app.log.2026-01-10",
    "error.log",
  ]);
  expect(await texts(reader, all())).toEqual(["one 나사", "two", "three", "four", "five", "six"]);
  expect(await texts(reader, all({ level: "error" }))).toEqual(["one 나사", "three"]);
  expect(await texts(reader, all({ lines: 3 }))).toEqual(["four", "five", "six"]);
  const { lines, place } = await reader.end("app.log.2026-01-11.10.gz", all());
  expect(lines.map(({ text }) => text.slice(-5))).toEqual(["three"]);
  expect(await reader.since("app.log.2026-01-11.10.gz", place!, all())).toEqual({ lines: [], place: place! });
  // Numbered ones from before the daily rotation come after the dated ones.
  writeFileSync(join(folder, "app.log.1"), line("INFO", "zero"));
  utimesSync(join(folder, "app.log.1"), 1, 1);
  expect((await texts(reader, all()))[0]).toBe("zero");
});

test("a compressed file that is damaged or too big to look through is told as not looked at", async () => {
  const { reader, folder } = logs({ "app.log": line("INFO", "new") });
  writeFileSync(join(folder, "app.log.2026-01-12.gz"), "no gzip");
  expect(await reader.end("app.log", all())).toMatchObject({ lines: [{ level: "info" }], cut: true });
  writeFileSync(join(folder, "app.log.2026-01-12.gz"), Bun.gzipSync(Buffer.alloc(17 * 1024 * 1024, "line\n")));
  expect(await reader.end("app.log", all())).toMatchObject({ lines: [{ level: "info" }], cut: true });
});

test("a folder that is not there has no logs", async () => {
  const reader = new LogReader(join(tmpdir(), "hub-logs-nowhere"), (text) => text);
  expect(await reader.names()).toEqual([]);
});
