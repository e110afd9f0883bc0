import { Database } from "bun:sqlite";
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { resolve } from "node:path";
import { archivePath, livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";
import { startScript } from "../support/processes.ts";
import type { AppenderReport } from "./appender.ts";

setDefaultTimeout(180_000);

const hubs: Hub[] = [];
afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
});

const rows = (year: number, count: number, firstId: number): Row[] =>
  Array.from({ length: count }, (_, index) =>
    row({
      id: firstId + index,
      production_date: `${year}-${String(1 + (index % 12)).padStart(2, "0")}-15 오전 12:00:00`,
      item_code: `C${index % 50}`,
      good_quantity: index % 100,
    }),
  );

for (const journal of ["delete", "wal"] as const) {
  test(`a running hub gives the same totals all the while, and a writer is never refused (journal mode ${journal})`, async () => {
    const home = temporaryHome();
    const late = rows(2023, 300, 500_000);
    writeDatabase(livePath(home), [...rows(2025, 60_000, 1), ...rows(2026, 500, 100_001), ...late], journal);
    writeDatabase(archivePath(home, 2024), rows(2024, 2_000, 1));
    const hub = await startHub({ home });
    hubs.push(hub);
    const ask = async (path: string) => {
      const { status, body } = await hub.json(path);
      return [status, JSON.stringify(body)];
    };
    const paths = [
      "/summary/monthly_total?date_to=2025-12-31",
      "/summary/by_item?date_from=2023-01-01&date_to=2025-12-31&limit=1000",
    ];
    const expected = new Map<string, unknown>();
    for (const path of paths) expected.set(path, await ask(path));
    const child = Bun.spawn([process.execPath, resolve(import.meta.dir, "rollover.ts"), home, "2026-01-05"], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    });
    let ended = false;
    void child.exited.then(() => {
      ended = true;
    });

    const writer = startScript("appender.ts", livePath(home), "2026-01-04");
    let asked = 0;
    const wrong: unknown[] = [];
    const compare = async () => {
      for (const [path, answer] of expected) {
        const found = await ask(path);
        asked += 1;
        if (JSON.stringify(found) !== JSON.stringify(answer)) wrong.push([asked, path, found]);
      }
    };
    while (!ended) await compare();
    writer.stdin.end();
    const { written, longestMs, refused } = JSON.parse(await writer.stdout.text()) as AppenderReport;
    expect(await child.exited).toBe(0);
    await eventually("the hub reads the new archive", async () => {
      const { body } = await hub.json("/records?date_to=2025-12-31&limit=1");
      return body.data[0].source === "archive" ? true : undefined;
    });
    await compare();
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(5);
    expect(refused).toEqual([]);
    expect(written).toBeGreaterThan(0);
    console.log(`journal mode ${journal}: ${asked} answers compared, ${written} writes, longest ${longestMs} ms`);
    const live = new Database(livePath(home), { readonly: true });
    live.run("PRAGMA busy_timeout = 30000");
    const left = live.query("SELECT count(*) n FROM production_records WHERE production_date < '2026'").get();
    live.close();
    expect(left).toEqual({ n: 0 });
  });
}
