import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HubStatus, statusLines } from "../../src/console/live-status.ts";
import { english, korean } from "../../src/console/texts.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { root, tied } from "../support/processes.ts";

setDefaultTimeout(180_000);

const status: HubStatus = {
  address: "http://localhost:8000",
  elsewhere: ["http://192.168.0.10:8000"],
  firstDay: "2024-01-02",
  lastDay: "2026-11-20",
  rows: 152340,
  requests: 12,
  erpWrote: null,
  nextBackup: "2026-11-22 02:00",
  problems: [],
  waitsFor: null,
};

test("the status tells address, days, rows, requests, the ERP's last write, the next backup and problems", () => {
  const erpWrote = { text: "2026-11-21 09:00:12", at: Date.now() - 3.5 * 60_000 };
  expect(statusLines("Production Data Hub 1.0.0", { ...status, erpWrote }, english, 120)).toEqual([
    "Production Data Hub 1.0.0",
    "",
    "  Address      http://localhost:8000   (from other PCs: http://192.168.0.10:8000)",
    "  Data         2024-01-02 to 2026-11-20, 152,340 rows",
    "  Requests     12 in the last minute",
    "  ERP wrote    2026-11-21 09:00:12 (3 min ago)",
    "  Next backup  2026-11-22 02:00",
    "  Problems     none",
    "",
    english.stopHint,
  ]);
});

test("no line is wider than the window, whatever a problem says, and the fourth problem is counted", () => {
  const problems = ["가나다라마바사아자차카타파하".repeat(9), "two\nlines\x1b[2J", "three", "four", "five"];
  for (const texts of [english, korean]) {
    const lines = statusLines("Production Data Hub", { ...status, problems, waitsFor: "C:\\허브" }, texts, 40);
    expect(lines.filter((line) => Bun.stringWidth(line) > 40 || /\p{Cc}/u.test(line))).toEqual([]);
    expect(lines.join("\n")).toContain("production_analysis.db");
    expect(lines.join("\n")).toContain("three");
    expect(lines.join("\n")).not.toContain("four");
  }
});

test("a terminal shows the status in place, in Korean where the locale is, and Ctrl+C ends the hub", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row(), row()]);
  writeFileSync(join(home, ".env"), "API_PORT=0\nDASHBOARD_PORT=0\nHOST=127.0.0.1\n");
  const { PATH = "", HOME = "" } = process.env;
  let text = "";
  const hub = tied(
    Bun.spawn([process.execPath, "src/main.ts", "--home", home], {
      cwd: root,
      env: { PATH, HOME, LANG: "ko_KR.UTF-8", TERM: "xterm" },
      terminal: {
        cols: 90,
        rows: 30,
        data: (_, bytes) => {
          text += Buffer.from(bytes).toString();
        },
      },
    }),
  );
  await eventually("the rows are shown", () => /데이터 .*2행/.test(text) || undefined);
  expect(text).toContain("http://127.0.0.1:");
  hub.terminal?.write("\x03");
  expect(await hub.exited).toBe(0);
  await eventually("the last word is shown", () => text.includes(korean.stopping) || undefined);
  // Drawn again in the place of the first drawing.
  expect(text).toMatch(/\x1b\[\d+AProduction Data Hub|\x1b\[\d+A\rProduction Data Hub/);
  expect(readFileSync(join(home, "logs", "app.log"), "utf8")).toMatch(/ \| Stopped\s*$/);
});
