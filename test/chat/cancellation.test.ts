import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { CustomQueries } from "../../src/chat/sql/custom-queries.ts";
import { Toolbox } from "../../src/chat/tools/toolbox.ts";
import { Desk } from "../../src/production/desk.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { row, temporaryHome, writeFactory } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

/** Longer than any test here: what ends sooner was ended. */
const timeoutSec = 300;
const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
const rows = Array.from({ length: 300 }, () => row());

let home: string;
let open: OpenDesk;
let queries: CustomQueries;
let desk: Desk;
let toolbox: Toolbox;
beforeAll(() => {
  home = temporaryHome();
  writeFactory(home, { live: rows, archives: new Map() });
  open = openDesk(home);
  queries = new CustomQueries({ catalog: open.catalog, timeoutSec });
  desk = new Desk({
    catalog: open.catalog,
    rollups: null,
    isSearchIndexed: () => false,
    databaseDir: `${home}/database`,
    workers: 1,
    inlineMaxRows: 0,
    queryTimeoutSec: timeoutSec,
    onAnswer: () => {},
  });
  toolbox = new Toolbox({ desk, catalog: open.catalog, runCustomQuery: queries.run });
});
afterAll(() => {
  queries.close();
  desk.close();
  open.close();
});

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);
const ended = (pid: number) => eventually(`process ${pid} ends`, () => !isRunning(pid) || undefined);
/** A call of a tool, and the means to end it. */
function begun(sql: string): { outcome: Promise<unknown>; end: (reason: Error) => void } {
  const ending = new AbortController();
  const call = { name: "execute_custom_query", arguments: { sql } } as const;
  const outcome = toolbox.call(call, "00000000", ending.signal).catch((error: unknown) => error);
  return { outcome, end: (reason) => ending.abort(reason) };
}

test("a custom query that nobody waits for any more ends at once, with its process, and the next one is answered", async () => {
  const gone = new Error("The client is gone.");
  const [one, other] = [begun(endless), begun(endless)];
  const waiting = begun(endless);
  const pids = await eventually("two queries run", () => (queries.pids.length === 2 ? queries.pids : undefined));
  waiting.end(gone);
  expect(await waiting.outcome).toBe(gone);
  expect(pids.every(isRunning)).toBe(true);
  one.end(gone);
  other.end(gone);
  expect(await Promise.all([one.outcome, other.outcome])).toEqual([gone, gone]);
  await Promise.all(pids.map(ended));
  expect(await begun("SELECT count(*) AS n FROM production_records").outcome).toMatchObject({
    result: { data: [{ n: rows.length }] },
  });
});

test("a question to the desk ends with the worker that is busy with it, and one that waits for that worker is forgotten", async () => {
  const days = { date_from: "2026-01-01", date_to: "2026-12-31" };
  const call = { name: "get_production_summary", arguments: days } as const;
  await toolbox.call(call, "00000000");
  const [worker] = desk.workerPids;
  // A stopped process stands for a question that takes very long.
  process.kill(worker!, "SIGSTOP");
  const [busy, waiting] = [new AbortController(), new AbortController()];
  const outcomes = [busy, waiting].map(({ signal }) => toolbox.call(call, "00000000", signal).catch((error) => error));
  await Bun.sleep(50);
  waiting.abort(new Error("waited"));
  expect(await outcomes[1]).toEqual(new Error("waited"));
  expect(isRunning(worker!)).toBe(true);
  busy.abort(new Error("worked"));
  expect(await outcomes[0]).toEqual(new Error("worked"));
  await ended(worker!);
  expect(await toolbox.call(call, "00000000")).toMatchObject({
    result: { data: { production_count: rows.length } },
  });
});

test("a call that is ended before it begins asks nobody", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  const call = { name: "get_top_items", arguments: { date_from: "2026-01-01", date_to: "2026-12-31" } } as const;
  await expect(toolbox.call(call, "00000000", signal)).rejects.toThrow("too late");
});

test("a call that ends by itself lets its signal go: ending that later harms no other call in the same process", async () => {
  const ending = new AbortController();
  const call = { name: "execute_custom_query", arguments: { sql: "SELECT 1 AS n" } } as const;
  await toolbox.call(call, "00000000", ending.signal);
  const pids = queries.pids;
  ending.abort(new Error("later"));
  await Bun.sleep(50);
  expect(queries.pids).toEqual(pids);
  expect(pids.every(isRunning)).toBe(true);
});

test("a client that closes its connection ends its queries in the hub", async () => {
  const hub: Hub = await startHub({ home: copyOfHome(), env: { CUSTOM_QUERY_TIMEOUT_SEC: "120" } });
  const asked = (sql: string, signal: AbortSignal | null = null): Promise<Response> =>
    hub.fetch("/mcp", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json, text/event-stream" },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "execute_custom_query", arguments: { sql } },
      }),
      signal,
    });
  const client = new AbortController();
  // As many as there are processes for queries.
  const given = [asked(endless, client.signal), asked(endless, client.signal)].map((one) => one.catch(() => "gone"));
  await Bun.sleep(700);
  client.abort();
  expect(await Promise.all(given)).toEqual(["gone", "gone"]);
  const { result } = (await (await asked("SELECT count(*) AS n FROM production_records")).json()) as {
    result: { structuredContent: { data: unknown } };
  };
  expect(result.structuredContent.data).toEqual([{ n: rows.length }]);
  await hub.stop();
});

/** A home of its own: two that keep mirrors in one folder would clear each other's away. */
function copyOfHome(): string {
  const other = temporaryHome();
  writeFactory(other, { live: rows, archives: new Map() });
  return other;
}
