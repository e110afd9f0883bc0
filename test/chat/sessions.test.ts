import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mostPerAddress, mostSessions, mostTurns, Sessions } from "../../src/chat/sessions.ts";
import { runBackup } from "../../src/operations/backup.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupNames, contextOf } from "../support/operations.ts";

const ttlSec = 1800;
/** Sessions with a clock that goes only when told. */
function opened(home = temporaryHome()) {
  const folder = join(home, "database");
  mkdirSync(folder, { recursive: true });
  const db = openHubDb(folder);
  const clock = { ms: 1_000_000_000 };
  const sessions = new Sessions(db, { ttlSec, now: () => clock.ms });
  return { sessions, clock, [Symbol.dispose]: () => db.close(true) };
}
const turn = (query: string) => ({ query, answer: `${query}!`, focus: null });
const of = (id: string, address = "10.0.0.1") => ({ address, id });
const queries = (sessions: Sessions, key = of("a")) => sessions.turns(key).map(({ query }) => query);

test("a conversation keeps its last ten turns, oldest first", () => {
  using open = opened();
  const { sessions } = open;
  const asked = Array.from({ length: mostTurns + 3 }, (_, at) => `q${at}`);
  for (const query of asked) sessions.add(of("a"), turn(query));
  expect(queries(sessions)).toEqual(asked.slice(3));
  const focus = { period: { from: "2026-01-01", to: "2026-01-31" }, items: [], intent: "total" as const };
  sessions.add(of("a"), { ...turn("last"), focus });
  expect(sessions.turns(of("a")).at(-1)).toEqual({ query: "last", answer: "last!", focus });
});

test("the same id from another address is another conversation", () => {
  using open = opened();
  const { sessions } = open;
  sessions.add(of("a", "10.0.0.1"), turn("mine"));
  expect(queries(sessions, of("a", "10.0.0.2"))).toEqual([]);
  sessions.add(of("a", "10.0.0.2"), turn("theirs"));
  expect(queries(sessions, of("a", "10.0.0.1"))).toEqual(["mine"]);
  expect(queries(sessions, of("a", "10.0.0.2"))).toEqual(["theirs"]);
});

test("half an hour after its last turn a conversation is forgotten, and each turn begins the half hour anew", () => {
  using open = opened();
  const { sessions, clock } = open;
  sessions.add(of("a"), turn("first"));
  clock.ms += (ttlSec - 1) * 1000;
  sessions.add(of("a"), turn("second"));
  clock.ms += (ttlSec - 1) * 1000;
  expect(queries(sessions)).toEqual(["first", "second"]);
  clock.ms += 1000;
  expect([queries(sessions), sessions.count]).toEqual([[], 0]);
  sessions.add(of("a"), turn("third"));
  expect(queries(sessions)).toEqual(["third"]);
});

test("an address has twenty conversations at most: the one left alone for longest makes room, nobody else's does", () => {
  using open = opened();
  const { sessions, clock } = open;
  sessions.add(of("other", "10.0.0.2"), turn("q"));
  const later = (id: string) => {
    clock.ms += 1;
    sessions.add(of(id), turn("q"));
  };
  for (let at = 0; at < mostPerAddress; at++) later(`s${at}`);
  later("s0");
  later("new");
  expect(queries(sessions, of("s1"))).toEqual([]);
  expect([of("s0"), of("s2"), of("new"), of("other", "10.0.0.2")].map((key) => queries(sessions, key).length)).toEqual([
    2, 1, 1, 1,
  ]);
  expect(sessions.count).toBe(mostPerAddress + 1);
});

test("there are a thousand at most, and the oldest makes room", () => {
  using open = opened();
  const { sessions, clock } = open;
  for (let at = 0; at <= mostSessions; at++) {
    clock.ms += 1;
    sessions.add(of("s", `10.0.${at >> 8}.${at & 255}`), turn("q"));
  }
  expect(sessions.count).toBe(mostSessions);
  expect(queries(sessions, of("s", "10.0.0.0"))).toEqual([]);
  expect(queries(sessions, of("s", "10.0.0.1"))).toEqual(["q"]);
});

test("conversations survive a restart and stand in no backup", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({})]);
  {
    using open = opened(home);
    open.sessions.add(of("a"), turn("kept"));
  }
  {
    using open = opened(home);
    expect(queries(open.sessions)).toEqual(["kept"]);
  }
  await runBackup(contextOf(home));
  await runRestore(contextOf(home), { file: backupNames(home).find((name) => name.startsWith("hub_"))! });
  using open = opened(home);
  expect(queries(open.sessions)).toEqual([]);
});
