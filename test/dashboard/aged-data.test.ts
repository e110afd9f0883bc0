import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { addDays, addMonths } from "../../src/production/calendar.ts";
import { row, temporaryHome, writeFactory } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Seoul" }).format(new Date());
/** More than a month ago, and not the last days of its month. */
const newest = `${addMonths(`${today.slice(0, 7)}-01`, -2).slice(0, 7)}-20`;

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  const live = Array.from({ length: 800 }, (_, at) =>
    row({ id: at + 1, production_date: addDays(newest, -(at >> 1)), item_code: `B${at % 2}`, good_quantity: 100 }),
  );
  writeFactory(home, { live, archives: new Map() });
  hub = await startHub({ home });
  await hub.json("/items");
});
afterAll(() => hub?.stop());

const page = async (path: string): Promise<string> => {
  const response = await fetch(hub.url + path, { headers: { Accept: "text/html", "Accept-Language": "ko" } });
  return response.text();
};

test("a period beyond the data is called unknown on every page instead of a fall to nothing", async () => {
  for (const path of ["/", "/dashboard/trends", "/dashboard/compare", "/dashboard/items", "/dashboard/batches"]) {
    const html = await page(`${path}?period=this_month`);
    expect([path, html.includes("이 기간의 실적은 아직 들어오지 않았습니다")]).toEqual([path, true]);
    expect([path, html.includes("-100%")]).toEqual([path, false]);
    expect(html).toContain(`데이터의 마지막 날은 ${newest}입니다.`);
  }
});

test("the chat compares a month of which the end is missing with as many days of the one before", async () => {
  const { body } = await hub.json("/chat/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: `${Number(newest.slice(5, 7))}월에 뒤처진 제품은?` }),
  });
  // The same quantity every day: what is not written yet is no fall.
  expect(body.answer).toContain(
    `**기간: ${newest.slice(0, 8)}01 ~ ${newest} (비교 기간: ${addMonths(newest, -1).slice(0, 8)}01 ~ ${addMonths(newest, -1)})**`,
  );
  expect(body.answer).toContain("비교 기간보다 줄어든 제품이 없습니다.");
  expect(body.answer).toContain(`데이터의 마지막 날은 ${newest}입니다.`);
});
