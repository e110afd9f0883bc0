import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { generateDemo } from "../../src/demo/generate.ts";
import { factoryClock } from "../../src/observe/clock.ts";
import { openBeside, setJournal } from "../support/files.ts";
import { eventually, type Json } from "../support/hub.ts";
import { SourceFolder } from "../support/hub-folder.ts";
import { codeSpans, fencedBlocks, readManual, tablesOf } from "../support/manual.ts";
import { tied } from "../support/processes.ts";

setDefaultTimeout(180_000);

/** What the operations manual has people type, typed as it is printed: in a folder with Korean letters and blanks, beside a hub. */

const chapters = readManual("en");
/** What is printed in the running text to be typed. */
const typed =
  /^(hub\.exe --|curl |grep|zgrep|tail|findstr (?!"A B")|dir |ren |type |chcp|schtasks|certutil|Invoke-RestMethod|journalctl|nssm|sudo)/;
const stop = "hub.exe --stop";

/** What commands answer according to the manual; figures and names differ. */
const answers = new Map<string, readonly string[]>([
  ["hub.exe --checkpoint", fencedBlocks(chapters[6]!.text)[0]!],
  [
    "hub.exe --restore production_20261121_020000.db",
    codeSpans(chapters[4]!.text).filter((text) => text.startsWith("Restored ")),
  ],
  ["hub.exe --rollover", codeSpans(chapters[9]!.text).filter((text) => text.startsWith("Every month "))],
]);

/** What is not typed here, and what tries it. */
const elsewhere = new Map([
  ["hub.exe --version", "test/support/every-command.ts"],
  ["hub.exe --backup --live --archive", "test/support/every-command.ts"],
  ["hub.exe --backup", "test/operations/backup.test.ts"],
  ["hub.exe --backup --archive", "test/operations/backup.test.ts"],
  ["hub.exe --check --json", "test/support/every-command.ts"],
  ["hub.exe --rollover --dry-run", "test/support/every-command.ts"],
  ["hub.exe --watch", "test/support/every-command.ts: it waits for 15 s whether the ERP writes"],
  ["hub.exe --watch --force", "test/support/every-command.ts"],
  ["hub.exe --watch --daemon --interval 3600", "test/support/every-command.ts"],
  ["hub.exe --demo", "test/support/every-command.ts"],
  ["hub.exe --self-check", "test/support/every-command.ts"],
  ["hub.exe --drill", "test/support/every-command.ts"],
  ["hub.exe --licences", "test/support/every-command.ts"],
  ["hub.exe --install", "test/service, as data"],
  ["hub.exe --uninstall", "test/service, as data"],
  ["hub.exe --service", "test/wine/service.test.ts"],
  ["hub.exe --restore hub_….db", "test/operations/hub-db.test.ts"],
  ["sudo ./hub --install", "test/service, as data"],
  ["journalctl -u production-data-hub", "nothing: it is systemd's; the unit's name is in test/service"],
  ['schtasks /Run /TN "Production Data Hub"', "test/service, as data"],
  ["certutil -hashfile hub.exe SHA256", "test/packaging: the sums"],
  [
    "nssm install ProductionDataHub C:\\hub\\hub.exe --service --home C:\\hub",
    "test/wine/service.test.ts starts the hub in the same way",
  ],
  ["nssm set ProductionDataHub AppExit 0 Exit", "nothing: it is a setting of another program"],
  ["chcp 65001", "nothing: it sets Windows' console"],
  ["ren database\\hub.db hub.db.newer", "test/wine/hub-exe.test.ts renames in the same way"],
  ["ren database\\hub.db.before-vN hub.db", "test/wine/hub-exe.test.ts"],
  ["ren hub.exe hub-newer.exe", "test/wine/hub-exe.test.ts"],
  ["ren hub-old.exe hub.exe", "test/wine/hub-exe.test.ts"],
]);

let hubs: SourceFolder;
let database = "";
beforeAll(async () => {
  hubs = new SourceFolder(60_000);
  database = join(hubs.folder, "database");
  const today = factoryClock("Asia/Seoul").today();
  const files = generateDemo({ databaseDir: database, rows: 3_000, today });
  leaveLastYearInLive(files.files.at(-1)!, files.files.at(-2)!);
  hubs.start([]);
  await hubs.healthy();
});
afterAll(() => hubs.endAll());

test("each line that the manual has people type does what it says, as printed", async () => {
  const printed = chapters.flatMap(({ text }) => [
    ...codeSpans(text).filter((code) => typed.test(code)),
    ...fencedBlocks(text).flat(),
  ]);
  const answered = new Set([...answers.values()].flat());
  const lines = [...new Set(printed)].filter((line) => !answered.has(line));
  expect(lines.length).toBeGreaterThan(50);
  const failures: string[] = [];
  const tryEach = async (some: readonly string[]) => {
    for (const line of some) {
      const trouble = await typeLine(line).catch((error) => String(error));
      if (trouble) failures.push(`${line}: ${trouble}`);
    }
  };
  const { body } = await hubs.json("/operations/jobs");
  expect(jobsIn(chapters[8]!.text).sort()).toEqual(body.jobs.map(({ name }: Json) => name).sort());
  const withKey = lines.filter((line) => line.includes("YOUR-KEY"));
  const others = lines.filter((line) => line !== stop && !withKey.includes(line));
  await tryEach([...others.filter((line) => !elsewhere.has(line)), stop]);

  // With an administrator's key everybody needs it, on the hub's own PC too.
  appendFileSync(join(hubs.folder, ".env"), "ADMIN_KEY=YOUR-KEY\r\n");
  hubs.start([]);
  await hubs.healthy();
  await tryEach(withKey);
  expect((await hubs.fetch("/operations/jobs/backup/run", { method: "POST" })).status).toBe(401);
  await tryEach([stop]);
  expect(failures).toEqual([]);
  expect([...elsewhere.keys()].filter((line) => !lines.includes(line))).toEqual([]);
});

/** The jobs that a text's first table names. */
const jobsIn = (text: string): string[] =>
  tablesOf(text)[0]!
    .slice(1)
    .flatMap(([names = ""]) => codeSpans(names));

/** Types a line as an operator would. Returns what is wrong with what came of it; "" where nothing is. */
async function typeLine(line: string): Promise<string> {
  const [program = "", ...args] = words(line);
  if (program === "hub.exe") return typeHub(line, args);
  if (program.startsWith("curl")) return typeCurl(args);
  if (line.includes("Invoke-RestMethod")) return ask(line);
  if (program === "Get-Content") {
    const [file, ...options] = args;
    if (!options.includes("UTF8")) return "Windows would take it for another encoding";
    new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(inFolder(file!)));
    return "";
  }
  if (program === "dir") return readdirSync(inFolder(args[0]!)).length > 0 ? "" : "there is nothing";
  if (["findstr", "type"].includes(program)) return typeShell(onLinux(program, args));
  if (["grep", "zgrep", "tail"].includes(program)) return typeShell(line);
  return "nobody knows this command";
}

async function typeHub(line: string, args: string[]): Promise<string> {
  const given = args.map((arg) => (/\.db/.test(arg) ? present(arg) : arg));
  const writer = line === "hub.exe --checkpoint" ? leaveWal() : null;
  let ran = await hubs.run(given);
  // The hub does some of this by itself at its times, and says that one is to wait and try again.
  for (let tries = 0; ran.code === 1 && /under way|running already/.test(ran.stderr) && tries < 120; tries++) {
    await Bun.sleep(500);
    ran = await hubs.run(given);
  }
  writer?.close();
  const said = ran.stdout + ran.stderr;
  if (ran.code !== 0 || /^\s+at /m.test(said) || !said.trim()) return `ended with ${ran.code}: ${said}`;
  const missing = (answers.get(line) ?? []).filter((answer) => !shape(said).includes(shape(answer)));
  return missing.length > 0 ? `does not say '${missing.join("' or '")}', but: ${said}` : "";
}

async function typeCurl(args: string[]): Promise<string> {
  const told = args.map((arg) => arg.replace("http://localhost:8000", hubs.url));
  const { code, text } = await output(["curl", "--write-out", "\n%{http_code}", ...told]);
  const status = Number(text.split("\n").at(-1));
  if (code !== 0 || status >= 300) return `ended with ${code}, status ${status}: ${text}`;
  await jobsAreDone();
  return "";
}

/** Asks what a line of PowerShell asks, which there is none of here. */
async function ask(line: string): Promise<string> {
  const [, address = ""] = /(http:\/\/localhost:8000[^\s)]*)/.exec(line) ?? [];
  const [, method = "Get"] = /-Method (\w+)/.exec(line) ?? [];
  const [, name, value] = /-Headers @\{ "([^"]+)" = "([^"]+)" \}/.exec(line) ?? [];
  const response = await hubs.fetch(address.replace("http://localhost:8000", ""), {
    method: method.toUpperCase(),
    headers: name && value ? { [name]: value } : {},
  });
  const answer = (await response.json()) as Json;
  if (!response.ok) return `status ${response.status}: ${JSON.stringify(answer)}`;
  await jobsAreDone();
  const [, part, fields] = /\)\.(\w+) \| Format-Table (.+)$/.exec(line) ?? [];
  if (!part || !fields) return "";
  const absent = fields.split(", ").filter((field) => answer[part].some((row: Json) => !(field in row)));
  return absent.length > 0 ? `there is no ${absent.join(", ")}` : "";
}

async function typeShell(line: string): Promise<string> {
  const limit = line.startsWith("tail -f") ? ["timeout", "--preserve-status", "1"] : [];
  const { code, text } = await output([...limit, "sh", "-c", line]);
  // These are there once something stands in them, as the manual says.
  if (/No such file/.test(text)) return /(error|watcher)\.log/.test(line) ? "" : text;
  // 1: nothing was found, which is good news of errors; 143: ended while it waited for more lines.
  return [0, 1, 143].includes(code) ? "" : `ended with ${code}: ${text}`;
}

/** The same in the words of Linux: `findstr "A B"` finds either, `/C:"A B"` both as they stand, `/S` in folders below too. */
function onLinux(program: string, args: string[]): string {
  const file = args.at(-1)!.replaceAll("\\", "/");
  if (program === "type") return `cat ${file}`;
  const whole = args.find((arg) => arg.startsWith("/C:"))?.slice(3);
  const either = args.find((arg) => !arg.startsWith("/"))!.split(" ");
  return `grep ${(whole ? [whole] : either).map((word) => `-e '${word}'`).join(" ")} ${file}`;
}

async function output(command: string[]): Promise<{ code: number; text: string }> {
  const child = tied(Bun.spawn(command, { cwd: hubs.folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" }));
  const [out, complaints, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, text: complaints + out };
}

const jobsAreDone = () =>
  eventually(
    "the jobs are done",
    async () => {
      const { body } = await hubs.json("/operations/jobs", { headers: { "X-API-Key": "YOUR-KEY" } });
      return body.jobs.every(({ running }: Json) => !running) || undefined;
    },
    hubs.limitMs,
  );

/** The parts of a line of Windows' command prompt. */
const words = (line: string): string[] =>
  [...line.matchAll(/((?:[^\s"]|"[^"]*")+)/g)].map(([word]) => word.replaceAll('"', ""));

const inFolder = (file: string): string => join(hubs.folder, file.replaceAll("\\", "/"));

/** The file that stands there now in place of the one that is printed, with another time in its name. */
function present(printed: string): string {
  const [stem] = printed.split(/_?\d{8}_\d{6}|…/);
  const folder = printed.includes(".before-restore-") ? database : join(database, "backups");
  return (
    readdirSync(folder)
      .filter((name) => name.startsWith(`${stem}`) && name !== stem)
      .sort()
      .at(-1) ?? printed
  );
}

/** What stays of a sentence without figures and times. */
const shape = (text: string): string => text.replace(/\d+(?:[._,]\d+)*/g, "#");

/** Has Live hold the year before as well, which no archive holds then: as in January, before the rollover. */
function leaveLastYearInLive(live: string, archive: string): void {
  const file = new Database(live);
  file.run("ATTACH ? AS past", [archive]);
  file.run(
    `INSERT INTO production_records SELECT id + 50000000, production_date, lot_number, item_code, item_name, good_quantity
     FROM past.production_records`,
  );
  file.close(true);
  rmSync(archive);
}

/** Writes what stands in a -wal then; it stays until the connection is closed. */
function leaveWal(): Database {
  const live = openBeside(join(database, "production_analysis.db"));
  setJournal(live, "wal");
  live.run("CREATE TABLE note (text TEXT)");
  live.run("INSERT INTO note VALUES (zeroblob(300000))");
  return live;
}
