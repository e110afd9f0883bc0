import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile, type LogFileOptions } from "../../src/observe/log-file.ts";
import type { Rotation } from "../../src/observe/log-rotation.ts";

const root = mkdtempSync(join(tmpdir(), "hub-logfile-"));
afterAll(() => rmSync(root, { recursive: true }));

let directory = "";
let folders = 0;
beforeEach(() => {
  directory = join(root, String(folders++), "logs");
});

const text = (name: string) => readFileSync(join(directory, name), "utf8");
const today = "2026-01-13";
const bySize = (maxBytes: number, files = 3): Rotation => ({ by: "size", maxBytes, files, keepDays: 9, gzip: true });
const open = (rotation: Rotation | null = bySize(1000), options: Partial<LogFileOptions> = {}) => {
  const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);
  const file = new LogFile({ directory, file: "app.log", rotation, dayOf, onLost: () => {}, ...options });
  return {
    append: (text: string, day = today) => file.append(text, day),
    drained: () => file.drained(),
    close: () => file.close(),
  };
};

test("a missing folder is made, and what stood in the file stays", async () => {
  const first = open();
  first.append("one\n");
  await first.close();
  const second = open();
  second.append("two\n");
  await second.close();
  expect(text("app.log")).toBe("one\ntwo\n");
});

test("a full file becomes .1, that one .2, and the oldest goes", async () => {
  const file = open(bySize(10));
  for (const line of ["first....\n", "second...\n", "third....\n", "fourth...\n"]) file.append(line);
  file.append("rest\n");
  await file.drained();
  expect(text("app.log")).toBe("rest\n");
  expect(text("app.log.1")).toBe("fourth...\n");
  expect(text("app.log.2")).toBe("third....\n");
  expect(existsSync(join(directory, "app.log.3"))).toBe(false);
  await file.close();
});

test("a file that is full already at the start is rotated before the first line", async () => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "app.log"), "older than ten bytes\n");
  const file = open(bySize(10));
  file.append("new\n");
  await file.close();
  expect([text("app.log.1"), text("app.log")]).toEqual(["older than ten bytes\n", "new\n"]);
});

test("when the rename is refused, lines go on in the same file, once each, and rotate when it is possible again", async () => {
  const obstacle = join(directory, "app.log.1");
  mkdirSync(join(obstacle, "not-empty"), { recursive: true });
  const file = open(bySize(10, 2), { retryMs: 0 });
  file.append("first....\n");
  file.append("second...\n");
  await file.drained();
  expect(text("app.log")).toBe("first....\nsecond...\n");
  rmSync(obstacle, { recursive: true });
  file.append("third....\n");
  await file.close();
  expect([text("app.log.1"), text("app.log")]).toEqual(["first....\nsecond...\n", "third....\n"]);
});

test("a full file that cannot be renamed at the start takes the first line all the same", async () => {
  mkdirSync(join(directory, "app.log.1", "not-empty"), { recursive: true });
  writeFileSync(join(directory, "app.log"), "older than ten bytes\n");
  const file = open(bySize(10, 2), { retryMs: 0 });
  file.append("new\n");
  await file.close();
  expect(text("app.log")).toBe("older than ten bytes\nnew\n");
});

test("while the folder cannot be written lines are held, and written in order when it can", async () => {
  mkdirSync(join(directory, ".."), { recursive: true });
  writeFileSync(directory, "a file where the folder should be");
  const file = open(bySize(1000), { retryMs: 5 });
  file.append("one\n");
  await file.drained();
  file.append("two\n");
  rmSync(directory);
  while (!existsSync(join(directory, "app.log"))) await Bun.sleep(5);
  await file.close();
  expect(text("app.log")).toBe("one\ntwo\n");
});

test("lines beyond what memory may hold are dropped and their number is told when the disk is back", async () => {
  mkdirSync(join(directory, ".."), { recursive: true });
  writeFileSync(directory, "a file where the folder should be");
  const { promise, resolve } = Promise.withResolvers<number>();
  const file = open(bySize(1e9), { retryMs: 5, onLost: resolve });
  const megabyte = `${"x".repeat(1024 * 1024 - 1)}\n`;
  for (let count = 0; count < 10; count++) file.append(megabyte);
  await file.drained();
  rmSync(directory);
  expect(await promise).toBe(2);
  await file.close();
  expect(text("app.log").length).toBe(8 * megabyte.length);
});

test("closing during an outage writes what was held if the folder is back by then", async () => {
  mkdirSync(join(directory, ".."), { recursive: true });
  writeFileSync(directory, "a file where the folder should be");
  const file = open();
  file.append("one\n");
  await file.drained();
  rmSync(directory);
  await file.close();
  file.append("late\n");
  expect(text("app.log")).toBe("one\nlate\n");
});
