import { Database } from "bun:sqlite";
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { addDays } from "../../src/production/calendar.ts";
import { cleanRows } from "../quality/clean-data.ts";
import { checkHome, writeRows } from "../quality/planted-rows.ts";
import { archivePath, livePath, openBeside, temporaryHome } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";
import { lastingToday } from "../support/today.ts";

setDefaultTimeout(180_000);

const today = await lastingToday();
const yesterday = addDays(today, -1);
const later = addDays(today, 3);

let hub: Hub;
afterEach(async () => {
  await hub.stop();
});

/**
 * Files with a quantity in the wrong unit, a record of the future and one without a date, besides four years without a fault. Their newest day is not
 * always yesterday, because nothing is made on some days.
 */
function faultyHome(): { home: string; item: string; newest: string; archive: string } {
  const home = temporaryHome();
  const rows = [...cleanRows(5, 20_000, yesterday)];
  const newest = rows
    .map(({ day }) => day)
    .sort()
    .at(-1)!;
  const latest = rows.findLast(({ day, quantity }) => day <= yesterday && (quantity ?? 0) > 100)!;
  const faults = [
    { ...latest, quantity: latest.quantity! * 1000 },
    { ...latest, day: later, text: later },
    { ...latest, text: "미정" },
  ];
  const liveYear = Number(latest.day.slice(0, 4));
  writeRows(home, [...rows, ...faults], liveYear);
  const live = new Database(livePath(home));
  live
    .query(
      "INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity) VALUES (?, ?, ?, ?, 'abc')",
    )
    .run(latest.day, "L-TEXT", latest.code, latest.name);
  live.close();
  return { home, item: latest.code, newest, archive: archivePath(home, liveYear - 1) };
}

const findings = async (query = ""): Promise<Json> => (await hub.json(`/quality${query}`)).body;
const found = (kind: string, state = "open") =>
  eventually(
    `${kind} is ${state}`,
    async () => (await findings(`?kind=${kind}&state=${state}`)).data[0] as Json | undefined,
    90_000,
  );
/** An answer about data that were looked through as they are now. */
const settled = (path: string): Promise<Json> =>
  eventually(
    "the data are looked through",
    async () => {
      const { body } = await hub.json(path);
      return body.state === "ready" ? body : undefined;
    },
    90_000,
  );
const say = (id: string, what: "accept" | "reopen", body: object = {}): Promise<{ status: number; body: Json }> =>
  hub.json(`/quality/${id}/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** What the ERP does to Live. */
function erp(sql: string, ...values: (string | number)[]): void {
  const db = openBeside(livePath(hub.home));
  db.query(sql).run(...values);
  db.close();
}

test("A fault is found, goes when the ERP corrects it, and what was said to be fine stays so until there is more of it, restarts included", async () => {
  const { home, item, newest } = faultyHome();
  hub = await startHub({ home });
  const absurd = await found("absurd-quantity");
  expect(absurd).toMatchObject({ item_code: item, severity: "warning", accepted: null, gone_at: null });
  expect(absurd.explanation.ko).toContain(item);
  expect(absurd.rows[0]).toMatchObject({ source: "live", item_code: item });
  const future = await found("future-days");
  expect(future).toMatchObject({ day: later, figures: { rows: 1, today } });
  expect((await found("undated-rows")).rows[0].production_date).toBe("미정");
  const text = await found("text-quantity");
  expect(text).toMatchObject({ figures: { texts: 1 }, rows: [{ lot_number: "L-TEXT", good_quantity: "abc" }] });

  const all = await settled("/quality");
  expect(all).toMatchObject({ trouble: null, days_pending: 0, last_complete_day: newest });
  expect(all.count).toBe(all.data.length);
  expect(all.counts.open_by_kind["absurd-quantity"]).toBe(1);
  expect((await findings("?severity=info")).data.every(({ severity }: Json) => severity === "info")).toBe(true);
  expect((await hub.json("/quality?state=none")).status).toBe(422);

  const accepted = await say(future.id, "accept", { note: "시험 생산", by: "김" });
  expect(accepted.body).toMatchObject({ id: future.id, state: "accepted", accepted: { note: "시험 생산", by: "김" } });
  expectError((await say("0".repeat(16), "accept")) as never, 404);
  const undated = await found("undated-rows");
  await say(undated.id, "accept");
  expect((await say(undated.id, "reopen")).body.state).toBe("open");
  await say(undated.id, "accept");

  erp("UPDATE production_records SET good_quantity = good_quantity / 1000 WHERE id = ?", absurd.rows[0].id);
  expect((await found("absurd-quantity", "gone")).id).toBe(absurd.id);
  erp("UPDATE production_records SET good_quantity = 100 WHERE id = ?", text.rows[0].id);
  expect((await found("text-quantity", "gone")).id).toBe(text.id);
  expect((await found("future-days", "accepted")).id).toBe(future.id);

  erp("INSERT INTO production_records (production_date, item_code, good_quantity) VALUES (?, ?, 1)", later, item);
  expect(await found("future-days")).toMatchObject({
    id: future.id,
    figures: { rows: 2 },
    first_seen: future.first_seen,
  });

  await hub.stop();
  const audits = hub.log().match(/AUDIT finding .*/g);
  expect(audits?.[0]).toBe(`AUDIT finding ${future.id} (future-days): accept by 127.0.0.1 ("김")`);
  expect(audits?.length).toBe(4);
  hub = await startHub({ home });
  expect((await found("undated-rows", "accepted")).id).toBe(undated.id);
  expect((await findings("?kind=future-days&state=accepted")).count).toBe(0);
});

test("While an archive cannot be read nothing found in it is told as gone, and the page says what is waited for", async () => {
  const { home, archive } = faultyHome();
  hub = await startHub({ home });
  const absurd = await found("absurd-quantity");
  await hub.stop();

  renameSync(archive, `${archive}.away`);
  writeFileSync(archive, "no database".repeat(1000));
  // Without its copy there is no earlier version to answer from.
  rmSync(join(home, "database", ".mirror"), { recursive: true });
  hub = await startHub({ home });
  await eventually("it waits for the archive, and says so", async () => {
    const { state, trouble } = await findings();
    return (state === "waiting" && trouble?.includes(basename(archive))) || undefined;
  });
  expect(await (await hub.fetch("/dashboard/quality?lang=en")).text()).toContain(
    `${basename(archive)} cannot be read.`,
  );
  expect((await findings("?kind=absurd-quantity&state=open")).data[0].id).toBe(absurd.id);
  expect((await findings("?state=gone")).count).toBe(0);

  renameSync(`${archive}.away`, archive);
  await settled("/quality");
  expect(await findings("?state=gone")).toMatchObject({ count: 0, trouble: null });
});

test("The page says what was found, and takes from whoever may act that it is fine; drift is told with its measures", async () => {
  const { home, newest } = faultyHome();
  hub = await startHub({ home, env: { ROLLUP: "false" } });
  const { id, explanation } = await found("future-days");
  const page = await (await hub.fetch("/dashboard/quality?lang=ko", { headers: { "Accept-Language": "ko" } })).text();
  expect(page).toContain(explanation.ko);
  expect(page).toContain("<bdi>abc</bdi>");
  expect(page).toContain('<span class="hint">기록 1건</span>');
  const post = (path: string, origin: string) =>
    hub.fetch(`/dashboard/quality/${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" },
      body: "note=%EC%95%8C%EA%B3%A0+%EC%9E%88%EC%9D%8C",
    });
  expect((await post(`${id}/accept`, "https://elsewhere.example")).status).toBe(403);
  expect((await post(`${"0".repeat(16)}/accept`, hub.url)).status).toBe(404);
  expect((await post(`${id}/accept`, hub.url)).status).toBe(303);
  expect(await found("future-days", "accepted")).toMatchObject({ id, accepted: { note: "알고 있음" } });

  expect((await post("kinds/undated-rows/accept", hub.url)).status).toBe(303);
  expect((await findings("?kind=undated-rows&state=open")).count).toBe(0);

  const drift = await settled("/drift/status");
  // In some weeks, such as those after a new year's holidays, the quantities of these few rows do shift.
  const { drift: same } = await checkHome(faultyHome().home, today);
  expect(drift).toMatchObject({ ...same });
  expect(drift.distribution.threshold).toBeNumber();
  expect(drift.distribution.items.reduce((sum: number, one: Json) => sum + one.contribution, 0)).toBeCloseTo(
    drift.distribution.psi,
    9,
  );
  expect(drift.now.to).toBe(newest);
});
