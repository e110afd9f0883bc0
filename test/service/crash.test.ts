import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";
import { startServer } from "../support/processes.ts";

setDefaultTimeout(180_000);

let hub: Hub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

/** A process whose handlers fail as they are asked to, and that logs it there. */
const startFailing = (logs: string) =>
  startServer({
    name: "failing server",
    command: [process.execPath, "test/faults/failing-server.ts", logs],
    env: {},
    limitMs: 60_000,
  });

const reports = (home: string): string[] =>
  readdirSync(join(home, "logs"))
    .filter((name) => name.startsWith("crash-"))
    .sort();

test("what a killed hub could not say, the next one says: in a report, in the log and in /healthz, until the report is gone", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  mkdirSync(join(home, "logs"));
  for (let day = 10; day < 20; day += 1) writeFileSync(join(home, "logs", `crash-202501${day}-000000.txt`), "old");
  const env = { ADMIN_KEY: "a-secret-of-the-factory", CACHE_MAX: "77" };
  const first = await startHub({ home, env });
  const { headers } = await first.fetch("/items?q=BEFORE-THE-END");
  expect((await first.json("/healthz")).body.last_crash).toBeNull();
  await eventually("the access line is on the disk", () => first.log().includes("BEFORE-THE-END") || undefined);
  process.kill(first.pid, "SIGKILL");
  await first.stop();

  hub = await startHub({ home, env });
  const { last_crash: crash, alerts } = await eventually("the crash is told", async () => {
    const { body } = await hub!.json("/healthz");
    return body.last_crash ? body : undefined;
  });
  expect(crash).toMatchObject({ count: 1, reason: expect.stringContaining("ended without a word") });
  expect(alerts).toEqual([expect.stringContaining(`See logs/${crash.report}`)]);
  await eventually("the log tells of it", () => hub?.log().includes(alerts[0]) || undefined);
  expect(reports(home)).toHaveLength(10);
  expect(reports(home)).toContain(crash.report);
  expect(reports(home)).not.toContain("crash-20250110-000000.txt");

  const report = readFileSync(join(home, "logs", crash.report), "utf8");
  expect(report).not.toContain("a-secret-of-the-factory");
  expect(report).toContain("ADMIN_KEY=***");
  expect(report).toContain("CACHE_MAX=77");
  expect(report).toContain(headers.get("x-request-id") ?? "no id");
  expect(report).toMatch(/^Version {4}\d+\.\d+\.\d+/m);
  expect(report).toMatch(/^Memory {5}rss \d+ MB/m);
});

test("a hub that was asked to stop leaves nothing to report", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  await (await startHub({ home })).stop();
  hub = await startHub({ home });
  await eventually("the files were looked at", async () => (await hub!.json("/healthz")).body.files[0]);
  expect(reports(home)).toEqual([]);
  expect((await hub.json("/healthz")).body.last_crash).toBeNull();
});

test("an error that nobody caught stands in the log with its request's id, and the process goes on", async () => {
  const logs = join(temporaryHome(), "logs");
  const server = await startFailing(logs);
  const file = join(logs, "app.log");
  const log = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);
  for (const way of ["rejects", "throws"]) {
    const id = await (await fetch(`${server.url}/${way}/word-of-${way}`)).text();
    const line = await eventually("the error is logged", () => log().find((text) => text.includes(`word-of-${way}`)));
    expect(line).toContain(`| ERROR    | ${id} | hub | un`);
  }
  await server.stop(5_000).catch(() => {});
});

test("a process that does nothing but fail ends, so that a new one can take its place", async () => {
  const server = await startFailing(join(temporaryHome(), "logs"));
  const asked = Array.from({ length: 100 }, (_, at) => fetch(`${server.url}/throws/${at}`).catch(() => null));
  await Promise.all(asked);
  await eventually("the process has ended", () =>
    fetch(server.url).then(
      () => undefined,
      () => true,
    ),
  );
});
