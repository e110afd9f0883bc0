import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { AlertStore } from "../../../src/alerts/store.ts";
import { ClockWatch } from "../../../src/api/alerts/clock-watch.ts";
import { KnownArchives } from "../../../src/api/alerts/known-archives.ts";
import { RecentRequests } from "../../../src/api/alerts/recent-requests.ts";
import type { FileStatus } from "../../../src/segments/file-status.ts";
import { migrations } from "../../../src/store/migrations.ts";

const hour = 3_600_000;
const day = 24 * hour;

test("a clock that is moved is noticed by how much, and a PC that slept or a clock that is corrected is not", () => {
  let wall = 1_000_000;
  let sinceBoot = 0;
  const clock = new ClockWatch(
    () => wall,
    () => sinceBoot,
  );
  const pass = (ms: number): void => {
    wall += ms;
    sinceBoot += ms;
    clock.look();
  };
  for (let look = 0; look < 100; look++) {
    // Each look the time service puts it right by a hundredth of a second.
    wall += 10;
    pass(15_000);
  }
  pass(9 * hour);
  expect(clock.lastJump).toBeNull();
  wall -= 2 * hour;
  pass(15_000);
  expect(clock.lastJump).toEqual({ at: wall, byMs: -2 * hour });
  wall += 2 * hour;
  pass(15_000);
  const jump = { at: wall, byMs: 2 * hour };
  expect(clock.lastJump).toEqual(jump);
  // A correction that is not worth telling takes no one's place.
  wall += 45_000;
  pass(15_000);
  expect(clock.lastJump).toEqual(jump);
});

test("archives are remembered over restarts, missed when they are gone, and forgotten when others took their place or after a month", () => {
  const db = new Database(":memory:");
  for (const sql of migrations) db.run(sql);
  const store = new AlertStore(db);
  const status = (file: string, state: FileStatus["state"] = "ok") =>
    ({ name: file === "live.db" ? "live" : file, file, state }) as FileStatus;
  const [old, live] = [status("archive_2020.db"), status("live.db")];
  const first = new KnownArchives(store);
  first.look([live, old, status("archive_2021.db")], day);
  expect(first.gone()).toEqual([]);
  expect(first.since("archive_2020.db")).toBe(day);
  const second = new KnownArchives(store);
  second.look([], 2 * day);
  expect(second.gone()).toEqual([]);
  second.look([live, status("archive_2021.db")], 3 * day);
  expect(second.gone()).toEqual([{ file: "archive_2020.db", since: 3 * day }]);
  // The catalog drops an archive when others were written since it went.
  second.look([live], 4 * day);
  const third = new KnownArchives(store);
  third.look([live], 5 * day);
  expect(third.gone()).toEqual([{ file: "archive_2020.db", since: 3 * day }]);
  third.look([live], 34 * day);
  expect(third.gone()).toEqual([]);
  third.look([live, old], 35 * day);
  expect(new KnownArchives(store).since("archive_2020.db")).toBe(35 * day);
});

test("requests are counted over the window and no longer", () => {
  let requests = 100;
  const recent = new RecentRequests(300_000, () => ({ requests, serverErrors: 0, rateLimited: 0, slowQueries: 0 }));
  expect(recent.window().requests).toBe(0);
  requests += 7;
  recent.look(0);
  expect(recent.window().requests).toBe(7);
  for (let at = 15_000; at <= 315_000; at += 15_000) recent.look(at);
  expect(recent.window().requests).toBe(0);
  requests += 3;
  recent.look(330_000);
  expect(recent.window().requests).toBe(3);
});
