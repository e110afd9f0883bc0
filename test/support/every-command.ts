import { afterEach, beforeAll, expect } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pages } from "../../src/dashboard/pages/index.ts";
import { readCsv } from "./exports.ts";
import { eventually, type Json } from "./hub.ts";
import type { HubFolder } from "./hub-folder.ts";
import { readFactory, truthOf } from "./rollover.ts";
import { story } from "./story.ts";

const PAGES = pages.map(({ path }) => path);
const ANYTHING = /\S/;
/** What is run with a hub beside it and without one: arguments, possible exit codes, and what is said. */
const COMMANDS: readonly (readonly [args: readonly string[], codes: readonly number[], says: RegExp])[] = [
  [["--backup", "--live", "--archive"], [0], /production_\d{8}_\d{6}\.db/],
  [["--backup", "--cleanup"], [0], ANYTHING],
  [["--drill"], [0], ANYTHING],
  [["--check"], [0], ANYTHING],
  [["--check", "--json"], [0], /"rows"/],
  [["--checkpoint"], [0], /production_analysis\.db/],
  [["--report", "monthly", "--date", "2025-03-05", "--send"], [0], /monthly_2025-03.*\.html/],
  [["--rollover", "--dry-run"], [0], ANYTHING],
  [["--rollover"], [0], ANYTHING],
];
/** A watcher waits for 15 s whether the ERP writes: one of each is enough. */
const ALONE: typeof COMMANDS = [
  [["--watch", "--force"], [0], ANYTHING],
  [["--status"], [1], ANYTHING],
  [["--stop"], [0], /No hub is running/],
];
/** The hub beside them is stopped at last. */
const BESIDE: typeof COMMANDS = [
  [["--watch"], [0], ANYTHING],
  [["--self-check", "--json"], [0], /"rows"/],
  [["--status"], [0], ANYTHING],
];
/** Would register the hub in earnest, and Wine has no Task Scheduler to do it with: what they would run is tested as data (test/service). */
const REGISTRATION = ["--install", "--uninstall"];

/**
 * Declares a test that carries out every command that `--help` lists, beside a hub and without one, and fails when it lists one that was not tried.
 * `open` makes the folder; all of it may take `limitMs`.
 */
export function testEveryCommand(open: () => HubFolder, limitMs: number): void {
  const step = story("does what it is told, beside a hub and without one", limitMs);
  let hubs: HubFolder;
  let atDemo: string[] = [];
  let truth: string[] = [];

  beforeAll(() => {
    hubs = open();
    atDemo = ["--home", hubs.told("demo")];
  });
  afterEach(() => hubs.endAll());

  async function expectEach(commands: typeof COMMANDS): Promise<void> {
    for (const [args, codes, says] of commands) {
      const { code, stdout, stderr } = await hubs.run([...atDemo, ...args]);
      const said = stdout + stderr;
      if (!codes.includes(code)) throw new Error(`${args.join(" ")} ended with code ${code}:\n${said}`);
      expect(said).not.toMatch(/^\s+at /m);
      expect(said).toMatch(says);
    }
    // Whatever was done, every row counts as before, and nothing is left over.
    expect(truthOf(readFactory(hubs.demo))).toEqual(truth);
    expect(readdirSync(join(hubs.demo, "database")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }

  step("--demo serves records, pages, chat and both exports", async () => {
    const hub = hubs.start(["--demo", "--demo-rows", "12000"]);
    await hubs.healthy();
    truth = truthOf(readFactory(hubs.demo));
    const [, ...rows] = readCsv(await (await hubs.fetch("/records.csv")).text());
    expect(rows).toHaveLength(truth.length);
    const workbook = Buffer.from(await (await hubs.fetch("/records.xlsx?limit=10")).arrayBuffer());
    expect(workbook.subarray(0, 2).toString()).toBe("PK");
    for (const page of [...PAGES, "/docs"]) {
      const shown = await hubs.fetch(page, { headers: { Accept: "text/html" } });
      const type = expect.stringMatching(/^text\/html/);
      expect([page, shown.status, shown.headers.get("content-type")]).toEqual([page, 200, type]);
    }
    const question = {
      method: "POST",
      body: JSON.stringify({ query: "2025년 3월 총 생산량은?" }),
      headers: { "Content-Type": "application/json" },
    };
    const { body: answer } = await hubs.json("/chat", question);
    expect([answer.status, answer.tools_used]).toEqual(["success", ["get_production_summary"]]);
    const { body: months } = await hubs.json("/summary/monthly_total?date_from=2025-03-01&date_to=2025-03-31");
    const total = Math.round(100 * months[0].total_production) / 100;
    expect(answer.answer.replaceAll(",", "")).toContain(String(total));
    expect(await (await hubs.fetch("/chat/stream", question)).text()).toContain("event: done");
    expect(await hubs.pressCtrlC(hub)).toBe(0);
  });

  step("each one carries out what it is told while no hub runs", () => expectEach([...COMMANDS, ...ALONE]));

  step("each one carries out what it is told beside a hub, which ends in good order", async () => {
    const hub = hubs.start(atDemo);
    await hubs.healthy();
    await expectEach([...COMMANDS, ...BESIDE]);
    const { body: health } = await hubs.json("/healthz");
    expect(health.files.map(({ state }: Json) => state)).toEqual(health.files.map(() => "ok"));
    await hubs.endInGoodOrder(hub, atDemo);
    expect(readFileSync(join(hubs.demo, "logs", "app.log"), "utf8")).toMatch(/ \| Stopped\s*$/);
  });

  step("--watch --daemon goes round until Ctrl+C, and --restore puts a backup back", async () => {
    const state = join(hubs.demo, "database", ".watcher_state.json");
    const before = statSync(state).mtimeMs;
    const daemon = hubs.start([...atDemo, "--watch", "--daemon", "--interval", "10"]);
    await eventually("the watcher goes round", () => statSync(state).mtimeMs > before || undefined, hubs.limitMs);
    expect(await hubs.pressCtrlC(daemon)).toBe(0);

    const backups = readdirSync(join(hubs.demo, "database", "backups")).filter((name) =>
      name.startsWith("production_"),
    );
    await expectEach([[["--restore", backups.sort().at(-1)!], [0], /production_analysis\.db/]]);
    expect(existsSync(join(hubs.demo, "database", "production_analysis.db"))).toBe(true);
  });

  step("every option that --help lists was tried", async () => {
    expect((await hubs.run(["--version"])).stdout).toMatch(/^Production Data Hub \d+\.\d+\.\d+( \(built .+\))?\s*$/);
    // From source there are none yet: they are put together by the build.
    expect([0, 1]).toContain((await hubs.run(["--licences"])).code);
    expect((await hubs.run(["--backup", "--drill"])).code).toBe(2);
    const help = await hubs.run(["--help"]);
    expect(help.code).toBe(0);
    const listed = help.stdout.split("\n").filter((line) => line.startsWith("hub "));
    const options = new Set(listed.flatMap((line) => line.split("  ")[0]!.match(/--[a-z-]+/g) ?? []));
    expect(options.size).toBeGreaterThan(15);
    for (const option of REGISTRATION) options.delete(option);
    expect([...options].filter((option) => !hubs.tried.has(option))).toEqual([]);
  });
}
