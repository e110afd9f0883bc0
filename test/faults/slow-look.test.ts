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

/** The processes that read files for the hub of a home. */
function workersOf(home: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const told = (what: string) => readFileSync(`/proc/${name}/${what}`, "utf8").split("\0");
        return told("cmdline").includes("--worker") && told("environ").includes(`HUB_HOME=${home}`);
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
    const stopped = workersOf(home);
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

test.skipIf(process.platform !== "linux")(
  "whoever asks while the first read after a start is slow waits for it instead of being sent away",
  async () => {
    const { slow, first, goOn } = await startSlow();
    try {
      const answers = [first, slow.fetch("/records")];
      await Bun.sleep(500);
      goOn();
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    } finally {
      goOn();
      await slow.stop();
    }
  },
);

/** A hub whose first read stands still until `goOn`, and what was asked of it right after its start. */
async function startSlow() {
  for (let attempt = 1; ; attempt++) {
    const home = temporaryHome();
    writeDatabase(livePath(home), [row({})]);
    const stopped = new Set<number>();
    const stopping = setInterval(() => {
      for (const pid of workersOf(home)) {
        stopped.add(pid);
        process.kill(pid, "SIGSTOP");
      }
    }, 2);
    const slow = await startHub({ home, env: { ROLLUP: "false", QUALITY: "false" } });
    const goOn = () => {
      clearInterval(stopping);
      for (const pid of stopped) process.kill(pid, "SIGCONT");
    };
    try {
      const first = slow.fetch("/records");
      // What can be read is published after two seconds: here nothing.
      await Bun.sleep(2_500);
      const { files } = (await slow.json("/healthz")).body;
      const isRead = files[0]?.state === "ok";
      // On a busy machine the process may have read the file before it was stopped.
      if (!isRead || attempt === 5) expect(files).toMatchObject([{ name: "live", state: "copying" }]);
      if (!isRead) return { slow, first, goOn };
      await first;
    } catch (error) {
      goOn();
      await slow.stop();
      throw error;
    }
    goOn();
    await slow.stop();
  }
}
