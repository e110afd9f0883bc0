import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, type Json, newest, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

let hub: Hub;
const home = temporaryHome();
beforeAll(async () => {
  writeDatabase(livePath(home), [row({ good_quantity: 1 })]);
  // Only the process that copies files: one that stands still while it writes into hub.db would hold all that the hub writes there.
  hub = await startHub({ home, env: { ROLLUP: "false", QUALITY: "false" } });
});
afterAll(() => hub?.stop());

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(pid);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

const total = async (): Promise<[quantity: number, state: string | null]> => {
  const { body, headers } = await hub.json("/summary/monthly_total");
  return [body[0].total_production, headers.get("x-data-state")];
};

const newestTotal = async (): Promise<number> => {
  const body: Json = await (await newest(hub, "/summary/monthly_total")).json();
  return body[0].total_production;
};

/** What the answer to a question in words rests on. */
const asked = async (): Promise<Json> => {
  const headers = { "Content-Type": "application/json" };
  const { body } = await hub.json("/chat/", {
    method: "POST",
    headers,
    body: JSON.stringify({ query: "총 생산량은?" }),
  });
  return body.evidence[0];
};

test.skipIf(process.platform !== "linux")(
  "an answer out of an earlier version says so, also while the newer one is only slow to be read",
  async () => {
    expect(await newestTotal()).toBe(1);
    // What copies files stands still, as it may on a machine with too much to do.
    const stopped = childrenOf(hub.pid);
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    try {
      writeDatabase(livePath(home), [row({ good_quantity: 2 })]);
      expect(await total()).toEqual([1, "last-good"]);
      // So does every further one, which waits no longer.
      expect(await total()).toEqual([1, "last-good"]);
      const { files } = (await hub.json("/healthz")).body;
      expect(files.map(({ name, state }: Json) => [name, state])).toEqual([["live", "copying"]]);
      expect((await asked()).last_good).toBe(true);
    } finally {
      for (const pid of stopped) process.kill(pid, "SIGCONT");
    }
    expect(await newestTotal()).toBe(2);
    expect(await asked()).not.toHaveProperty("last_good");
  },
);
