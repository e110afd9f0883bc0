import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { addDays } from "../../src/production/calendar.ts";
import { INSERT_ROW, livePath, openBeside, row, rowValues, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";
import { lastingToday } from "../support/today.ts";

setDefaultTimeout(180_000);

const ADMIN = "admin-key-0123456789";
const admin = { "X-API-Key": ADMIN };
const today = await lastingToday();
const month = today.slice(0, 7);

let hub: Hub;
const home = temporaryHome();
beforeAll(async () => {
  const rows = Array.from({ length: 1500 }, (_, at) =>
    row({
      id: at + 1,
      production_date: `${addDays(today, -Math.floor(at / 3))} 오전 12:00:00`,
      item_code: ["BW0021", "B0061", "C1203/T"][at % 3]!,
      good_quantity: 100 + (at % 7),
    }),
  );
  writeDatabase(livePath(home), rows);
  hub = await startHub({ home, env: { ADMIN_KEY: ADMIN, ARCHIVE_CUTOFF_YEAR: "2000" } });
});
afterAll(() => hub?.stop());

const csv = (text: string, headers: Record<string, string> = admin) => ({
  method: "POST",
  headers: { "Content-Type": "text/csv", ...headers },
  body: text,
});
const json = (targets: unknown, headers: Record<string, string> = admin) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: JSON.stringify({ targets }),
});
const form = (file: Blob, name: string) => {
  const body = new FormData();
  body.append("file", file, name);
  return { method: "POST", headers: admin, body };
};

describe("POST /targets", () => {
  test("names every problem in its place, and changes nothing", async () => {
    const before = (await hub.json("/targets")).body;
    const { status, body } = await hub.json(
      "/targets",
      csv(`월,품목코드,목표수량\n2026-13,BW0021,5\n${month},BW0O21,-1\n`),
    );
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      {
        type: "target_badMonth",
        loc: ["body", 2, "A"],
        msg: "'2026-13' is not a month (e.g. 2026-11).",
        input: "2026-13",
      },
      {
        type: "target_unknownItem",
        loc: ["body", 3, "B"],
        msg: "Nothing was ever made of the item 'BW0O21'. Did you mean 'BW0021'?",
        input: "BW0O21",
      },
      { type: "target_negative", loc: ["body", 3, "C"], msg: "'-1' is negative.", input: "-1" },
    ]);
    expect((await hub.json("/targets")).body).toEqual(before);
  });

  test("is for the administrator, takes 5 MB and no more, and only on its own paths", async () => {
    expectError(await hub.json("/targets", csv("x", {})), 401);
    expectError(await hub.json("/targets/preview", csv("x", { "X-API-Key": "wrong" })), 403);
    const large = "x".repeat(5 * 1024 * 1024 + 1);
    expectError(await hub.json("/targets/preview", csv(large)), 413);
    expectError(await hub.json("/targets/preview", csv("x".repeat(6 * 1024 * 1024))), 413);
    const fitting = await hub.json("/targets/preview", csv("x".repeat(2 * 1024 * 1024)));
    expect(fitting.body.problems[0].kind).toBe("noItemColumn");
    expectError(await hub.json("/chat", csv("x".repeat(2 * 1024 * 1024))), 413);
    for (const body of ["[]", "{", '{"targets":5}'])
      expectError(
        await hub.json("/targets", { method: "POST", headers: { ...admin, "Content-Type": "application/json" }, body }),
        422,
      );
    expectError(await hub.json("/targets", { method: "POST", headers: admin, body: new FormData() }), 422);
    expectError(await hub.json("/targets?version=99"), 404);
  });
});

/** Takes a file as the body, in a form or as rows of JSON, each as a new version that everybody can read. */
const saved = async () => {
  const first = await hub.json(
    "/targets?note=%EC%B2%AB%20%EA%B3%84%ED%9A%8D",
    csv(`월,품목코드,목표수량\n${month},BW0021,"9,000"\n`),
  );
  expect(first).toMatchObject({
    status: 200,
    body: { changed: 1, version: { id: 1, note: "첫 계획", origin: "api" } },
  });
  const file = new Blob([`품목코드,${month}\nBW0021,9000\nB0061,8000\n`]);
  const second = await hub.json("/api/v1/targets", form(file, "목표.csv"));
  expect(second.body).toMatchObject({ changed: 1, version: { id: 2, origin: "목표.csv" } });
  const third = await hub.json("/targets", json([{ month, item_code: "BW0021", target: 7000 }]));
  // It has one target less: a month's targets are replaced as a whole.
  expect(third.body).toMatchObject({ changed: 2, new: 0, removed: 1, version: { id: 3 } });

  expect((await hub.json("/targets")).body).toMatchObject({
    version: { id: 3, made_by: "127.0.0.1" },
    targets: [{ month, item_code: "BW0021", target: 7000 }],
  });
  expect((await hub.json(`/targets?version=2&month=${month}`)).body.targets.length).toBe(2);
  expect((await hub.json("/targets/versions")).body.versions.map(({ id }: Json) => id)).toEqual([3, 2, 1]);
  await eventually("the log has it", () =>
    hub.log().includes("AUDIT targets: version 3, 2 changed (0 new, 1 removed), by 127.0.0.1") ? true : undefined,
  );
};

/** Previews without changing, and refuses to save what was previewed against another version. */
const previewed = async () => {
  const wanted = csv(`월,품목코드,목표수량\n${month},B0061,5000\n${month},NEW01,100\n`);
  const seen = await hub.json("/targets/preview?allow_unknown=true", wanted);
  expect(seen.body).toMatchObject({ new: 2, changed: 0, removed: 1, unchanged: 0, can_be_saved: true });
  expect(seen.body).toMatchObject({ version: 3, months: [month], problems: [], unknown_items: ["NEW01"] });
  expect(seen.body.problem_count).toBe(0);
  const refused = (await hub.json("/targets/preview", wanted)).body;
  expect(refused).toMatchObject({ can_be_saved: false, problem_count: 1, problems: [{ kind: "unknownItem" }] });
  const stale = await hub.json("/targets?allow_unknown=true&based_on=2", wanted);
  expectError(stale, 409);
  expect((await hub.json("/targets?allow_unknown=true&based_on=3", wanted)).body.version.id).toBe(4);
  expect((await hub.json("/targets?allow_unknown=true", wanted)).body).toMatchObject({
    changed: 0,
    new: 0,
    removed: 0,
    version: { id: 4 },
  });
};

/** GET /targets/achievement tells how a month stands. */
const achieved = async () => {
  const { status, body } = await hub.json(`/targets/achievement?month=${month}`);
  expect(status).toBe(200);
  const made = (await hub.json(`/summary/monthly_by_item?year_month=${month}&item_code=B0061`)).body[0]
    .total_production;
  const item = body.items.find(({ item_code }: Json) => item_code === "B0061");
  expect(item).toMatchObject({ target: 5000, made, achievement: made / 5000 });
  expect(body.total.target).toBe(5100);
  expect(body.newest).toBe(today);
  expect((await hub.json("/targets/achievement")).body.month).toBe(month);
  expectError(await hub.json("/targets/achievement?month=2026"), 400);
};

/** The page says in the reader's language where a version came from, and which days the plan is for. */
const shown = async () => {
  for (const [language, from, plan] of [
    ["ko", "API로 올림", "끝난 날까지의 계획"],
    ["en", "Sent to the API", "Planned for days that are over"],
  ] as const) {
    const page = await (await fetch(`${hub.url}/dashboard/targets?lang=${language}`)).text();
    expect(page).toContain(`<td class="wide">${from}</td>`);
    expect(page).toContain(`<td class="wide">목표.csv</td>`);
    expect(page).not.toContain(`<td class="wide">api</td>`);
    expect(page).toContain(plan);
  }
};

/** GET /targets/achievement forecasts an item as before when somebody enters an absurd quantity of another one. */
const forecast = async () => {
  const yesterday = addDays(today, -1);
  const forecast = async (): Promise<number> => {
    const { body } = await hub.json(`/targets/achievement?month=${month}`);
    return body.items.find(({ item_code }: Json) => item_code === "B0061").forecast;
  };
  const before = await forecast();
  const live = openBeside(livePath(home));
  const slip = row({ id: 9001, production_date: yesterday, item_code: "BW0021", good_quantity: 999_999_999 });
  live.run(INSERT_ROW, rowValues(slip));
  live.close();
  await eventually("the hub reads it", async () => {
    const { body } = await hub.json(`/summary/by_item?date_from=${yesterday}&date_to=${yesterday}`);
    return body.data[0].total_production > 999_999_999 ? true : undefined;
  });
  expect((await forecast()) / before).toBeCloseTo(1, 2);
};

test("targets are saved as versions, previewed, reached, shown and forecast", async () => {
  await saved();
  await previewed();
  await achieved();
  await shown();
  await forecast();
});
