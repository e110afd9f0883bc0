import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bySize, type LogOptions, openLog } from "../../src/observe/log.ts";

const root = mkdtempSync(join(tmpdir(), "hub-log-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
const folder = () => join(root, String(folders++));
const read = (directory: string) => readFileSync(join(directory, "app.log"), "utf8");
const open = (directory: string, options: Partial<LogOptions> = {}) =>
  openLog({ directory, file: "app.log", timezone: "Asia/Seoul", ...options });

/** Runs `body`, which finds an open `log`, in a process of its own. */
async function inProcess(directory: string, body: string) {
  const module = JSON.stringify(join(import.meta.dir, "../../src/observe/log.ts"));
  const options = JSON.stringify({ directory, file: "app.log", timezone: "Asia/Seoul" });
  const script = `import { openLog } from ${module}; const log = openLog(${options}); ${body}`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exitCode };
}

test("a line has the time, the level padded to 8, the request, the logger and the message", async () => {
  const directory = folder();
  const log = open(directory);
  log.info("http", "GET /records?item_code=BW0021 200", "ab12cd34");
  log.warn("limits", "Rate Limited 10.0.0.7");
  log.error("segments", "archive_2024.db: 파일이 손상되었습니다");
  await log.close();
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
  const lines = read(directory).split("\n");
  expect(lines[0]).toMatch(
    new RegExp(String.raw`^${time} \| INFO     \| ab12cd34 \| http \| GET /records\?item_code=BW0021 200$`),
  );
  expect(lines[1]).toMatch(new RegExp(String.raw`^${time} \| WARNING  \| - \| limits \| Rate Limited 10\.0\.0\.7$`));
  expect(lines[2]).toEndWith(" | ERROR    | - | segments | archive_2024.db: 파일이 손상되었습니다");
  expect(lines.slice(3)).toEqual([""]);
});

test("watcher.log keeps the earlier service's form: time and level in brackets, the level padded to 5", async () => {
  const directory = folder();
  const log = open(directory, { layout: "brackets" });
  log.info("watcher", "Creating missing idx_lot_number");
  log.warn("watcher", "locked");
  log.error("watcher", "failed\nforged");
  await log.close();
  const lines = read(directory).replaceAll(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] /gm, "");
  expect(lines).toBe("[INFO ] Creating missing idx_lot_number\n[WARN ] locked\n[ERROR] failed\\nforged\n");
});

test("the time is the factory's", async () => {
  const hours = async (timezone: string) => {
    const directory = folder();
    const log = open(directory, { timezone });
    log.info("test", "now");
    await log.close();
    return Date.parse(`${read(directory).slice(0, 19).replace(" ", "T")}Z`) / 3_600_000;
  };
  expect((await hours("Asia/Seoul")) - (await hours("America/Phoenix"))).toBeCloseTo(16, 1);
});

test("nobody can forge a line or hide one: line ends, control and direction marks are escaped", async () => {
  const directory = folder();
  const log = open(directory);
  log.info("http", "q=a\r\n2026-01-01 00:00:00 | ERROR    | - | x | forged\t\u0000\u001b[2J\u2028\u202Eend", "id\n");
  await log.close();
  expect(read(directory).split("\n").length).toBe(2);
  expect(read(directory)).toEndWith(
    " | id\\n | http | q=a\\r\\n2026-01-01 00:00:00 | ERROR    | - | x | forged\\t\\x00\\x1b[2J\\u2028\\u202eend\n",
  );
});

test("secrets are masked, those in parameters as well as the configured ones", async () => {
  const directory = folder();
  const log = open(directory, { secrets: ["super-geheim"] });
  log.info("http", "GET /items?api_key=abc&limit=5");
  log.error("http", "refused super-geheim");
  await log.close();
  expect(read(directory)).toContain("api_key=***&limit=5");
  expect(read(directory)).toContain("refused ***");
  expect(read(directory)).not.toMatch(/abc|geheim/);
});

test("an endless message is cut, and says by how much", async () => {
  const directory = folder();
  const log = open(directory);
  log.info("http", "가".repeat(10_000));
  await log.close();
  expect(read(directory)).toEndWith(`${"가".repeat(8000)}… (2000 characters more)\n`);
});

test("a line is on the disk after flush, and without it soon after", async () => {
  const directory = folder();
  const log = open(directory);
  log.info("test", "flushed");
  await log.flush();
  expect(read(directory)).toEndWith("flushed\n");
  log.info("test", "by itself");
  while (!read(directory).includes("by itself")) await Bun.sleep(10);
  await log.close();
});

test("the log rotates by size, loses no line and keeps their order", async () => {
  const directory = folder();
  const log = open(directory, { rotation: { ...bySize, maxBytes: 200_000, files: 50 } });
  for (let number = 0; number < 20_000; number++) {
    log.info("test", `line ${number}`);
    if (number % 1000 === 0) await Bun.sleep(0);
  }
  await log.close();
  const names = Array.from({ length: 50 }, (_, index) => (index === 0 ? "app.log" : `app.log.${index}`)).reverse();
  const text = names.map((name) => join(directory, name)).filter((path) => existsSync(path));
  expect(text.length).toBeGreaterThan(4);
  const numbers = text.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/line (\d+)\n/g)].map((m) => Number(m[1])),
  );
  expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, number) => number));
});

const fiveThousandLines = `for (let number = 0; number < 5000; number++) log.info("test", "line " + number);`;
const numbersIn = (directory: string) =>
  [...read(directory).matchAll(/line (\d+)\n/g)].map((match) => Number(match[1]));
const allNumbers = Array.from({ length: 5000 }, (_, number) => number);

test.each([
  ["runs out of work", 0, ""],
  ["closes the log and exits", 0, "await log.close(); process.exit(0)"],
  ["fails", 1, "process.exitCode = 0; throw new Error('test')"],
  ["exits at once", 3, "process.exit(3)"],
  ["exits while lines are on their way", 3, "await Bun.sleep(0); process.exit(3)"],
])("every line is written once when the process %s", async (_, code, end) => {
  const directory = folder();
  const { exitCode } = await inProcess(directory, fiveThousandLines + end);
  expect(exitCode).toBe(code);
  expect(numbersIn(directory)).toEqual(allNumbers);
});

test("lines after close are written too", async () => {
  const directory = folder();
  const log = open(directory);
  await log.close();
  log.info("test", "late");
  expect(read(directory)).toEndWith("late\n");
});

test("a log that cannot be written never harms the program: one sentence on stderr, whatever is logged", async () => {
  const directory = folder();
  writeFileSync(directory, "a file where the folder should be");
  const body = `for (let n = 0; n < 3; n++) { log.error("test", "lost"); await log.flush(); } await log.close(); console.log("alive")`;
  const { stdout, stderr, exitCode } = await inProcess(directory, body);
  expect({ stdout, exitCode }).toEqual({ stdout: "alive\n", exitCode: 0 });
  expect(stderr).toMatch(
    /^The log \S+ cannot be written \(\w+\); its lines are held until it can\. Make room on the disk, or .*\.\n$/,
  );
});
